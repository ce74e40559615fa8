//! Whether the plan's alarms are there, are silent, and can ring for this release.

use bluegreen_rollout::Version;

use super::Finding;
use crate::{alias::AliasHandle, aws::Alarm};

const CHECK: &str = "alarm";

pub(super) async fn check(
    handle: &AliasHandle,
    names: &[String],
    versions: (Version, Version),
) -> Vec<Finding> {
    if names.is_empty() {
        return Vec::new();
    }
    let found = match handle.cloudwatch.alarms(names).await {
        Ok(found) => found,
        Err(error) => return vec![Finding::unseen(CHECK, &error)],
    };
    let examine = |name: &String| match found.get(name) {
        Some(alarm) => examine(handle, name, alarm, versions),
        None => Finding::problem(
            CHECK,
            format!("there is no alarm '{name}'"),
            "aws cloudwatch describe-alarms lists them",
        ),
    };
    names.iter().map(examine).collect()
}

fn examine(
    handle: &AliasHandle,
    name: &str,
    alarm: &Alarm,
    (blue, green): (Version, Version),
) -> Finding {
    if alarm.rings {
        return Finding::warning(
            CHECK,
            format!("'{name}' rings already: it would be no veto in a rollout"),
        );
    }
    let dimension = |name: &str| alarm.dimensions.get(name).map(String::as_str);
    let (resource, executed) = (dimension("Resource"), dimension("ExecutedVersion"));
    let narrow = "put the alarm on FunctionName and Resource, or on FunctionName alone";
    let alias = format!("{}:{}", handle.function, handle.alias);
    let what = if !alarm.of_lambda {
        return Finding::good(CHECK, format!("'{name}' is silent"));
    } else if dimension("FunctionName").is_some_and(|function| function != handle.function) {
        format!("'{name}' is of another function")
    } else if resource.is_some_and(|resource| resource != alias && resource != handle.function) {
        format!("'{name}' is of another alias")
    } else if resource.is_none() && executed.is_some() {
        format!("'{name}' has ExecutedVersion without Resource: there are no such metrics")
    } else if executed.is_some_and(|version| version == blue.to_string()) {
        format!("'{name}' is of version {blue}, the old one")
    } else if executed.is_some_and(|version| version != green.to_string()) {
        format!("'{name}' is of a version that is not released here")
    } else {
        return Finding::good(CHECK, format!("'{name}' is silent, and can ring for green"));
    };
    Finding::problem(CHECK, what + ": it cannot ring for green", narrow)
}
