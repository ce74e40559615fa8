//! Metric math: expressions over the series of a call.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>

mod evaluate;
mod functions;
mod parser;
mod queries;
mod value;

pub(crate) use queries::{Queries, Query};
