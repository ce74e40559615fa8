//! CloudWatch Logs: the group into which Lambda writes what a function prints. Lambda makes it with
//! the first line, to keep every line for ever.

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::{Client, types::FilteredLogEvent};
use bluegreen_rollout::{Timestamp, Version};

use super::{AwsError, error::gone};

const DAY: u64 = 86_400;
/// Pages that are read of one day at the most: of a flood of lines the first tell enough.
const MOST_PAGES: usize = 10;

/// A line that a function printed, or that Lambda did for it.
#[derive(Debug)]
pub(crate) struct LogLine {
    pub(crate) id: String,
    /// Milliseconds since 1970.
    pub(crate) at: u64,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) struct Logs {
    client: Client,
    /// The group's name.
    pub(crate) group: String,
}

impl Logs {
    pub(crate) fn new(config: &SdkConfig, function: &str) -> Self {
        Self {
            client: Client::new(config),
            group: log_group(function),
        }
    }

    /// Makes the group, so that it can be told how long to keep its lines; false if it is there.
    pub(crate) async fn create(&self) -> Result<bool, AwsError> {
        let call = self.client.create_log_group().log_group_name(&self.group);
        match call.send().await.map_err(AwsError::from) {
            Err(error) if error.has_code("ResourceAlreadyExistsException") => Ok(false),
            made => made.map(|_| true),
        }
    }

    /// What a version printed from this moment on, in the order of time; only lines that hold one
    /// of the pattern's terms, where there is one.
    pub(crate) async fn lines(
        &self,
        version: Version,
        (since, until): (Timestamp, Timestamp),
        pattern: Option<&str>,
    ) -> Result<Vec<LogLine>, AwsError> {
        let mut lines = Vec::new();
        for prefix in prefixes(version, (since, until)) {
            self.read(prefix, since, pattern, &mut lines).await?;
        }
        lines.sort_by_key(|line| line.at);
        Ok(lines)
    }

    async fn read(
        &self,
        prefix: String,
        since: Timestamp,
        pattern: Option<&str>,
        lines: &mut Vec<LogLine>,
    ) -> Result<(), AwsError> {
        let call = self.client.filter_log_events();
        let call = call
            .log_group_name(&self.group)
            .log_stream_name_prefix(prefix)
            .start_time((since.unix() * 1000).cast_signed())
            .set_filter_pattern(pattern.map(str::to_owned));
        let mut pages = call.into_paginator().send();
        for _ in 0..MOST_PAGES {
            let Some(page) = pages.next().await else {
                break;
            };
            match page.map_err(AwsError::from) {
                Ok(page) => lines.extend(page.events.into_iter().flatten().map(LogLine::from)),
                // It is made with the first line.
                Err(error) if error.has_code("ResourceNotFoundException") => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Lets lines go after so many days.
    pub(crate) async fn retain(&self, days: i32) -> Result<(), AwsError> {
        let call = self.client.put_retention_policy();
        let call = call.log_group_name(&self.group).retention_in_days(days);
        call.send().await?;
        Ok(())
    }

    /// Deletes the group with all its lines. One that is not there is no error.
    pub(crate) async fn delete(&self) -> Result<(), AwsError> {
        let call = self.client.delete_log_group().log_group_name(&self.group);
        gone(call.send().await)
    }
}

impl From<FilteredLogEvent> for LogLine {
    fn from(event: FilteredLogEvent) -> Self {
        Self {
            id: event.event_id.unwrap_or_default(),
            at: event.timestamp.unwrap_or_default().unsigned_abs(),
            text: event.message.unwrap_or_default(),
        }
    }
}

/// What the names of the streams begin with that may have lines of these times. A stream belongs to
/// one execution environment, and is named after its version and the day, in UTC, on which that
/// began: one that still runs may be yesterday's.
fn prefixes(version: Version, (since, until): (Timestamp, Timestamp)) -> Vec<String> {
    let first = (since.unix() / DAY).saturating_sub(1);
    let prefix = |day: u64| {
        let day = Timestamp::from_unix(day * DAY).to_string();
        format!("{}/[{version}]", day[..10].replace('-', "/"))
    };
    (first..=until.unix() / DAY).map(prefix).collect()
}

/// The group of a function that names none itself.
pub(crate) fn log_group(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

#[cfg(test)]
mod tests {
    use bluegreen_rollout::{Timestamp, Version};

    use super::prefixes;

    #[test]
    fn an_environment_that_began_yesterday_is_heard_today() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let times = (at("2026-03-01T00:10:00Z"), at("2026-03-01T00:20:00Z"));
        let found = prefixes(Version::new(4).unwrap(), times);
        assert_eq!(found, ["2026/02/28/[4]", "2026/03/01/[4]"]);
    }
}
