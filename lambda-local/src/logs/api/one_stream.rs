//! GetLogEvents: the lines of one stream, forwards and backwards.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    limit::{MOST_EVENTS, invalid_token, limit},
    of_group::{OfGroup, missing_group},
};
use crate::{
    logs::{Logs, kept::LogEvent},
    protocol::{Answer, ApiResult, Exception},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetLogEvents {
    #[serde(flatten)]
    group: OfGroup,
    log_stream_name: String,
    start_time: Option<u64>,
    end_time: Option<u64>,
    next_token: Option<String>,
    limit: Option<i64>,
    #[serde(default)]
    start_from_head: bool,
}

/// Where a token points: before the event with this id.
enum Token {
    Forward(u64),
    Backward(u64),
}

impl Token {
    fn parse(text: &str) -> ApiResult<Self> {
        let read = |kind| text.strip_prefix(kind)?.parse().ok();
        let forward = read("f/").map(Self::Forward);
        let token = forward.or_else(|| read("b/").map(Self::Backward));
        token.ok_or_else(invalid_token)
    }

    const fn id(&self) -> u64 {
        match self {
            Self::Forward(id) | Self::Backward(id) => *id,
        }
    }
}

impl GetLogEvents {
    pub(super) fn answer(&self, logs: &Logs) -> Answer {
        let token = self.next_token.as_deref().map(Token::parse).transpose()?;
        let limit = limit(self.limit, MOST_EVENTS)?;
        let of_stream = |event: &LogEvent| *event.stream == self.log_stream_name;
        let events = logs.events(&self.group.name(logs)?, 0, usize::MAX, of_stream);
        let events = events.ok_or_else(missing_group)?;
        if events.is_empty() {
            let text = "The specified log stream does not exist.";
            return Err(Exception::new("ResourceNotFoundException", 400, text));
        }
        let asked = events.iter().filter(|event| self.is_in_time(event));
        let part = self.part(asked.collect(), token.as_ref(), limit);
        Ok(page(&part, token))
    }

    fn is_in_time(&self, event: &LogEvent) -> bool {
        let at = event.timestamp;
        self.start_time.is_none_or(|start| at >= start) && self.end_time.is_none_or(|end| at < end)
    }

    /// The first or the last of the events, on this side of the token.
    fn part<'a>(
        &self,
        mut events: Vec<&'a LogEvent>,
        token: Option<&Token>,
        limit: usize,
    ) -> Vec<&'a LogEvent> {
        let forward = match token {
            Some(Token::Forward(id)) => {
                events.retain(|event| event.id >= *id);
                true
            }
            Some(Token::Backward(id)) => {
                events.retain(|event| event.id < *id);
                false
            }
            None => self.start_from_head,
        };
        let beyond = events.len().saturating_sub(limit);
        match forward {
            true => events.truncate(limit),
            false => drop(events.drain(..beyond)),
        }
        events
    }
}

/// Where there is nothing more, a token leads to where it was.
fn page(events: &[&LogEvent], token: Option<Token>) -> Value {
    let here = token.map_or(0, |token| token.id());
    let first = events.first().map_or(here, |event| event.id);
    let behind = events.last().map_or(here, |event| event.id + 1);
    let events: Vec<Value> = events.iter().copied().map(describe).collect();
    json!({
        "events": events,
        "nextForwardToken": format!("f/{behind}"),
        "nextBackwardToken": format!("b/{first}"),
    })
}

fn describe(event: &LogEvent) -> Value {
    json!({
        "ingestionTime": event.timestamp,
        "message": event.message.to_string(),
        "timestamp": event.timestamp,
    })
}
