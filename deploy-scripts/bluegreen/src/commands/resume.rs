//! `bluegreen resume` and `bluegreen tick`: a rollout that another process has begun.

use anyhow::{Context, Result};
use bluegreen_rollout::controller::{Controller, NothingToResume, Resumable};

use crate::{
    alias::{AliasHandle, Provisioning},
    cli::ResumeArgs,
    driver::{Driver, Interrupts, Reporter, settings},
    exit::Exit,
};

/// Takes up a rollout that was cut short, or does one step of it.
pub(super) async fn resume(
    handle: &AliasHandle,
    args: &ResumeArgs,
    reporter: &Reporter,
    once: bool,
) -> Result<Exit> {
    let seen = handle.read().await?;
    let found = match Resumable::found(&(&seen).into()) {
        Ok(found) => found,
        Err(none) => return nothing(none, handle, reporter).await,
    };
    let green = found.rollout.green;
    let mut interrupts = Interrupts::listen()?;
    let provisioning = Provisioning::known(handle, |text| reporter.notice(text)).await?;
    let timeout = handle.lambda.timeout(green).await;
    let timeout = timeout.with_context(|| format!("failed to read version {green}"))?;
    let settings = settings(&args.watch, timeout, &provisioning);
    let controller = Controller::resume(found, args.horizon, settings);
    let controller = controller.context("failed to resume the rollout")?;
    let controller = match once {
        true => controller.once(),
        false => controller,
    };
    let watch = &args.watch;
    Driver::new(
        handle,
        reporter,
        &mut interrupts,
        controller,
        watch,
        provisioning,
    )
    .drive()
    .await
}

/// What has ended needs nothing, and a scheduler's `tick` is no failure then. What is provisioned by
/// now may be a remnant, or what somebody wants to have: it stays.
async fn nothing(none: NothingToResume, handle: &AliasHandle, reporter: &Reporter) -> Result<Exit> {
    if let NothingToResume::Unreadable(_) = none {
        return Err(none.into());
    }
    reporter.notice(none.to_string());
    let found = Provisioning::read(handle).await;
    if found.is_ok_and(|found| !found.is_empty()) {
        reporter.notice(
            "there is provisioned concurrency: `bluegreen doctor` says whether any of it serves \
             nothing",
        );
    }
    Ok(Exit::Done)
}
