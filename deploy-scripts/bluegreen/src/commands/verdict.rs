//! `bluegreen verdict`: the decision rule as a calculator, for a plan or a post-mortem.

use std::{
    fmt::Write,
    io::{IsTerminal, Read, stdin},
};

use anyhow::{Context, Result, bail};
use bluegreen_rollout::{
    Weight,
    verdict::{Bounds, Counts, Epochs, Judgement, Rule, Stage, Verdict},
};
use serde::{Deserialize, Serialize};

use crate::{
    cli::VerdictArgs,
    report::Report,
    terminal::{BOLD, GREEN, RED, styled},
};

/// Totals as JSON: stages, or epochs of stages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Totals {
    stages: Option<Vec<StageTotals>>,
    epochs: Option<Vec<Vec<StageTotals>>>,
    planned_epochs: Option<usize>,
    delta: Option<f64>,
    #[serde(rename = "Delta")]
    certified: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StageTotals {
    weight: f64,
    blue_requests: u64,
    blue_bad: u64,
    green_requests: u64,
    green_bad: u64,
    /// The weight rose in it.
    #[serde(default)]
    rising: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Judged {
    verdict: &'static str,
    ln_e_rollback: f64,
    ln_e_promote: f64,
    ln_e_split: f64,
    tolerated: f64,
    certified: f64,
    alpha: f64,
    beta: f64,
    /// Green is worse by at least this share of its requests, if by any.
    at_least: Option<f64>,
    /// Green is worse by at most this share, if anything is excluded.
    at_most: Option<f64>,
    #[serde(skip)]
    judgement: Judgement,
    #[serde(skip)]
    rule: Rule,
}

pub(crate) fn verdict(args: &VerdictArgs) -> Result<Judged> {
    let totals = if args.stages.is_empty() {
        read_totals()?
    } else {
        Totals::none()
    };
    let default = Rule::default();
    let rule = Rule {
        alpha: args.alpha,
        beta: args.beta,
        tolerated: args.tolerated.or(totals.delta).unwrap_or(default.tolerated),
        certified: args
            .certified
            .or(totals.certified)
            .unwrap_or(default.certified),
    };
    rule.check()?;
    let epochs = match args.stages.as_slice() {
        [] => totals.epochs()?,
        stages => Epochs {
            stages: vec![stages.to_vec()],
            planned: 1,
        },
    };
    Ok(Judged::new(rule, &epochs))
}

fn read_totals() -> Result<Totals> {
    let mut input = stdin();
    if input.is_terminal() {
        bail!("give the totals as --stage 10%:5400/5:600/7, or as JSON on standard input");
    }
    let mut text = String::new();
    input
        .read_to_string(&mut text)
        .context("failed to read standard input")?;
    serde_json::from_str(&text).context(
        "standard input holds no totals such as {\"stages\": [{\"weight\": 0.1, \
         \"blue_requests\": 5400, \"blue_bad\": 5, \"green_requests\": 600, \"green_bad\": 7}]}",
    )
}

impl Totals {
    const fn none() -> Self {
        Self {
            stages: None,
            epochs: None,
            planned_epochs: None,
            delta: None,
            certified: None,
        }
    }

    fn epochs(self) -> Result<Epochs> {
        let epochs = match (self.stages, self.epochs) {
            (Some(stages), None) => vec![stages],
            (None, Some(epochs)) => epochs,
            _ => bail!("the totals need either \"stages\" or \"epochs\""),
        };
        let read = |stages: Vec<StageTotals>| {
            stages
                .into_iter()
                .map(Stage::try_from)
                .collect::<Result<Vec<Stage>>>()
        };
        let stages = epochs.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        let planned = self.planned_epochs.unwrap_or(stages.len());
        if planned < stages.len() {
            bail!(
                "there are {} epochs, and only {planned} were planned",
                stages.len()
            );
        }
        Ok(Epochs { stages, planned })
    }
}

impl TryFrom<StageTotals> for Stage {
    type Error = anyhow::Error;

    fn try_from(totals: StageTotals) -> Result<Self> {
        let weight = Weight::new(totals.weight)
            .with_context(|| format!("weight {} is not between 0 and 1", totals.weight))?;
        Ok(Self {
            weight,
            rising: totals.rising,
            blue: counts(totals.blue_requests, totals.blue_bad)?,
            green: counts(totals.green_requests, totals.green_bad)?,
        })
    }
}

fn counts(requests: u64, bad: u64) -> Result<Counts> {
    if bad > requests {
        bail!("{bad} bad requests of {requests} cannot be");
    }
    Ok(Counts { requests, bad })
}

impl Judged {
    fn new(rule: Rule, epochs: &Epochs) -> Self {
        let judgement = rule.judge(epochs, true);
        let Bounds { at_least, at_most } = rule.bounds(epochs);
        Self {
            verdict: judgement.verdict.name(),
            ln_e_rollback: judgement.ln_e_rollback,
            ln_e_promote: judgement.ln_e_promote,
            ln_e_split: judgement.ln_e_split,
            tolerated: rule.tolerated,
            certified: rule.certified,
            alpha: rule.alpha,
            beta: rule.beta,
            at_least,
            at_most,
            judgement,
            rule,
        }
    }

    /// `green is worse by at least 3.1 and at most 8.0 percentage points`
    fn difference(&self) -> String {
        let points = |share: f64| format!("{:.2}", share * 100.0);
        match (self.at_least, self.at_most) {
            (None, None) => "nothing is excluded yet".to_owned(),
            (None, Some(most)) => {
                format!(
                    "green is worse by at most {} percentage points",
                    points(most)
                )
            }
            (Some(least), None) => {
                format!(
                    "green is worse by at least {} percentage points",
                    points(least)
                )
            }
            (Some(least), Some(most)) => format!(
                "green is worse by at least {} and at most {} percentage points",
                points(least),
                points(most)
            ),
        }
    }
}

impl Report for Judged {
    fn text(&self) -> String {
        let verdict = match self.judgement.verdict {
            Verdict::Rollback => styled(RED, "rollback"),
            Verdict::Promote => styled(GREEN, "promote"),
            Verdict::Inconclusive => styled(BOLD, "inconclusive"),
        };
        let mut text = format!("{verdict}: {}\n\n", self.difference());
        let mut line = |what: &str, evidence: f64, limit: f64| {
            let _ = writeln!(
                text,
                "  {what:<22} ln E = {evidence:7.2}, enough at {limit:.2}"
            );
        };
        line(
            "to roll back",
            self.ln_e_rollback,
            self.rule.ln_rollback_limit(),
        );
        line(
            "to promote",
            self.ln_e_promote,
            self.rule.ln_promote_limit(),
        );
        if self.judgement.split_is_off {
            let _ = writeln!(
                text,
                "  the alias did not send the share that was asked for: nothing is promoted, and \
                 the evidence to roll back is approximate"
            );
        }
        let points = self.rule.certified * 100.0;
        let _ = writeln!(
            text,
            "\n  excluding {points} points takes about {} clean requests of green",
            self.rule.expected_green()
        );
        text
    }
}
