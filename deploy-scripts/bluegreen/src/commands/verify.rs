//! `bluegreen verify`: sends test events straight to a version and to the one that serves.

use std::fmt::Write;

use anyhow::{Context, Result, bail};
use bluegreen_rollout::verdict::Rule;
use serde::Serialize;

use crate::{
    alias::AliasHandle,
    cli::VerifyArgs,
    exit::Exit,
    probe::{ProbeOutcome, Prober, deadline, read_events},
    report::Report,
    terminal::{GREEN, RED, styled},
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verified {
    blue: VersionProbe,
    green: VersionProbe,
    verdict: &'static str,
    ln_e_rollback: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    #[serde(skip)]
    fault: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct VersionProbe {
    version: u64,
    requests: u64,
    errors: u64,
}

pub(super) async fn verify(handle: &AliasHandle, args: &VerifyArgs) -> Result<Verified> {
    let events = read_events(&args.probe.events)?;
    if events.is_empty() {
        bail!("name a test event, as in --event functions/events/http-api.json");
    }
    let green = match args.to {
        Some(version) => version,
        None => handle.newest_version().await?,
    };
    let blue = handle.read().await?.routing.serving();
    if blue == green {
        bail!(
            "version {green} serves already: there is nothing to compare it with; name another with --to"
        );
    }
    let lambda = &handle.lambda;
    let timeout = lambda.timeout(green).await;
    let timeout = timeout.with_context(|| format!("failed to read version {green}"))?;
    let prober = Prober {
        lambda,
        blue,
        green,
        events,
        deadline: deadline(timeout),
    };
    let rule = Rule::default();
    let probed = prober.run(&args.probe, rule).await;
    Ok(Verified::new((blue.number(), green.number()), probed, rule))
}

impl Verified {
    fn new((blue, green): (u64, u64), probed: ProbeOutcome, rule: Rule) -> Self {
        let judgement = probed.judge(rule);
        let version = |version, counts: bluegreen_rollout::verdict::Counts| VersionProbe {
            version,
            requests: counts.requests,
            errors: counts.bad,
        };
        Self {
            blue: version(blue, probed.probe.blue),
            green: version(green, probed.probe.green),
            fault: probed.fault(rule),
            verdict: match probed.fault(rule) {
                Some(_) => "worse",
                None if probed.failure.is_some() => "inconclusive",
                None => "unharmed",
            },
            ln_e_rollback: judgement.ln_e_rollback,
            failure: probed.failure,
        }
    }

    /// Whether a script should go on.
    pub(super) fn exit(&self) -> Exit {
        match self.verdict {
            "worse" => Exit::RolledBack,
            "inconclusive" => Exit::Held,
            _ => Exit::Done,
        }
    }
}

impl Report for Verified {
    fn text(&self) -> String {
        let mut text = String::new();
        for (name, probe) in [("blue", &self.blue), ("green", &self.green)] {
            let VersionProbe {
                version,
                requests,
                errors,
            } = probe;
            let _ = writeln!(
                text,
                "  version {version}  {errors} of {requests} test events failed  {name}"
            );
        }
        if let Some(failure) = &self.failure {
            let _ = writeln!(text, "  {failure}");
        }
        let verdict = match (self.fault, self.verdict) {
            (Some(fault), _) => styled(RED, format!("green gets no traffic: {fault}")),
            (None, "inconclusive") => {
                "green failed, but too seldom to say that it is worse".to_owned()
            }
            _ => styled(GREEN, "green answered all of them as expected"),
        };
        text + &verdict
    }
}
