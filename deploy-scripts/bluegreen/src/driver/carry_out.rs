//! The controller's calls as calls to AWS.

use rollout::controller::{Action, Answer, Call, Write};

use crate::{
    aws::{Alias, AwsError},
    deployment::Deployment,
};

/// Carries out a call that may be dropped at any moment.
pub(super) async fn carry_out(deployment: &Deployment, call: Call) -> Result<Answer, AwsError> {
    match call {
        Call::ReadAlarms(names) => ringing(deployment, &names).await.map(Answer::Ringing),
        Call::ReadMetrics(rollout) => {
            let now = crate::deployment::now();
            let samples = deployment.cloudwatch.samples(&rollout, now).await;
            samples.map(Answer::Samples)
        }
        Call::MakeWay(green) => {
            let given_back = deployment.lambda.unprovision(green).await;
            given_back.map(|()| Answer::Done)
        }
        _ => read(deployment).await,
    }
}

async fn read(deployment: &Deployment) -> Result<Answer, AwsError> {
    let found = deployment.lambda.alias(&deployment.alias).await?;
    let gone = || AwsError::unexpected("it is not there any more");
    Ok(Answer::Alias(rollout::controller::Alias::from(
        &found.ok_or_else(gone)?,
    )))
}

/// A write of a rollout.
pub(super) async fn write(deployment: &Deployment, write: &Write) -> Result<Answer, AwsError> {
    let call = deployment.update(&write.revision, write.routing(), &write.description);
    Ok(Answer::Alias(rollout::controller::Alias::from(
        &call.await?,
    )))
}

/// Those of the alarms that ring. One that was deleted is an error: nobody can say of it that it
/// does not.
async fn ringing(deployment: &Deployment, names: &[String]) -> Result<Vec<String>, AwsError> {
    let found = deployment.cloudwatch.alarms(names).await?;
    if let Some(missing) = names.iter().find(|name| !found.contains_key(*name)) {
        return Err(AwsError::unexpected(format!(
            "alarm '{missing}' is not there any more"
        )));
    }
    let ringing = found.into_iter().filter(|(_, alarm)| alarm.rings);
    Ok(ringing.map(|(name, _)| name).collect())
}

impl From<&Alias> for rollout::controller::Alias {
    fn from(alias: &Alias) -> Self {
        Self {
            routing: alias.routing,
            description: alias.description.clone(),
            revision: alias.revision_id.clone(),
        }
    }
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
