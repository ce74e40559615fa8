//! The controller's calls as calls to AWS.

use bluegreen_rollout::controller::{Action, Alias, Answer, Call, Write};

use crate::{alias::AliasHandle, aws::AwsError, clock::now};

/// Carries out a call that may be dropped at any moment.
pub(super) async fn carry_out(handle: &AliasHandle, call: Call) -> Result<Answer, AwsError> {
    match call {
        Call::ReadAlarms(names) => ringing(handle, &names).await.map(Answer::Ringing),
        Call::ReadMetrics(rollout) => {
            let samples = handle.cloudwatch.samples(&rollout, now()).await;
            samples.map(Answer::Samples)
        }
        Call::MakeWay(green) => {
            let given_back = handle.lambda.unprovision(green).await;
            given_back.map(|()| Answer::Done)
        }
        _ => read(handle).await,
    }
}

async fn read(handle: &AliasHandle) -> Result<Answer, AwsError> {
    let found = handle.lambda.alias(&handle.alias).await?;
    let gone = || AwsError::unexpected("it is not there any more");
    let found = found.ok_or_else(gone)?;
    Ok(Answer::Alias(Alias::from(&found)))
}

/// A write of a rollout.
pub(super) async fn write(handle: &AliasHandle, write: &Write) -> Result<Answer, AwsError> {
    let written = handle.update(write).await?;
    Ok(Answer::Alias(Alias::from(&written)))
}

/// Those of the alarms that ring. One that was deleted is an error: nobody can say of it that it
/// does not.
async fn ringing(handle: &AliasHandle, names: &[String]) -> Result<Vec<String>, AwsError> {
    let found = handle.cloudwatch.alarms(names).await?;
    if let Some(missing) = names.iter().find(|name| !found.contains_key(*name)) {
        return Err(AwsError::unexpected(format!(
            "alarm '{missing}' is not there any more"
        )));
    }
    let ringing = found.into_iter().filter(|(_, alarm)| alarm.rings);
    Ok(ringing.map(|(name, _)| name).collect())
}

/// What the call does. Completes "failed to".
pub(super) const fn verb(call: &Call) -> &'static str {
    match call {
        Call::ReadAlarms(_) => "read the alarms",
        Call::ReadMetrics(_) => "read the metrics",
        Call::MakeWay(_) => "give back green's provisioned concurrency",
        _ => "read the alias",
    }
}

pub(super) const fn action(action: Action) -> &'static str {
    match action {
        Action::Shift => "shift the alias",
        Action::Confirm => "note in the alias when the step began",
        Action::Promote => "promote green",
        Action::RollBack => "roll back",
    }
}

#[cfg(test)]
mod tests {
    use bluegreen_rollout::Version;

    use super::{super::event::fixture::rollout, Action, Call, action, verb};

    #[test]
    fn what_failed_is_told_in_words() {
        let green = Version::new(2).unwrap();
        let reads = [
            (Call::ReadAlias, "read the alias"),
            (Call::ReadAlarms(Vec::new()), "read the alarms"),
            (Call::ReadMetrics(Box::new(rollout())), "read the metrics"),
            (
                Call::MakeWay(green),
                "give back green's provisioned concurrency",
            ),
        ];
        for (call, words) in reads {
            assert_eq!(verb(&call), words);
        }
        assert_eq!(action(Action::Shift), "shift the alias");
        assert_eq!(action(Action::RollBack), "roll back");
    }
}
