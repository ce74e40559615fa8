//! `bluegreen resume` and `bluegreen tick`: a rollout that another process has begun.

use anyhow::{Context, Result, bail};
use rollout::{Entry, Journal};

use crate::{
    cli::ResumeArgs,
    deployment::Deployment,
    driver::{Driver, Interrupts, Reporter},
    exit::Exit,
    provisioned::{Provisioning, settle},
};

/// Takes up a rollout that was cut short, or does one step of it.
pub(super) async fn resume(
    deployment: &Deployment,
    args: &ResumeArgs,
    reporter: &Reporter,
    once: bool,
) -> Result<Exit> {
    let seen = deployment.read().await?;
    let journal = Journal::read(&seen.description);
    let provisioning = Provisioning::read(deployment).await;
    let provisioning = provisioning.context("failed to read the provisioned concurrency")?;
    if let Some(entry) = &journal.entry
        && journal.agrees_with(seen.routing)
        && !provisioning.is_empty()
    {
        // A deployer that was killed at the end may not have come to it.
        let notice = |text| reporter.notice(text);
        match entry {
            Entry::Rollout(_) | Entry::Shifted { .. } => {}
            ended => settle(deployment, ended.serving(), ended.left(), notice).await,
        }
    }
    let rollout = match &journal.entry {
        Some(Entry::Rollout(rollout)) => rollout,
        Some(Entry::Serving { version, .. }) if journal.agrees_with(seen.routing) => {
            reporter.notice(format!(
                "there is nothing to resume: version {version} serves everything"
            ));
            return Ok(Exit::Done);
        }
        Some(Entry::RolledBack { version, green, .. }) if journal.agrees_with(seen.routing) => {
            reporter.notice(format!(
                "there is nothing to resume: version {green} was rolled back, version {version} \
                 serves everything"
            ));
            return Ok(Exit::RolledBack);
        }
        _ => bail!(
            "there is no rollout to resume: the alias is at {}, and `bluegreen rollout` did not \
             leave it there",
            seen.routing
        ),
    };
    let mut interrupts = Interrupts::listen()?;
    let timeout = deployment.lambda.timeout(rollout.green).await;
    let timeout = timeout.with_context(|| format!("failed to read version {}", rollout.green))?;
    let driver = Driver::new(
        deployment,
        reporter,
        &mut interrupts,
        rollout,
        timeout,
        &args.watch,
    );
    let driver = driver
        .with_horizon(args.horizon)
        .with_provisioning(provisioning);
    match once {
        true => driver.once(rollout).await,
        false => driver.drive().await,
    }
}
