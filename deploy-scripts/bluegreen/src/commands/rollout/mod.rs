//! `bluegreen rollout`: moves the traffic to a version in steps, judging it on the way.

mod plan;
mod start;

use anyhow::{Context, Result, anyhow};
use bluegreen_rollout::{Probe, Rollout, Seconds, Version, controller::Settings};

use super::doctor;
use crate::{
    alias::{AliasHandle, NONE_PUBLISHED, Provisioning},
    aws::Alias,
    cli::{ReleaseArgs, RolloutArgs},
    driver::{Driver, Event, Hooks, Interrupts, Reporter, settings},
    exit::Exit,
    probe::{ProbeOutcome, Prober, deadline, read_events},
    terminal::{Question, confirm},
};
pub(super) use start::check_free;
use start::{Start, rolled_back};

/// What to do, once it is known which version is green.
#[derive(Debug)]
pub(super) struct Release<'a> {
    pub(super) green: Version,
    pub(super) args: &'a ReleaseArgs,
    pub(super) skip_checks: bool,
}

pub(super) async fn rollout(
    handle: &AliasHandle,
    args: &RolloutArgs,
    reporter: &Reporter,
) -> Result<Exit> {
    let seen = handle.read().await?;
    args.release.plan.plan(handle.contact.metrics()).check()?;
    check_free(&seen).context("failed to begin a rollout")?;
    let listing = handle.lambda.listing().await;
    let listing = listing.context("failed to list the versions")?;
    let newest = || listing.newest().ok_or_else(|| anyhow!(NONE_PUBLISHED));
    let green = args.to.map_or_else(newest, Ok)?;
    let blue = seen.routing.serving();
    if blue != green && listing.are_equal(blue, green) {
        reporter.notice(format!(
            "version {green} is made of what version {blue} is made of: there is nothing to release"
        ));
        return Ok(Exit::Done);
    }
    if !args.release.write.dry_run {
        let notice = |text| reporter.notice(text);
        let ready = handle.wait_until_active(green, notice).await;
        ready.context("failed to begin a rollout")?;
    }
    let release = Release {
        green,
        args: &args.release,
        skip_checks: args.release.skip_checks,
    };
    release.run(handle, &seen, reporter).await
}

impl Release<'_> {
    /// From the plan to the end.
    pub(super) async fn run(
        &self,
        handle: &AliasHandle,
        seen: &Alias,
        reporter: &Reporter,
    ) -> Result<Exit> {
        let start = Start {
            seen,
            green: self.green,
            plan: plan::complete(&self.args.plan, (handle, seen), reporter).await?,
            run: format!("{:08x}", fastrand::u32(..)),
        };
        // Before anything is tested: whether it could begin at all.
        let first = start.controller(None, Settings::default())?;
        let first = first.rollout();
        self.check(handle, seen, reporter).await?;
        let timeout = self.timeout(handle, first.blue).await?;
        let dry_run = self.args.write.dry_run;
        if !dry_run {
            self.ask_again(seen)?;
        }
        plan::tell(handle, first, timeout, reporter).await?;
        if dry_run {
            reporter.notice("nothing was written");
            return Ok(Exit::Done);
        }
        self.begin(handle, &start, timeout, reporter).await
    }

    /// From the test events to the end.
    async fn begin(
        &self,
        handle: &AliasHandle,
        start: &Start<'_>,
        timeout: Seconds,
        reporter: &Reporter,
    ) -> Result<Exit> {
        let first = start.controller(None, Settings::default())?;
        let first = first.rollout();
        let mut interrupts = Interrupts::listen()?;
        let mut provisioning = Provisioning::known(handle, |text| reporter.notice(text)).await?;
        let prepared = tokio::select! {
            prepared = self.prepare(handle, first, timeout, &mut provisioning, reporter) => {
                prepared?
            }
            signal = interrupts.next() => Preparation::Failed(format!("interrupted by {signal}")),
        };
        let notice = |text| reporter.notice(text);
        let probe = match prepared {
            Preparation::Passed(probe) => probe,
            Preparation::Failed(reason) => {
                provisioning.give_back(self.green, notice).await;
                reporter.notice(format!("{reason}: green gets no traffic"));
                return Ok(Exit::RolledBack);
            }
        };
        let watch = &self.args.watch;
        let controller = match start.controller(probe, settings(watch, timeout, &provisioning)) {
            Ok(controller) => controller,
            // What the test events found has no room beside the plan.
            Err(error) => {
                provisioning.give_back(self.green, notice).await;
                return Err(error);
            }
        };
        let interrupts = &mut interrupts;
        Driver::new(
            handle,
            reporter,
            interrupts,
            controller,
            watch,
            provisioning,
        )
        .drive()
        .await
    }

    /// Asks whether a version that was rolled back is to be released once more.
    fn ask_again(&self, seen: &Alias) -> Result<()> {
        match rolled_back(seen, self.green) {
            Some(what) => confirm(&Question {
                text: &format!("{what};\nrelease it again?"),
                option: "--again",
                otherwise: "nothing was moved",
                yes: self.args.again,
            }),
            None => Ok(()),
        }
    }

    /// A single switch moves everything at once: what is broken in front of it was so before, and
    /// it splits nothing.
    async fn check(&self, handle: &AliasHandle, seen: &Alias, reporter: &Reporter) -> Result<()> {
        if self.skip_checks || self.args.plan.is_a_single_switch() {
            return Ok(());
        }
        let findings = doctor::examine(handle, seen, self.green).await;
        reporter.reached_at(findings.iter().find_map(|found| found.address.clone()));
        doctor::heed(findings, |warning| reporter.notice(warning))
    }

    /// Everything before green's first traffic: its test events, the hook, and as much provisioned
    /// concurrency as blue has.
    async fn prepare(
        &self,
        handle: &AliasHandle,
        first: &Rollout,
        timeout: Seconds,
        provisioning: &mut Provisioning<'_>,
        reporter: &Reporter,
    ) -> Result<Preparation> {
        let tested = self.test(handle, first, timeout, reporter).await?;
        if let Preparation::Passed(_) = tested {
            let versions = (first.blue, self.green);
            let notice = |text| reporter.notice(text);
            provisioning.allocate(versions, notice).await?;
        }
        Ok(tested)
    }

    /// How long an invocation of green may take. What has to be known while green has traffic is
    /// read before it gets any; a single switch without test events does not ask for it.
    async fn timeout(&self, handle: &AliasHandle, blue: Version) -> Result<Seconds> {
        if self.args.plan.is_a_single_switch() && self.args.probe.events.is_empty() {
            return Ok(Seconds(0));
        }
        let timeout = match handle.lambda.timeout(self.green).await {
            // A dry run of `deploy` publishes no green that could be looked at.
            Err(error) if self.args.write.dry_run && error.is_missing() => {
                handle.lambda.timeout(blue).await
            }
            answered => answered,
        };
        timeout.with_context(|| format!("failed to read version {}", self.green))
    }

    /// The test events, and the hook before the first shift.
    async fn test(
        &self,
        handle: &AliasHandle,
        first: &Rollout,
        timeout: Seconds,
        reporter: &Reporter,
    ) -> Result<Preparation> {
        let probed = self.probe(handle, first, timeout).await?;
        let probe = probed.as_ref().map(|probed| probed.probe);
        if let Some(probed) = probed {
            let fault = probed.fault(first.plan.rule);
            reporter.say(&Event::probed(probed.probe, fault, probed.failure));
            if let Some(fault) = fault {
                return Ok(Preparation::Failed(fault.to_owned()));
            }
        }
        let hooks = Hooks::new(handle, &self.args.watch.hooks);
        match hooks.before_traffic(first, reporter).await {
            Ok(()) => Ok(Preparation::Passed(probe)),
            Err(error) => Ok(Preparation::Failed(format!("{error:#}"))),
        }
    }

    /// Warms green and sends the test events, where there are some.
    async fn probe(
        &self,
        handle: &AliasHandle,
        first: &Rollout,
        timeout: Seconds,
    ) -> Result<Option<ProbeOutcome>> {
        let events = read_events(&self.args.probe.events)?;
        if events.is_empty() {
            return Ok(None);
        }
        let prober = Prober {
            lambda: &handle.lambda,
            blue: first.blue,
            green: first.green,
            events,
            deadline: deadline(timeout),
        };
        Ok(Some(prober.run(&self.args.probe, first.plan.rule).await))
    }
}

/// Whether green may have traffic.
enum Preparation {
    Passed(Option<Probe>),
    Failed(String),
}
