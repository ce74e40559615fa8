//! StartLiveTail: what is printed from now on, as a stream of events, once a second until whoever
//! asked has gone.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html>

use std::{sync::Arc, time::Duration};

use axum::response::Response;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use super::of_group::{invalid, missing_group, name_of};
use crate::{
    logs::{Logs, kept::LogEvent, pattern::Pattern},
    protocol::{
        ApiResult, Exception,
        event_stream::{self, event},
    },
};

const TICK: Duration = Duration::from_secs(1);
/// Lines of one update: of more, a sample is given.
const MOST_LINES: usize = 500;
const MOST_GROUPS: usize = 10;

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartLiveTail {
    log_group_identifiers: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    log_stream_names: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    log_stream_name_prefixes: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    log_event_filter_pattern: String,
}

/// One that is under way.
struct Session {
    logs: Arc<Logs>,
    asked: StartLiveTail,
    pattern: Pattern,
    /// The groups, each with the first event that was not told of.
    groups: Vec<(String, u64)>,
    ending: watch::Receiver<bool>,
}

impl StartLiveTail {
    /// # Errors
    /// If it asks for what there cannot be, or for a group that is not there.
    pub(super) fn answer(
        self,
        logs: &Arc<Logs>,
        ending: watch::Receiver<bool>,
    ) -> ApiResult<Response> {
        self.check()?;
        let begin = |arn: &String| {
            let name = name_of(&logs.place, arn).to_owned();
            let next = logs.look(&name, |kept| kept.ids().end);
            Ok((name, next.ok_or_else(missing_group)?))
        };
        let groups = self.log_group_identifiers.iter().map(begin);
        let session = Session {
            logs: logs.clone(),
            groups: groups.collect::<ApiResult<_>>()?,
            pattern: Pattern::parse(&self.log_event_filter_pattern)?,
            asked: self,
            ending,
        };
        Response::builder()
            .header(CONTENT_TYPE, event_stream::CONTENT_TYPE)
            .body(event_stream::body_of(session.events()))
            .map_err(|error| Exception::service(format!("failed to answer: {error}")))
    }

    /// AWS's rules; the words are ours.
    fn check(&self) -> ApiResult<()> {
        let groups = &self.log_group_identifiers;
        let by_stream = [&self.log_stream_names, &self.log_stream_name_prefixes];
        let by_stream = by_stream.map(|names| !names.is_empty());
        if !(1..=MOST_GROUPS).contains(&groups.len()) {
            let text = format!("logGroupIdentifiers must name 1 to {MOST_GROUPS} log groups");
            return Err(invalid(text));
        }
        if groups
            .iter()
            .any(|arn| !arn.starts_with("arn:") || arn.ends_with('*'))
        {
            let text = "logGroupIdentifiers must be ARNs of log groups, without an asterisk behind";
            return Err(invalid(text));
        }
        match by_stream {
            [true, true] => {
                let text = "give either logStreamNames or logStreamNamePrefixes, and not both";
                Err(invalid(text))
            }
            [false, false] => Ok(()),
            _ if groups.len() == 1 => Ok(()),
            _ => Err(invalid("streams can only be chosen of one log group")),
        }
    }

    fn wants_stream(&self, stream: &str) -> bool {
        let (names, prefixes) = (&self.log_stream_names, &self.log_stream_name_prefixes);
        (names.is_empty() || names.iter().any(|name| name == stream))
            && (prefixes.is_empty() || prefixes.iter().any(|prefix| stream.starts_with(prefix)))
    }
}

impl Session {
    fn events(self) -> impl Stream<Item = Bytes> + Send + 'static {
        let mut start = json!(self.asked);
        for id in ["requestId", "sessionId"] {
            start[id] = json!(Uuid::new_v4().to_string());
        }
        let begin = [("initial-response", json!({})), ("sessionStart", start)];
        let updates = stream::unfold(self, |mut session| async move {
            let ends = session.ending.wait_for(|ending| *ending);
            if tokio::time::timeout(TICK, ends).await.is_ok() {
                return None;
            }
            Some((("sessionUpdate", session.update()), session))
        });
        let all = stream::iter(begin).chain(updates);
        all.map(|(kind, value)| event(kind, "application/json", value.to_string().into()))
    }

    /// What was printed since the last one.
    fn update(&mut self) -> Value {
        let mut lines = Vec::new();
        for (group, next) in &mut self.groups {
            // What is wanted is looked for while nobody who prints waits.
            let news = self.logs.events(group, *next, usize::MAX, |_| true);
            let news = news.unwrap_or_default();
            *next = news.last().map_or(*next, |event| event.id + 1);
            let wanted = news.into_iter().filter(|event| {
                self.asked.wants_stream(&event.stream)
                    && self.pattern.fits(&event.message.to_string())
            });
            lines.extend(wanted.map(|event| (group.clone(), event)));
        }
        lines.sort_by_key(|(_, event)| event.timestamp);
        let (lines, sampled) = sample(lines);
        let lines: Vec<Value> = lines.iter().map(|line| self.describe(line)).collect();
        json!({ "sessionMetadata": { "sampled": sampled }, "sessionResults": lines })
    }

    /// That groups are named by account and name is from memory.
    fn describe(&self, (group, event): &(String, LogEvent)) -> Value {
        json!({
            "logGroupIdentifier": format!("{}:{group}", self.logs.place.account),
            "logStreamName": &*event.stream,
            "message": event.message.to_string(),
            "timestamp": event.timestamp,
            "ingestionTime": event.timestamp,
        })
    }
}

/// As many of them as an update has, from all of its second; and whether that is not all.
fn sample<T>(lines: Vec<T>) -> (Vec<T>, bool) {
    let all = lines.len();
    if all <= MOST_LINES {
        return (lines, false);
    }
    let is_next = |index: usize| index * MOST_LINES / all != (index + 1) * MOST_LINES / all;
    let lines = lines.into_iter().enumerate();
    let sample = lines.filter(|(index, _)| is_next(*index));
    (sample.map(|(_, line)| line).collect(), true)
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn an_update_has_a_sample_of_more_lines_than_it_takes() {
        assert_eq!(sample((0..500).collect()), ((0..500).collect(), false));
        let (lines, sampled) = sample((0..5000).collect());
        assert!(sampled);
        assert_eq!(lines, (0..500).map(|n| n * 10 + 9).collect::<Vec<_>>());
        assert_eq!(sample((0..501).collect()).0.len(), 500);
    }
}
