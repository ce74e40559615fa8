//! `bluegreen deploy`: publishes a build and rolls it out.

use anyhow::{Context, Result};
use bluegreen_rollout::Routing;

use super::{
    publish,
    rollout::{Release, check_free},
};
use crate::{
    alias::AliasHandle,
    cli::{DeployArgs, PublishArgs, WriteArgs},
    driver::Reporter,
    exit::Exit,
    report::Report,
};

pub(super) async fn deploy(
    handle: &AliasHandle,
    args: DeployArgs,
    reporter: &Reporter,
) -> Result<Exit> {
    // What is wrong with the plan, or stands in its way, is said before anything is uploaded.
    let seen = handle.read().await?;
    args.release.plan.plan(handle.contact.metrics()).check()?;
    check_free(&seen).context("failed to begin a release; nothing was published")?;
    let dry_run = args.release.write.dry_run;
    let publish = PublishArgs {
        package: args.package,
        description: args.description,
        write: WriteArgs { dry_run },
    };
    let published = publish::publish(handle, &publish).await?;
    reporter.notice(published.text());
    let green = published
        .version()
        .context("Lambda published a version 0")?;
    // The same build once more, as a pipeline that is run again does it.
    if seen.routing == Routing::All(green) {
        reporter.notice(format!(
            "version {green} serves everything already: nothing to do"
        ));
        return Ok(Exit::Done);
    }
    let release = Release {
        green,
        args: &args.release,
        // In a dry run there is no green to look at.
        skip_checks: args.release.skip_checks || dry_run,
    };
    release.run(handle, &seen, reporter).await
}
