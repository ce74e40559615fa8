//! CloudWatch Logs: what functions print and what Lambda says around it.

pub(crate) mod api;
pub(crate) mod store;

pub(crate) use store::{LogStream, Logs, Message, now};
