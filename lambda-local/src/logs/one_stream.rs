//! GetLogEvents: the lines of one stream, forwards and backwards.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::{kept::LogEvent, store::Logs};
use crate::protocol::{Answer, ApiResult, Exception};

/// The most events of one answer, and as many where none are said.
const MOST: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetLogEvents {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name: String,
    start_time: Option<u64>,
    end_time: Option<u64>,
    next_token: Option<String>,
    limit: Option<usize>,
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
        token.ok_or_else(|| {
            // AWS's words, from memory.
            let text = "The specified nextToken is invalid.";
            Exception::new("InvalidParameterException", 400, text)
        })
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
        let group = group_of(&self.log_group_name, &self.log_group_identifier);
        let of_stream = |event: &LogEvent| *event.stream == self.log_stream_name;
        let events = logs.events(group, 0, usize::MAX, of_stream);
        let events = events.ok_or_else(missing_group)?;
        if events.is_empty() {
            let text = "The specified log stream does not exist.";
            return Err(Exception::new("ResourceNotFoundException", 400, text));
        }
        let asked = events.iter().filter(|event| self.is_in_time(event));
        Ok(page(&self.part(asked.collect(), token.as_ref()), token))
    }

    fn is_in_time(&self, event: &LogEvent) -> bool {
        let at = event.timestamp;
        self.start_time.is_none_or(|start| at >= start) && self.end_time.is_none_or(|end| at < end)
    }

    /// The first or the last of the events, on this side of the token.
    fn part<'a>(&self, mut events: Vec<&'a LogEvent>, token: Option<&Token>) -> Vec<&'a LogEvent> {
        let limit = self.limit.unwrap_or(MOST).clamp(1, MOST);
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

/// The group's name, where it is named by that or by its ARN.
pub(super) fn group_of<'a>(name: &'a Option<String>, identifier: &'a Option<String>) -> &'a str {
    let name = name.as_deref().or(identifier.as_deref());
    let name = name.map(|name| name.rsplit(":log-group:").next().unwrap_or(name));
    name.unwrap_or_default().trim_end_matches(":*")
}

pub(super) fn missing_group() -> Exception {
    let text = "The specified log group does not exist.";
    Exception::new("ResourceNotFoundException", 400, text)
}
