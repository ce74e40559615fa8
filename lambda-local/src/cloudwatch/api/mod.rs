//! The calls of CloudWatch.

pub(crate) mod data;
mod form;
pub(crate) mod list;
mod protocols;
