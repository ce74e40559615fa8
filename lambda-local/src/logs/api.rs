//! CloudWatch Logs, as much as `aws logs tail` and whoever looks at one stream need.

use std::collections::BTreeMap;

use axum::response::Response;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    kept::LogEvent,
    one_stream::{GetLogEvents, group_of, missing_group as missing},
    pattern::Pattern,
    store::Logs,
};
use crate::protocol::{Answer, ApiResult, Exception, Operation, aws_json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FilterLogEvents {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    #[serde(default)]
    log_stream_names: Vec<String>,
    log_stream_name_prefix: Option<String>,
    filter_pattern: Option<String>,
    start_time: Option<u64>,
    end_time: Option<u64>,
    limit: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DescribeLogGroups {
    log_group_name_prefix: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DescribeLogStreams {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name_prefix: Option<String>,
    order_by: Option<String>,
    #[serde(default)]
    descending: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfGroup {
    log_group_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutRetentionPolicy {
    log_group_name: String,
    retention_in_days: u32,
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const RETENTIONS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

impl FilterLogEvents {
    fn wants_stream(&self, stream: &str) -> bool {
        let names = &self.log_stream_names;
        let prefix = self.log_stream_name_prefix.as_deref().unwrap_or_default();
        stream.starts_with(prefix) && (names.is_empty() || names.iter().any(|name| name == stream))
    }
}

/// Nothing of it is kept when the server ends.
const fn row(name: &'static str, call: Call) -> (Operation, Call) {
    (Operation::named("logs", name, false), call)
}

type Call = fn(&Logs, &[u8]) -> Answer;

/// The operations that are here.
const OPERATIONS: [(Operation, Call); 8] = [
    row("FilterLogEvents", |logs, body| filter(logs, &parse(body)?)),
    row("GetLogEvents", |logs, body| {
        parse::<GetLogEvents>(body)?.answer(logs)
    }),
    row("DescribeLogGroups", |logs, body| {
        Ok(groups(logs, &parse(body)?))
    }),
    row("DescribeLogStreams", |logs, body| {
        streams(logs, &parse(body)?)
    }),
    row("CreateLogGroup", |logs, body| create(logs, &parse(body)?)),
    row("DeleteLogGroup", |logs, body| {
        let asked: OfGroup = parse(body)?;
        done(logs.delete(&asked.log_group_name))
    }),
    row("PutRetentionPolicy", |logs, body| {
        retain(logs, &parse(body)?)
    }),
    row("DeleteRetentionPolicy", |logs, body| {
        let asked: OfGroup = parse(body)?;
        done(logs.retain(&asked.log_group_name, None))
    }),
];

pub(crate) fn operations() -> Vec<Operation> {
    OPERATIONS.map(|(operation, _)| operation).to_vec()
}

impl Logs {
    /// `None` if there is no such operation here.
    pub(crate) fn answer_json(&self, operation: &str, body: &[u8]) -> Option<Response> {
        let mut rows = OPERATIONS.iter();
        let (_, call) = rows.find(|(row, _)| row.name == operation)?;
        Some(aws_json::respond(call(self, body)))
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> ApiResult<T> {
    serde_json::from_slice(body).map_err(|error| Exception::serialization(error.to_string()))
}

fn filter(logs: &Logs, request: &FilterLogEvents) -> Answer {
    let name = group_of(&request.log_group_name, &request.log_group_identifier);
    let pattern = request.filter_pattern.as_deref().unwrap_or_default();
    let pattern = Pattern::parse(pattern)?;
    let wanted = |event: &LogEvent| {
        request
            .start_time
            .is_none_or(|start| event.timestamp >= start)
            && request.end_time.is_none_or(|end| event.timestamp < end)
            && request.wants_stream(&event.stream)
            && pattern.fits(&event.message.to_string())
    };
    let start = request
        .next_token
        .as_deref()
        .and_then(|token| token.parse().ok())
        .unwrap_or(0);
    let limit = request.limit.unwrap_or(10_000).clamp(1, 10_000);
    let events = logs
        .events(name, start, limit, wanted)
        .ok_or_else(missing)?;
    let next = events
        .last()
        .filter(|_| events.len() == limit)
        .map(|event| event.id + 1);
    let events: Vec<Value> = events.iter().map(describe).collect();
    let mut answer = json!({ "events": events, "searchedLogStreams": [] });
    if let Some(next) = next {
        answer["nextToken"] = json!(next.to_string());
    }
    Ok(answer)
}

fn describe(event: &LogEvent) -> Value {
    json!({
        "eventId": format!("{:056}", event.id),
        "ingestionTime": event.timestamp,
        "logStreamName": &*event.stream,
        "message": event.message.to_string(),
        "timestamp": event.timestamp,
    })
}

fn groups(logs: &Logs, request: &DescribeLogGroups) -> Value {
    let prefix = request.log_group_name_prefix.as_deref().unwrap_or_default();
    let mut groups = logs.all();
    groups.retain(|(name, _)| name.starts_with(prefix));
    let groups = groups.into_iter().map(|(name, retention)| {
        let mut group = json!({ "logGroupName": name });
        if let Some(days) = retention {
            group["retentionInDays"] = json!(days);
        }
        group
    });
    json!({ "logGroups": groups.collect::<Vec<_>>() })
}

fn done(found: bool) -> Answer {
    match found {
        true => Ok(json!({})),
        false => Err(missing()),
    }
}

fn create(logs: &Logs, request: &OfGroup) -> Answer {
    match logs.create(&request.log_group_name) {
        true => Ok(json!({})),
        false => {
            let text = "The specified log group already exists";
            Err(Exception::new("ResourceAlreadyExistsException", 400, text))
        }
    }
}

fn retain(logs: &Logs, request: &PutRetentionPolicy) -> Answer {
    let days = request.retention_in_days;
    if !RETENTIONS.contains(&days) {
        let text = format!("{days} is not a number of days for which CloudWatch Logs keeps lines");
        return Err(Exception::new("InvalidParameterException", 400, text));
    }
    done(logs.retain(&request.log_group_name, Some(days)))
}

/// Of each stream the milliseconds since 1970 of its first line and of its last.
fn streams(logs: &Logs, request: &DescribeLogStreams) -> Answer {
    let group = group_of(&request.log_group_name, &request.log_group_identifier);
    let prefix = request.log_stream_name_prefix.as_deref();
    let wanted = |event: &LogEvent| event.stream.starts_with(prefix.unwrap_or_default());
    let events = logs.events(group, 0, usize::MAX, wanted);
    let events = events.ok_or_else(missing)?;
    let mut streams: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for event in &events {
        let times = streams.entry(&event.stream);
        let (_, last) = times.or_insert((event.timestamp, event.timestamp));
        *last = event.timestamp;
    }
    let mut streams: Vec<_> = streams.into_iter().collect();
    if request.order_by.as_deref() == Some("LastEventTime") {
        streams.sort_by_key(|(_, (_, last))| *last);
    }
    if request.descending {
        streams.reverse();
    }
    let streams: Vec<Value> = streams.into_iter().map(describe_stream).collect();
    Ok(json!({ "logStreams": streams }))
}

fn describe_stream((name, (first, last)): (&str, (u64, u64))) -> Value {
    json!({
        "logStreamName": name,
        "creationTime": first,
        "firstEventTimestamp": first,
        "lastEventTimestamp": last,
        "lastIngestionTime": last,
    })
}
