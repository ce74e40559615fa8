//! The embedded metric format: lines that functions print, and of which CloudWatch makes metrics.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

mod fault;
mod line;
mod metadata;

pub(super) use fault::Fault;
pub(crate) use line::embedded_in;
