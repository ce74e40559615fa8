//! CloudWatch Logs, as much as `aws logs tail` and `aws logs filter-log-events` need.

use std::collections::BTreeSet;

use axum::{Json, response::IntoResponse, response::Response};
use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::store::{LogEvent, Logs};
use crate::protocol::ApiError;

/// The prefix of `X-Amz-Target` for this service.
pub(crate) const TARGET: &str = "Logs_20140328.";

/// An error as the JSON protocols answer it: its type is in the body.
struct Refusal(&'static str, String);

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

pub(crate) fn answer(logs: &Logs, operation: &str, body: &Bytes) -> Response {
    let answered = match operation {
        "FilterLogEvents" => parse(body).and_then(|request| filter(logs, &request)),
        "DescribeLogGroups" => parse(body).map(|request| groups(logs, &request)),
        "DescribeLogStreams" => parse(body).and_then(|request| streams(logs, &request)),
        other => return ApiError::not_implemented(&format!("{TARGET}{other}")).into_response(),
    };
    match answered {
        Ok(value) => Json(value).into_response(),
        Err(Refusal(kind, message)) => {
            let body = Json(json!({ "__type": kind, "message": message }));
            (StatusCode::BAD_REQUEST, body).into_response()
        }
    }
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal("SerializationException", error.to_string()))
}

fn missing() -> Refusal {
    Refusal(
        "ResourceNotFoundException",
        "The specified log group does not exist.".to_owned(),
    )
}

fn filter(logs: &Logs, request: &FilterLogEvents) -> Result<Value, Refusal> {
    let name = request
        .log_group_name
        .as_deref()
        .or(request.log_group_identifier.as_deref());
    let name = name.map(|name| name.rsplit(":log-group:").next().unwrap_or(name));
    let name = name.unwrap_or_default().trim_end_matches(":*");
    let pattern = request.filter_pattern.as_deref().unwrap_or_default();
    if pattern.starts_with(['{', '[', '%']) {
        let text = "lambda-local knows only plain words as a filter pattern".to_owned();
        return Err(Refusal("InvalidParameterException", text));
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

fn streams(logs: &Logs, request: &DescribeLogStreams) -> Result<Value, Refusal> {
    let events = logs.events(&request.log_group_name, 0, usize::MAX, |_| true);
    let events = events.ok_or_else(missing)?;
    let names: BTreeSet<&str> = events.iter().map(|event| &*event.stream).collect();
    let streams: Vec<Value> = names
        .into_iter()
        .map(|name| json!({ "logStreamName": name }))
        .collect();
    Ok(json!({ "logStreams": streams }))
}
