//! Why a line gives no metrics, and how that is counted.

use crate::cloudwatch::metrics::{
    custom::PutMetricData, dimensions::Dimension, statistic_set::Datum,
};

/// Which mistakes AWS counts as which of them is from memory.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It has not the form.
    Parsing,
    /// It has, and names what is not there, or breaks a limit.
    Validation,
}

impl Fault {
    /// How the log group's line counts.
    pub(in crate::cloudwatch::metrics) fn counted(self, group: &str) -> PutMetricData {
        let metric = match self {
            Self::Parsing => "EMFParsingErrors",
            Self::Validation => "EMFValidationErrors",
        };
        let dimensions = vec![Dimension {
            name: "LogGroupName".to_owned(),
            value: Some(group.to_owned()),
        }];
        PutMetricData {
            namespace: "AWS/Logs".to_owned(),
            metric_data: vec![Datum::new(metric.to_owned(), dimensions, None, vec![1.0])],
        }
    }
}
