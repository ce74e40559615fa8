//! `bluegreen rollout`: moves the traffic to a version in steps, judging it on the way.

use anyhow::{Context, Result, anyhow, bail};
use rollout::{Action, Journal, Plan, Probe, Rollout, Verdict, Version, Write, begin};

use crate::{
    cli::{PlanArgs, ProbeArgs, RolloutArgs, Slow, WatchArgs},
    deployment::{Deployment, now},
    driver::{Driver, Event, Hook, Hooks, Interrupts, Reporter},
    exit::Exit,
    probe::{Prober, deadline, read_events},
};

/// What to do, once it is known which version is green.
#[derive(Debug)]
pub(super) struct Release<'a> {
    pub(super) green: Version,
    pub(super) plan: &'a PlanArgs,
    pub(super) probe: &'a ProbeArgs,
    pub(super) watch: &'a WatchArgs,
    pub(super) dry_run: bool,
}

pub(super) async fn rollout(
    deployment: &Deployment,
    args: &RolloutArgs,
    reporter: &Reporter,
) -> Result<Exit> {
    let green = match args.to {
        Some(version) => version,
        None => deployment.newest_version().await?,
    };
    let release = Release {
        green,
        plan: &args.plan,
        probe: &args.probe,
        watch: &args.watch,
        dry_run: args.write.dry_run,
    };
    release.run(deployment, reporter).await
}

impl Release<'_> {
    /// From the plan to the end.
    pub(super) async fn run(&self, deployment: &Deployment, reporter: &Reporter) -> Result<Exit> {
        let mut interrupts = Interrupts::listen()?;
        let green = self.green;
        let plan = self.complete_plan(deployment, reporter).await?;
        let seen = deployment.read().await?;
        let journal = Journal::read(&seen.description);
        let run = format!("{:04x}", fastrand::u16(..));
        let prepare = |probe| {
            let (plan, run) = (plan.clone(), run.clone());
            let write = begin(seen.routing, &journal, green, plan, run, now(), probe);
            write.with_context(|| format!("failed to roll out version {green}"))
        };
        // Before anything is tested: whether it could begin at all.
        let first = rollout_of(&prepare(None)?, &plan, green, &run);
        tell_plan(deployment, &first, reporter).await?;
        if self.dry_run {
            let text = "nothing was written".to_owned();
            reporter.say(&Event::Notice { text });
            return Ok(Exit::Done);
        }
        let probe = match self.verify(deployment, &first, reporter).await? {
            Verified::Condemned => return Ok(Exit::RolledBack),
            Verified::Unharmed(probe) => probe,
        };
        let mut hooks = Hooks::new(deployment, &self.watch.hooks);
        if let Err(error) = hooks
            .before_traffic(&first, reporter, &mut interrupts)
            .await
        {
            let text = format!("{error:#}: green gets no traffic");
            reporter.say(&Event::Notice { text });
            return Ok(Exit::RolledBack);
        }
        if interrupts.pending().is_some() {
            let text = "interrupted before green got any traffic".to_owned();
            reporter.say(&Event::Notice { text });
            return Ok(Exit::RolledBack);
        }
        let write = prepare(probe)?;
        let place = || format!("failed to begin the rollout of version {green}");
        let entry = write.entry.clone();
        deployment
            .write(&seen, write.routing, entry)
            .await
            .with_context(place)?;
        reporter.say(&Event::written(&write));
        if write.action == Action::Promote {
            hooks.at_the_end(Hook::AfterPromote, &write, reporter).await;
            return Ok(Exit::Done);
        }
        let begun = rollout_of(&write, &plan, green, &run);
        let watch = self.watch.clone();
        Driver::new(deployment, reporter, &mut interrupts, &begun, watch)
            .await?
            .drive()
            .await
    }

    /// The plan with what has to be looked up.
    async fn complete_plan(&self, deployment: &Deployment, reporter: &Reporter) -> Result<Plan> {
        let mut plan = self.plan.plan();
        plan.check()?;
        if self.plan.slow == Some(Slow::P95) {
            let found = deployment.cloudwatch.p95(now()).await;
            let found = found.context("failed to read blue's latency from CloudWatch")?;
            let p95 = found.ok_or_else(|| {
                anyhow!("no request was seen in the last hour: give a limit, as in --slow 250ms")
            })?;
            plan.slow = Some(p95.ceil() as u32);
        }
        if !plan.alarms.is_empty() {
            plan.alarms = silent_alarms(deployment, &plan.alarms, reporter).await?;
        }
        Ok(plan)
    }

    /// Warms green and sends the test events, where there are some.
    async fn verify(
        &self,
        deployment: &Deployment,
        first: &Rollout,
        reporter: &Reporter,
    ) -> Result<Verified> {
        let events = read_events(&self.probe.events)?;
        if events.is_empty() {
            return Ok(Verified::Unharmed(None));
        }
        let lambda = &deployment.lambda;
        let timeout = lambda
            .timeout(self.green)
            .await
            .context("failed to read green's timeout")?;
        let prober = Prober {
            lambda,
            blue: first.blue,
            green: first.green,
            events,
            deadline: deadline(timeout),
        };
        if let Some(environments) = self.probe.warm {
            prober.warm(environments).await;
        }
        let rule = first.plan.rule;
        let probed = prober.probe(self.probe.probes, rule).await;
        let condemned = probed.judge(rule).verdict == Verdict::Rollback;
        reporter.say(&Event::probed(probed.probe, condemned, probed.failure));
        Ok(match condemned {
            true => Verified::Condemned,
            false => Verified::Unharmed(Some(probed.probe)),
        })
    }
}

enum Verified {
    Condemned,
    Unharmed(Option<Probe>),
}

/// The rollout that this write begins; of one that has no steps, what it would be.
fn rollout_of(write: &Write, plan: &Plan, green: Version, run: &str) -> Rollout {
    match &write.entry {
        rollout::Entry::Rollout(rollout) => (**rollout).clone(),
        entry => Rollout {
            blue: entry.before().first().copied().unwrap_or(green),
            green,
            plan: plan.clone(),
            run: run.to_owned(),
            started: vec![now()],
            probe: None,
            before: Vec::new(),
        },
    }
}

async fn tell_plan(deployment: &Deployment, rollout: &Rollout, reporter: &Reporter) -> Result<()> {
    let Deployment {
        function, alias, ..
    } = deployment;
    let rate = deployment
        .cloudwatch
        .rate(rollout.plan.metrics, now())
        .await;
    // Whoever may not read the metrics would learn it only with the traffic shifted.
    let rate = rate.context("failed to read the traffic of the alias from CloudWatch")?;
    let forecast = rollout.plan.forecast(rate.unwrap_or_default());
    reporter.say(&Event::planned((function, alias), rollout, rate, forecast));
    Ok(())
}

/// Those of the alarms that do not ring: one that rings already would block its own fix.
async fn silent_alarms(
    deployment: &Deployment,
    names: &[String],
    reporter: &Reporter,
) -> Result<Vec<String>> {
    let found = deployment.cloudwatch.alarms(names).await;
    let found = found.context("failed to read the alarms from CloudWatch")?;
    let mut silent = Vec::new();
    for name in names {
        match found.get(name) {
            None => bail!(
                "there is no CloudWatch alarm '{name}'; `aws cloudwatch describe-alarms` lists them"
            ),
            Some(true) => {
                let text = format!("alarm '{name}' rings already: it is no veto in this rollout");
                reporter.say(&Event::Notice { text });
            }
            Some(false) => silent.push(name.clone()),
        }
    }
    Ok(silent)
}
