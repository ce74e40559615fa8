//! A line in CloudWatch's embedded metric format:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::env;

use crate::{bucket::Bucket, rfc3339::rfc3339};

// To the second, so that they can be laid beside a change of an alias's weights.
const METRICS: &str = concat!(
    r#"{"Namespace":"bluegreen","Dimensions":[["FunctionName","Resource","ExecutedVersion"]],"#,
    r#""Metrics":[{"Name":"Requests","Unit":"Count","StorageResolution":1},"#,
    r#"{"Name":"Bad","Unit":"Count","StorageResolution":1}"#
);
const SLOW: &str = r#",{"Name":"Slow","Unit":"Count","StorageResolution":1}"#;

/// What is the same in all lines of a function's process.
pub(crate) struct Labels {
    pub(crate) function: String,
    pub(crate) version: String,
    /// Lambda's log level, if one is set.
    pub(crate) level: Option<String>,
}

impl Labels {
    /// From the variables that Lambda sets.
    pub(crate) fn from_env() -> Self {
        Self {
            function: env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
            version: env::var("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_default(),
            level: env::var("AWS_LAMBDA_LOG_LEVEL").ok(),
        }
    }
}

/// The bucket's line with its line break.
pub(crate) fn line(labels: &Labels, bucket: &Bucket) -> String {
    let mut line = head(bucket) + &dimensions(labels, &bucket.alias);
    line += &format!(r#""Requests":{},"Bad":{}"#, bucket.requests, bucket.bad);
    if let Some(slow) = bucket.slow {
        line += &format!(r#","Slow":{slow}"#);
    }
    if let Some((request_id, bad)) = &bucket.first_bad {
        let request_id = escaped(request_id);
        line += &format!(r#","requestId":"{request_id}","status":{bad}"#);
    }
    // Lambda drops lines below the level that is set, and takes a line for INFO unless it has a
    // level and a valid time:
    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    if let Some(level) = &labels.level {
        let (time, level) = (rfc3339(bucket.second), escaped(level));
        line += &format!(r#","timestamp":"{time}","level":"{level}""#);
    }
    line + "}\n"
}

fn head(bucket: &Bucket) -> String {
    let milliseconds = bucket.second.saturating_mul(1000);
    let slow = if bucket.slow.is_some() { SLOW } else { "" };
    let time = format!(r#"{{"_aws":{{"Timestamp":{milliseconds},"CloudWatchMetrics":["#);
    time + METRICS + slow + "]}]},"
}

fn dimensions(labels: &Labels, alias: &str) -> String {
    let [function, version, alias] = [&labels.function, &labels.version, alias].map(escaped);
    let name = format!(r#""FunctionName":"{function}","Resource":"{function}:{alias}","#);
    name + &format!(r#""ExecutedVersion":"{version}","#)
}

/// What goes between the quotes of a JSON string.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '\0'..='\x1f' => escaped += &format!("\\u{:04x}", u32::from(c)),
            _ => escaped.push(c),
        }
    }
    escaped
}
