//! Log groups: made, deleted, described, and how long they keep their lines.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    limit::page,
    of_group::{invalid, missing_group, name_of},
};
use crate::{
    logs::{Logs, kept::LogGroup},
    protocol::{Answer, Exception},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeLogGroups {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    log_group_identifiers: Option<Vec<String>>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Named {
    log_group_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRetentionPolicy {
    log_group_name: String,
    retention_in_days: u32,
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const RETENTIONS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

impl DescribeLogGroups {
    pub(super) fn answer(&self, logs: &Logs) -> Answer {
        if self.log_group_name_prefix.is_some() && self.log_group_name_pattern.is_some() {
            // AWS's rule; the words are ours.
            let text = "give either logGroupNamePrefix or logGroupNamePattern, and not both";
            return Err(invalid(text));
        }
        let mut groups = logs.all();
        groups.retain(|(group, _)| self.wants(logs, &group.name));
        let asked = (self.limit, self.next_token.as_deref());
        let (groups, next) = page(groups, |(group, _)| &group.name, asked)?;
        let groups = groups
            .iter()
            .map(|(group, bytes)| match self.log_group_name_pattern {
                Some(_) => brief(logs, group),
                None => whole(logs, group, *bytes),
            });
        let mut answer = json!({ "logGroups": groups.collect::<Vec<_>>() });
        if let Some(next) = next {
            answer["nextToken"] = json!(next);
        }
        Ok(answer)
    }

    fn wants(&self, logs: &Logs, name: &str) -> bool {
        let identifiers = self.log_group_identifiers.as_ref();
        let is_named = |identifiers: &Vec<String>| {
            let mut names = identifiers.iter();
            names.any(|identifier| name_of(&logs.place, identifier) == name)
        };
        let prefix = self.log_group_name_prefix.as_deref().unwrap_or_default();
        let part = self.log_group_name_pattern.as_deref().unwrap_or_default();
        name.starts_with(prefix) && name.contains(part) && identifiers.is_none_or(is_named)
    }
}

/// As AWS describes one that was found by a part of its name.
fn brief(logs: &Logs, group: &LogGroup) -> Value {
    json!({
        "logGroupName": group.name,
        "creationTime": group.created,
        "arn": format!("{}:*", logs.place.log_group_arn(&group.name)),
    })
}

fn whole(logs: &Logs, group: &LogGroup, bytes: usize) -> Value {
    let mut described = brief(logs, group);
    described["logGroupArn"] = json!(logs.place.log_group_arn(&group.name));
    described["logGroupClass"] = json!("STANDARD");
    described["metricFilterCount"] = json!(0);
    described["storedBytes"] = json!(bytes);
    if let Some(days) = group.retention {
        described["retentionInDays"] = json!(days);
    }
    described
}

pub(super) fn create(logs: &Logs, request: &Named) -> Answer {
    match logs.create(&request.log_group_name) {
        true => Ok(json!({})),
        false => {
            let text = "The specified log group already exists";
            Err(Exception::new("ResourceAlreadyExistsException", 400, text))
        }
    }
}

pub(super) fn delete(logs: &Logs, request: &Named) -> Answer {
    done(logs.delete(&request.log_group_name))
}

pub(super) fn put_retention(logs: &Logs, request: &PutRetentionPolicy) -> Answer {
    let days = request.retention_in_days;
    if !RETENTIONS.contains(&days) {
        return Err(invalid(format!(
            "{days} is not a number of days for which CloudWatch Logs keeps lines"
        )));
    }
    done(logs.retain(&request.log_group_name, Some(days)))
}

pub(super) fn delete_retention(logs: &Logs, request: &Named) -> Answer {
    done(logs.retain(&request.log_group_name, None))
}

fn done(found: bool) -> Answer {
    match found {
        true => Ok(json!({})),
        false => Err(missing_group()),
    }
}
