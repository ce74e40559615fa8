//! The calls of CloudWatch.

mod data;
mod form;
mod list;
mod operations;
mod protocols;

pub(crate) use operations::operations;
