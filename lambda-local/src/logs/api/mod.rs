//! CloudWatch Logs, as much as `aws logs tail`, the console and whoever looks at one stream need.

mod filter;
mod groups;
mod limit;
mod live_tail;
mod of_group;
mod one_stream;
mod operations;
mod streams;

pub(crate) use operations::operations;
