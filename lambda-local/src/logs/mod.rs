//! CloudWatch Logs: what functions print and what Lambda says around it.

mod api;
mod group;
mod keeping;
mod kept;
mod lines;
mod pattern;
mod store;

pub(crate) use api::operations;
pub(crate) use group::LogStream;
pub(crate) use store::Logs;
