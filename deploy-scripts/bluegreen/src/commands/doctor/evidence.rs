//! What a rollout is judged by beside Lambda's own metrics, and whether it can say why green failed.

use bluegreen_rollout::{Seconds, Version, plan::FINE_DATA};

use super::Finding;
use crate::{alias::AliasHandle, aws::AwsError, cli::PlanArgs, clock::now};

const OUTCOMES: &str = "outcomes";
const LOGS: &str = "logs";

pub(super) async fn check(handle: &AliasHandle, args: &PlanArgs, blue: Version) -> Vec<Finding> {
    let (outcomes, logs) = tokio::join!(outcomes(handle, args, blue), logs(handle, blue));
    let outcomes = outcomes.unwrap_or_else(|error| Finding::unseen(OUTCOMES, &error));
    let logs = logs.unwrap_or_else(|error| {
        let what = format!("a rollback will not say why green failed: {error}");
        Finding::warning(LOGS, what)
    });
    vec![outcomes, logs]
}

async fn outcomes(
    handle: &AliasHandle,
    args: &PlanArgs,
    blue: Version,
) -> Result<Finding, AwsError> {
    let usual = handle.contact.outcomes(Seconds(FINE_DATA));
    let outcomes = args.outcomes.source(usual);
    let said = handle.cloudwatch.has_said(blue, &outcomes, now()).await?;
    Ok(match said {
        true => Finding::good(
            OUTCOMES,
            format!(
                "version {blue} says how it answers: {} counts, too",
                outcomes.bad
            ),
        ),
        false => Finding::warning(
            OUTCOMES,
            format!(
                "version {blue} has not said in the last two weeks how it answers: a 500 that a \
                 handler returns is a success to Lambda, and no rollback's reason"
            ),
        ),
    })
}

async fn logs(handle: &AliasHandle, blue: Version) -> Result<Finding, AwsError> {
    let now = now();
    handle.logs.lines(blue, (now, now), None).await?;
    Ok(Finding::good(
        LOGS,
        format!("{} can be read", handle.logs.group),
    ))
}
