//! Lambda's REST API: paths, members and status codes of the service's model.

mod aliases;
mod concurrency;
mod constraints;
mod described;
mod event_invoke;
mod functions;
mod invoke;
mod operations;
mod package;
mod policy;
mod recursion;
mod request;
mod streaming;
mod tags;
mod urls;
mod versions;

pub(crate) use operations::{routes, table};
