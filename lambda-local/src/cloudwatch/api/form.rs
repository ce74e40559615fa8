//! CloudWatch's query protocol, its oldest: every value of a request is text, and moments are
//! written in both directions.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::clock;

/// Members that are numbers or flags in the other protocols.
const NUMBERS: [&str; 13] = [
    "Counts",
    "DatapointsToAlarm",
    "EvaluationPeriods",
    "MaxDatapoints",
    "MaxRecords",
    "Maximum",
    "Minimum",
    "Period",
    "SampleCount",
    "StorageResolution",
    "Threshold",
    "Value",
    "Values",
];
const FLAGS: [&str; 2] = ["ActionsEnabled", "ReturnData"];
const MOMENTS: [&str; 3] = ["EndTime", "StartTime", "Timestamp"];

/// The request with each value of its type.
pub(super) fn typed(request: Value) -> Value {
    typed_member("", "", request)
}

/// The answer with its moments written out.
pub(super) fn written(answer: Value) -> Value {
    written_member("", answer)
}

/// `within` is the member that holds the one named.
fn typed_member(within: &str, name: &str, value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(member, value)| {
                let value = typed_member(name, &member, value);
                (member, value)
            })
            .collect(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| typed_member(within, name, item))
            .collect(),
        Value::String(text) => leaf(within, name, text),
        other => other,
    }
}

fn leaf(within: &str, name: &str, text: String) -> Value {
    // A dimension's value is text, and so are the statistics' names.
    let is_text = within == "Dimensions" || name.contains("Statistics");
    if !is_text && (NUMBERS.contains(&name) || within == "StatisticValues") {
        // Whole numbers must stay whole.
        return match text.parse::<u64>() {
            Ok(number) => json!(number),
            Err(_) => text.parse::<f64>().map_or(Value::String(text), Value::from),
        };
    }
    if FLAGS.contains(&name) {
        return json!(text == "true");
    }
    if MOMENTS.contains(&name)
        && let Ok(moment) = OffsetDateTime::parse(&text, &Rfc3339)
    {
        return json!(moment.unix_timestamp_nanos() as f64 / 1e9);
    }
    Value::String(text)
}

fn written_member(name: &str, value: Value) -> Value {
    match value {
        Value::Number(seconds) if name.contains("Timestamp") => {
            let seconds = seconds.as_f64().unwrap_or_default();
            let moment = OffsetDateTime::from_unix_timestamp(seconds as i64);
            json!(clock::written(moment.unwrap_or(OffsetDateTime::UNIX_EPOCH)))
        }
        Value::Object(members) => members
            .into_iter()
            .map(|(member, value)| {
                let value = written_member(&member, value);
                (member, value)
            })
            .collect(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| written_member(name, item))
            .collect(),
        other => other,
    }
}
