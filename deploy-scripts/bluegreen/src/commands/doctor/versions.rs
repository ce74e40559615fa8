//! Whether blue and green can share an alias, and whether green starts.

use bluegreen_rollout::Version;
use serde_json::Value;

use super::Finding;
use crate::{
    alias::AliasHandle,
    aws::{AwsError, VersionSettings},
    probe::deadline,
};

const CHECK: &str = "versions";
/// What Lambda calls it when the process ends, or cannot be started, before it asks for an event.
const INIT_ERRORS: [&str; 2] = ["Runtime.ExitError", "Runtime.InvalidEntrypoint"];

pub(super) async fn check(handle: &AliasHandle, blue: Version, green: Version) -> Vec<Finding> {
    if blue == green {
        let what =
            format!("version {green} serves everything already: there is nothing to release");
        return vec![Finding::warning(CHECK, what)];
    }
    let lambda = &handle.lambda;
    match tokio::join!(lambda.settings(blue), lambda.settings(green)) {
        (Ok(Some(before)), Ok(Some(after))) => compare((blue, &before), (green, &after)),
        (Ok(None), _) => vec![missing(blue)],
        (_, Ok(None)) => vec![missing(green)],
        (Err(error), _) | (_, Err(error)) => vec![Finding::unseen(CHECK, &error)],
    }
}

fn missing(version: Version) -> Finding {
    let what = format!("there is no version {version}");
    Finding::problem(CHECK, what, "`bluegreen status` lists those that there are")
}

/// Lambda splits an alias only between versions of the same role and dead-letter target.
fn compare(
    (blue, before): (Version, &VersionSettings),
    (green, after): (Version, &VersionSettings),
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let publish = "give the function the setting of the version that serves, and `bluegreen publish` \
                   again";
    if before.role != after.role {
        let (one, other) = (&before.role, &after.role);
        let what = format!("version {blue} has the role {one}, version {green} has {other}");
        findings.push(Finding::problem(CHECK, what, publish));
    }
    if before.dead_letter_target != after.dead_letter_target {
        let name = |target: &Option<String>| target.clone().unwrap_or_else(|| "none".to_owned());
        let (one, other) = (
            name(&before.dead_letter_target),
            name(&after.dead_letter_target),
        );
        let what =
            format!("version {blue}'s dead-letter target is {one}, version {green}'s {other}");
        findings.push(Finding::problem(CHECK, what, publish));
    }
    if before.architecture != after.architecture {
        let (one, other) = (before.architecture, after.architecture);
        let what = format!("version {blue} runs on {one}, version {green} on {other}");
        findings.push(Finding::warning(CHECK, what));
    }
    if findings.is_empty() {
        let what = format!("{blue} and {green} have the same role and dead-letter target");
        findings.push(Finding::good(CHECK, what));
    }
    findings
}

/// Invokes green once with an empty event. That its handler may refuse; that the process ends
/// before it asks for an event is what is looked for.
pub(super) async fn starts(handle: &AliasHandle, green: Version) -> Finding {
    const CHECK: &str = "start";
    match first_answer(handle, green).await {
        Ok(Some(error)) => Finding::problem(
            CHECK,
            format!("version {green} does not start: {error}"),
            format!("aws logs tail /aws/lambda/{}", handle.function),
        ),
        Ok(None) => Finding::good(CHECK, format!("version {green} starts and answers")),
        Err(error) => Finding::unseen(CHECK, &error),
    }
}

/// Why green did not start, if it did not.
async fn first_answer(handle: &AliasHandle, green: Version) -> Result<Option<String>, AwsError> {
    let lambda = &handle.lambda;
    let timeout = lambda.timeout(green).await?;
    let answered = lambda.invoke(green, b"{}", deadline(timeout)).await?;
    if !answered.failed {
        return Ok(None);
    }
    let error: Value = serde_json::from_slice(&answered.payload).unwrap_or_default();
    let kind = error["errorType"].as_str().unwrap_or_default();
    let init = INIT_ERRORS.contains(&kind);
    Ok(init.then(|| error["errorMessage"].as_str().unwrap_or(kind).to_owned()))
}
