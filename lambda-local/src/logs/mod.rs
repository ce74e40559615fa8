//! CloudWatch Logs: what functions print and what Lambda says around it.

mod api;
mod kept;
mod one_stream;
mod pattern;
mod store;

pub(crate) use api::operations;
pub(crate) use store::{LogStream, Logs};
