//! `bluegreen resume` and `bluegreen tick`: a rollout that another process has begun.

use anyhow::{Context, Result};
use rollout::{Controller, NothingToResume, Resumable};

use crate::{
    cli::ResumeArgs,
    deployment::Deployment,
    driver::{Driver, Interrupts, Reporter},
    exit::Exit,
    provisioned::Provisioning,
};

/// Takes up a rollout that was cut short, or does one step of it.
pub(super) async fn resume(
    deployment: &Deployment,
    args: &ResumeArgs,
    reporter: &Reporter,
    once: bool,
) -> Result<Exit> {
    let seen = deployment.read().await?;
    let found = match Resumable::found(&(&seen).into()) {
        Ok(found) => found,
        Err(none) => return nothing(none, reporter),
    };
    let green = found.rollout.green;
    let mut interrupts = Interrupts::listen()?;
    let provisioning = Provisioning::read(deployment).await;
    let provisioning = provisioning.context("failed to read the provisioned concurrency")?;
    let timeout = deployment.lambda.timeout(green).await;
    let timeout = timeout.with_context(|| format!("failed to read version {green}"))?;
    let settings = args.watch.settings(timeout, &provisioning);
    let controller = Controller::resume(found, args.horizon, settings);
    let controller = controller.context("failed to resume the rollout")?;
    let controller = match once {
        true => controller.once(),
        false => controller,
    };
    let watch = &args.watch;
    Driver::new(
        deployment,
        reporter,
        &mut interrupts,
        controller,
        watch,
        provisioning,
    )
    .drive()
    .await
}

/// What has ended has its outcome; whatever else is there is none of ours.
fn nothing(none: NothingToResume, reporter: &Reporter) -> Result<Exit> {
    let exit = match none {
        NothingToResume::Promoted(_) => Exit::Done,
        NothingToResume::RolledBack { .. } => Exit::RolledBack,
        NothingToResume::Elsewhere(_) | NothingToResume::Unreadable(_) => return Err(none.into()),
    };
    reporter.notice(none.to_string());
    Ok(exit)
}
