//! The plan: what has to be looked up for it, and how it is told.

use anyhow::{Context, Result, anyhow, bail};
use bluegreen_rollout::{
    Rollout, Seconds,
    plan::{Outcomes, Plan},
    signal::Signal,
};

use crate::{
    alias::AliasHandle,
    aws::Alias,
    cli::{PlanArgs, Slow, Wanted},
    clock::now,
    driver::{Event, Reporter},
};

/// The plan with what has to be looked up.
pub(super) async fn complete(
    args: &PlanArgs,
    (handle, seen): (&AliasHandle, &Alias),
    reporter: &Reporter,
) -> Result<Plan> {
    let mut plan = args.plan(handle.contact.metrics());
    plan.check()?;
    if args.slow == Some(Slow::P95) {
        let found = handle.cloudwatch.p95(now()).await;
        let found = found.context("failed to read blue's latency from CloudWatch")?;
        let p95 = found.ok_or_else(|| {
            anyhow!("no request was seen in the last hour: give a limit, as in --slow 250ms")
        })?;
        plan.also.push(Signal::Slow(p95.ceil() as u32));
    }
    plan.outcomes = outcomes(args, &plan, (handle, seen)).await?;
    plan.check()?;
    if !plan.alarms.is_empty() {
        plan.alarms = silent_alarms(handle, &plan.alarms, reporter).await?;
    }
    Ok(plan)
}

/// What the function says, where that is wanted or blue says something of late.
async fn outcomes(
    args: &PlanArgs,
    plan: &Plan,
    (handle, seen): (&AliasHandle, &Alias),
) -> Result<Option<Outcomes>> {
    let usual = handle.contact.outcomes(plan.horizon());
    let outcomes = args.outcomes.source(usual);
    let wanted = match args.outcomes.wanted() {
        Wanted::Yes => true,
        Wanted::No => false,
        Wanted::IfThere if args.is_a_single_switch() => false,
        Wanted::IfThere => {
            let serving = seen.routing.serving();
            let said = handle.cloudwatch.has_said(serving, &outcomes, now()).await;
            said.context("failed to read the traffic of the alias from CloudWatch")?
        }
    };
    Ok(wanted.then_some(outcomes))
}

/// Says what will be done, and what the traffic allows.
pub(super) async fn tell(
    handle: &AliasHandle,
    rollout: &Rollout,
    timeout: Seconds,
    reporter: &Reporter,
) -> Result<()> {
    let AliasHandle {
        function, alias, ..
    } = handle;
    // A single switch is not judged by the traffic.
    let rate = match rollout.plan.strategy.is_all_at_once() {
        true => Ok(None),
        // Whoever may not read the metrics would learn it only with the traffic shifted.
        false => handle.cloudwatch.rate(rollout.plan.metrics, now()).await,
    };
    let rate = rate.context("failed to read the traffic of the alias from CloudWatch")?;
    let forecast = rollout.plan.forecast(rate.unwrap_or_default(), timeout);
    reporter.say(&Event::planned((function, alias), rollout, rate, forecast));
    Ok(())
}

/// Those of the alarms that do not ring: one that rings already would block its own fix.
async fn silent_alarms(
    handle: &AliasHandle,
    names: &[String],
    reporter: &Reporter,
) -> Result<Vec<String>> {
    let found = handle.cloudwatch.alarms(names).await;
    let found = found.context("failed to read the alarms from CloudWatch")?;
    let mut silent = Vec::new();
    for name in names {
        match found.get(name) {
            None => bail!(
                "there is no CloudWatch alarm '{name}'; `aws cloudwatch describe-alarms` lists them"
            ),
            Some(alarm) if alarm.rings => {
                reporter.notice(format!(
                    "alarm '{name}' rings already: it is no veto in this rollout"
                ));
            }
            Some(_) => silent.push(name.clone()),
        }
    }
    Ok(silent)
}
