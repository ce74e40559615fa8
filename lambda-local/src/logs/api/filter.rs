//! FilterLogEvents: the lines of a group that fit a pattern.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    limit::{MOST_EVENTS, invalid_token, limit},
    of_group::{OfGroup, missing_group},
};
use crate::{
    logs::{Logs, kept::LogEvent, pattern::Pattern},
    protocol::Answer,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FilterLogEvents {
    #[serde(flatten)]
    group: OfGroup,
    #[serde(default)]
    log_stream_names: Vec<String>,
    log_stream_name_prefix: Option<String>,
    filter_pattern: Option<String>,
    start_time: Option<u64>,
    end_time: Option<u64>,
    limit: Option<i64>,
    next_token: Option<String>,
}

impl FilterLogEvents {
    pub(super) fn answer(&self, logs: &Logs) -> Answer {
        let pattern = Pattern::parse(self.filter_pattern.as_deref().unwrap_or_default())?;
        let wanted =
            |event: &LogEvent| self.wants(event) && pattern.fits(&event.message.to_string());
        let token = self.next_token.as_deref().map(str::parse).transpose();
        let start = token.map_err(|_| invalid_token())?.unwrap_or(0);
        let limit = limit(self.limit, MOST_EVENTS)?;
        let events = logs.events(&self.group.name(logs)?, start, limit, wanted);
        let events = events.ok_or_else(missing_group)?;
        let next = events.last().filter(|_| events.len() == limit);
        let next = next.map(|event| event.id + 1);
        let events: Vec<Value> = events.iter().map(describe).collect();
        let mut answer = json!({ "events": events, "searchedLogStreams": [] });
        if let Some(next) = next {
            answer["nextToken"] = json!(next.to_string());
        }
        Ok(answer)
    }

    /// All but the pattern.
    fn wants(&self, event: &LogEvent) -> bool {
        let (at, stream) = (event.timestamp, &*event.stream);
        let names = &self.log_stream_names;
        let prefix = self.log_stream_name_prefix.as_deref().unwrap_or_default();
        self.start_time.is_none_or(|start| at >= start)
            && self.end_time.is_none_or(|end| at < end)
            && stream.starts_with(prefix)
            && (names.is_empty() || names.iter().any(|name| name == stream))
    }
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
