//! `bluegreen doctor`: what a rollout relies on, checked before any traffic moves.

mod alarms;
mod api;
mod concurrency;
mod evidence;
mod finding;
mod triggers;
mod versions;

use anyhow::{Context, Result};
use bluegreen_rollout::{
    Routing, Seconds, Version,
    journal::{Entry, Journal},
    plan::Plan,
};
use serde::Serialize;

pub(crate) use finding::{Finding, State};

use crate::{
    alias::AliasHandle,
    aws::Alias,
    cli::DoctorArgs,
    exit::Exit,
    report::Report,
    terminal::{BOLD, styled},
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Examined {
    function: String,
    alias: String,
    /// Whether a rollout would do what it says.
    sound: bool,
    findings: Vec<Finding>,
}

pub(crate) async fn doctor(handle: &AliasHandle, args: &DoctorArgs) -> Result<Examined> {
    let seen = handle.read().await?;
    let green = match args.to {
        Some(green) => green,
        None => handle.newest_version().await?,
    };
    let plan = args.plan.plan(handle.contact.metrics());
    let mut findings = examine(handle, &seen, green).await;
    findings.insert(0, at_rest(&seen));
    findings.push(plan_fits(handle, &plan, green).await);
    findings.extend(alarms::check(handle, &plan.alarms, (seen.routing.serving(), green)).await);
    findings.extend(evidence::check(handle, &args.plan, seen.routing.serving()).await);
    findings.extend(triggers::check(handle).await);
    if args.invoke {
        findings.push(versions::starts(handle, green).await);
    }
    Ok(Examined {
        function: handle.function.clone(),
        alias: handle.alias.clone(),
        sound: !findings.iter().any(Finding::is_problem),
        findings,
    })
}

/// What the start of a rollout does not find out by itself: the way from the API to the alias,
/// whether both versions can share it, and whether there is room for both.
pub(crate) async fn examine(handle: &AliasHandle, seen: &Alias, green: Version) -> Vec<Finding> {
    let blue = seen.routing.serving();
    let (mut findings, versions, capacity) = tokio::join!(
        api::check(handle, &seen.arn),
        versions::check(handle, blue, green),
        concurrency::check(handle, blue, green)
    );
    findings.extend(versions);
    findings.extend(capacity);
    findings
}

/// Says what is wrong, and whether the rollout may begin.
///
/// # Errors
/// If anything would break.
pub(crate) fn heed(findings: Vec<Finding>, notice: impl Fn(String)) -> Result<()> {
    let (problems, others): (Vec<_>, Vec<_>) = findings.into_iter().partition(Finding::is_problem);
    for warning in others
        .iter()
        .filter(|finding| finding.state == State::Warning)
    {
        notice(warning.text());
    }
    let mut problems = problems.iter().map(Finding::text).peekable();
    if problems.peek().is_none() {
        return Ok(());
    }
    let list = problems.collect::<Vec<_>>().join("\n");
    Err(anyhow::anyhow!("{list}")).context(
        "the rollout would not do what it says, so nothing was moved; --skip-checks begins it all \
         the same",
    )
}

/// Whether the alias is free to be moved.
fn at_rest(seen: &Alias) -> Finding {
    const CHECK: &str = "alias";
    let journal = match Journal::read(&seen.description) {
        Ok(journal) => journal,
        Err(unreadable) => {
            let advice = "bluegreen rollback --to VERSION, which gives it up";
            return Finding::problem(CHECK, unreadable.to_string(), advice);
        }
    };
    let ours = journal.agrees_with(seen.routing);
    match (seen.routing, journal.entry) {
        (Routing::Settling { from, to }, _) => Finding::problem(
            CHECK,
            format!(
                "AWS moves it from version {from} to version {to}, for provisioned concurrency"
            ),
            "wait until `bluegreen status` shows one version, or bluegreen rollback",
        ),
        (Routing::Split { .. }, Some(Entry::Rollout(rollout))) if ours => Finding::problem(
            CHECK,
            format!("rollout {} is under way", rollout.run),
            "bluegreen resume",
        ),
        (Routing::Split { .. }, _) if ours => Finding::problem(
            CHECK,
            format!("it is split by hand: {}", seen.routing),
            "bluegreen promote, or bluegreen rollback",
        ),
        (Routing::Split { .. }, _) => Finding::problem(
            CHECK,
            format!("somebody else splits it: {}", seen.routing),
            "see that CodeDeploy or whoever did it is done, then `bluegreen promote` or `bluegreen \
             rollback`",
        ),
        (Routing::All(version), Some(_)) if !ours => Finding::warning(
            CHECK,
            format!("somebody else moved it to version {version} since bluegreen wrote to it"),
        ),
        (Routing::All(version), _) => Finding::good(CHECK, format!("all on version {version}")),
    }
}

async fn plan_fits(handle: &AliasHandle, plan: &Plan, green: Version) -> Finding {
    const CHECK: &str = "plan";
    if let Err(error) = plan.check() {
        return Finding::problem(CHECK, error.to_string(), "choose other options");
    }
    let good = || Finding::good(CHECK, plan.strategy.to_string());
    // A single switch is not judged.
    if plan.strategy.is_all_at_once() {
        return good();
    }
    let timeout = match handle.lambda.timeout(green).await {
        Ok(timeout) => timeout,
        Err(error) => return Finding::unseen(CHECK, &error),
    };
    let steps: u64 = plan.strategy.steps().iter().map(|step| step.lasts.0).sum();
    let needed = Seconds(steps + plan.metrics.delay.0 + timeout.0);
    if plan.horizon() >= needed {
        return good();
    }
    Finding::problem(
        CHECK,
        format!(
            "it ends without a verdict after {}: the steps, the metrics' delay of {} and the \
             function's timeout of {timeout} take {needed}",
            plan.horizon(),
            plan.metrics.delay
        ),
        format!("--horizon {needed}, or more"),
    )
}

impl Examined {
    pub(crate) const fn exit(&self) -> Exit {
        match self.sound {
            true => Exit::Done,
            false => Exit::Error,
        }
    }
}

impl Report for Examined {
    fn text(&self) -> String {
        let name = format!("{}:{}", self.function, self.alias);
        let verdict = match self.sound {
            true => "a rollout would find all it needs",
            false => "a rollout would not do what it says",
        };
        let mut text = format!("{}  {verdict}\n\n", styled(BOLD, name));
        for finding in &self.findings {
            text.push_str(&finding.line());
        }
        text
    }
}
