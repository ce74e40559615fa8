//! CloudWatch Logs, as much as `aws logs tail` and `aws logs filter-log-events` need.

use std::collections::BTreeSet;

use axum::response::Response;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{kept::LogEvent, pattern::Pattern, store::Logs};
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
const OPERATIONS: [(Operation, Call); 7] = [
    row("FilterLogEvents", |logs, body| filter(logs, &parse(body)?)),
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

fn missing() -> Exception {
    let text = "The specified log group does not exist.";
    Exception::new("ResourceNotFoundException", 400, text)
}

fn filter(logs: &Logs, request: &FilterLogEvents) -> Answer {
    let name = request
        .log_group_name
        .as_deref()
        .or(request.log_group_identifier.as_deref());
    let name = name.map(|name| name.rsplit(":log-group:").next().unwrap_or(name));
    let name = name.unwrap_or_default().trim_end_matches(":*");
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

fn streams(logs: &Logs, request: &OfGroup) -> Answer {
    let events = logs.events(&request.log_group_name, 0, usize::MAX, |_| true);
    let events = events.ok_or_else(missing)?;
    let names: BTreeSet<&str> = events.iter().map(|event| &*event.stream).collect();
    let streams: Vec<Value> = names
        .into_iter()
        .map(|name| json!({ "logStreamName": name }))
        .collect();
    Ok(json!({ "logStreams": streams }))
}
