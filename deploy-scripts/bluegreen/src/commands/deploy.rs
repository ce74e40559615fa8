//! `bluegreen deploy`: publishes a build and rolls it out.

use anyhow::{Context, Result};
use rollout::Routing;

use super::{publish, rollout::Release};
use crate::{
    cli::{DeployArgs, PublishArgs},
    deployment::Deployment,
    driver::Reporter,
    exit::Exit,
    output::Report,
};

pub(super) async fn deploy(
    deployment: &Deployment,
    args: DeployArgs,
    reporter: &Reporter,
) -> Result<Exit> {
    // What is wrong with the plan is said before anything is uploaded.
    args.plan.plan().check()?;
    let dry_run = args.write.dry_run;
    let publish = PublishArgs {
        package: args.package,
        description: args.description,
        write: args.write,
    };
    let published = publish::publish(deployment, &publish).await?;
    reporter.notice(published.text());
    let green = published
        .version()
        .context("Lambda published a version 0")?;
    let seen = deployment.read().await?;
    // The same build once more, as a pipeline that is run again does it.
    if seen.routing == Routing::All(green) {
        reporter.notice(format!(
            "version {green} serves everything already: nothing to do"
        ));
        return Ok(Exit::Done);
    }
    let release = Release {
        green,
        plan: &args.plan,
        probe: &args.probe,
        watch: &args.watch,
        // In a dry run there is no green to look at.
        skip_checks: args.skip_checks || dry_run,
        dry_run,
    };
    release.run(deployment, &seen, reporter).await
}
