//! DescribeLogStreams: the streams of a group, each of which is an execution environment's.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html>

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    limit::page,
    of_group::{OfGroup, invalid, missing_group},
};
use crate::{
    logs::{Logs, kept::Kept},
    protocol::Answer,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeLogStreams {
    #[serde(flatten)]
    group: OfGroup,
    log_stream_name_prefix: Option<String>,
    order_by: Option<String>,
    #[serde(default)]
    descending: bool,
    limit: Option<i64>,
    next_token: Option<String>,
}

/// The milliseconds since 1970 of a stream's first line and of its last.
type Times = (u64, u64);

impl DescribeLogStreams {
    pub(super) fn answer(&self, logs: &Logs) -> Answer {
        let group = self.group.name(logs)?;
        let by_time = self.order_by.as_deref() == Some("LastEventTime");
        if by_time && self.log_stream_name_prefix.is_some() {
            // AWS's words, from memory.
            let text = "Cannot order by LastEventTime with a logStreamNamePrefix.";
            return Err(invalid(text));
        }
        let mut streams = logs
            .look(&group, |kept| self.streams(kept))
            .ok_or_else(missing_group)?;
        if by_time {
            streams.sort_by_key(|(_, (_, last))| *last);
        }
        if self.descending {
            streams.reverse();
        }
        let asked = (self.limit, self.next_token.as_deref());
        let (streams, next) = page(streams, |(name, _)| name, asked)?;
        let arn = logs.place.log_group_arn(&group);
        let streams = streams.iter().map(|stream| describe(stream, &arn));
        let mut answer = json!({ "logStreams": streams.collect::<Vec<_>>() });
        if let Some(next) = next {
            answer["nextToken"] = json!(next);
        }
        Ok(answer)
    }

    /// By name.
    fn streams(&self, kept: &Kept) -> Vec<(Arc<str>, Times)> {
        let prefix = self.log_stream_name_prefix.as_deref().unwrap_or_default();
        let mut streams: BTreeMap<&Arc<str>, Times> = BTreeMap::new();
        for event in kept
            .from(0)
            .filter(|event| event.stream.starts_with(prefix))
        {
            let times = streams.entry(&event.stream);
            let (_, last) = times.or_insert((event.timestamp, event.timestamp));
            *last = event.timestamp;
        }
        let streams = streams.into_iter();
        streams.map(|(name, times)| (name.clone(), times)).collect()
    }
}

fn describe((name, (first, last)): &(Arc<str>, Times), group_arn: &str) -> Value {
    json!({
        "logStreamName": &**name,
        "creationTime": first,
        "firstEventTimestamp": first,
        "lastEventTimestamp": last,
        "lastIngestionTime": last,
        "arn": format!("{group_arn}:log-stream:{name}"),
        "storedBytes": 0,
    })
}
