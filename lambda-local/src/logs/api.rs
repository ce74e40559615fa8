//! CloudWatch Logs, as much as `aws logs tail` and `aws logs filter-log-events` need.

use std::collections::BTreeSet;

use axum::response::Response;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::store::{LogEvent, Logs};
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
    log_group_name: String,
}

impl FilterLogEvents {
    fn wants_stream(&self, stream: &str) -> bool {
        let names = &self.log_stream_names;
        let prefix = self.log_stream_name_prefix.as_deref().unwrap_or_default();
        stream.starts_with(prefix) && (names.is_empty() || names.iter().any(|name| name == stream))
    }
}

const fn reads(name: &'static str, call: Call) -> (Operation, Call) {
    (Operation::named("logs", name, false), call)
}

type Call = fn(&Logs, &[u8]) -> Answer;

/// The operations that are here.
const OPERATIONS: [(Operation, Call); 3] = [
    reads("FilterLogEvents", |logs, body| filter(logs, &parse(body)?)),
    reads("DescribeLogGroups", |logs, body| {
        Ok(groups(logs, &parse(body)?))
    }),
    reads("DescribeLogStreams", |logs, body| {
        streams(logs, &parse(body)?)
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
    if pattern.starts_with(['{', '[', '%']) {
        let text = "lambda-local knows only plain words as a filter pattern".to_owned();
        return Err(Exception::new("InvalidParameterException", 400, text));
    }
    let words: Vec<&str> = pattern
        .split_whitespace()
        .map(|word| word.trim_matches('"'))
        .collect();
    let wanted = |event: &LogEvent| {
        request
            .start_time
            .is_none_or(|start| event.timestamp >= start)
            && request.end_time.is_none_or(|end| event.timestamp < end)
            && request.wants_stream(&event.stream)
            && (words.is_empty() || has_all(&event.message.to_string(), &words))
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

fn has_all(message: &str, words: &[&str]) -> bool {
    words.iter().all(|word| message.contains(word))
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
    let names = logs
        .group_names()
        .into_iter()
        .filter(|name| name.starts_with(prefix));
    json!({ "logGroups": names.map(|name| json!({ "logGroupName": name })).collect::<Vec<_>>() })
}

fn streams(logs: &Logs, request: &DescribeLogStreams) -> Answer {
    let events = logs.events(&request.log_group_name, 0, usize::MAX, |_| true);
    let events = events.ok_or_else(missing)?;
    let names: BTreeSet<&str> = events.iter().map(|event| &*event.stream).collect();
    let streams: Vec<Value> = names
        .into_iter()
        .map(|name| json!({ "logStreamName": name }))
        .collect();
    Ok(json!({ "logStreams": streams }))
}
