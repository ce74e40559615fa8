//! The options that make a rollout's plan.

use bluegreen_rollout::{
    Seconds,
    plan::{Metrics, Name, Otherwise, Outcomes, Plan, Strategy},
    signal::Signal,
    verdict::Rule,
};
use clap::{Args, ValueEnum};

use super::{
    Share,
    headings::{FAST, JUDGED, METRICS, THEN},
};

/// All of it is kept in the alias's description: whoever takes the rollout up has the same plan.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// all-at-once, canary:10%/5m, linear:10%/1m, steps:1%/10m,5%/30m, or a name of CodeDeploy's
    ///
    /// Those are names such as Canary10Percent5Minutes.
    #[arg(help_heading = FAST, long, default_value = Strategy::DEFAULT)]
    strategy: Strategy,

    /// Promote when green is shown to be worse by less than this share of its requests
    #[arg(help_heading = JUDGED, long, value_name = "SHARE", default_value_t = Share(Rule::default().certified))]
    certified: Share,

    /// Roll back only if green is worse by more than this share of its requests
    #[arg(help_heading = JUDGED, hide_short_help = true, long, value_name = "SHARE", default_value_t = Share(Rule::default().tolerated))]
    delta: Share,

    /// Chance of ever rolling back wrongly
    #[arg(help_heading = JUDGED, hide_short_help = true, long, value_name = "CHANCE", default_value_t = Share(Rule::default().alpha))]
    alpha: Share,

    /// Chance of ever promoting wrongly
    #[arg(help_heading = JUDGED, hide_short_help = true, long, value_name = "CHANCE", default_value_t = Share(Rule::default().beta))]
    beta: Share,

    /// Compare slow requests too: over so many milliseconds, or over blue's own p95
    #[arg(help_heading = JUDGED, long, value_name = "MS|p95", value_parser = slow)]
    pub(crate) slow: Option<Slow>,

    /// Stop waiting for a verdict this long after the start; otherwise after twice the steps' time
    #[arg(help_heading = THEN, long, value_name = "TIME")]
    horizon: Option<Seconds>,

    /// What to do without a verdict by then
    #[arg(help_heading = THEN, long, value_enum, default_value = Otherwise::default().name())]
    otherwise: OtherwiseArg,

    /// Roll back when a CloudWatch alarm of this name rings that did not before; repeatable
    #[arg(help_heading = JUDGED, long = "alarm", value_name = "NAME")]
    alarms: Vec<String>,

    /// Roll back when more than this share of all requests fails, whichever version fails them
    #[arg(help_heading = JUDGED, hide_short_help = true, long, value_name = "SHARE")]
    breaker: Option<Share>,

    /// How fine the metrics are; otherwise a minute as on AWS, or what lambda-local says
    #[arg(help_heading = METRICS, hide_short_help = true, long, value_name = "TIME")]
    metric_period: Option<Seconds>,

    /// How late the metrics may come; otherwise two minutes as on AWS, or what lambda-local says
    #[arg(help_heading = METRICS, hide_short_help = true, long, value_name = "TIME")]
    metric_delay: Option<Seconds>,

    #[command(flatten)]
    pub(crate) outcomes: OutcomeArgs,
}

/// What the function says of its answers. To Lambda a 500 that a handler returns is a success.
#[derive(Debug, Args)]
pub(crate) struct OutcomeArgs {
    /// Judge by what the function says of its answers, too; otherwise where blue has said something
    /// in the last two weeks
    #[arg(help_heading = JUDGED, hide_short_help = true, long, conflicts_with = "no_outcomes")]
    outcomes: bool,

    /// Judge by Lambda's own metrics alone
    #[arg(help_heading = JUDGED, hide_short_help = true, long)]
    no_outcomes: bool,

    /// How late it may come; otherwise half a minute, or what lambda-local says
    #[arg(help_heading = METRICS, hide_short_help = true, long, value_name = "TIME")]
    outcome_delay: Option<Seconds>,

    /// A metric of your own that counts bad answers, with the dimensions of Lambda's: FunctionName,
    /// Resource and ExecutedVersion
    #[arg(help_heading = JUDGED, hide_short_help = true, long, value_name = "NAMESPACE/NAME", requires = "requests_metric")]
    bad_metric: Option<Name>,

    /// The one that counts all answers, with the same dimensions
    #[arg(help_heading = JUDGED, hide_short_help = true, long, value_name = "NAMESPACE/NAME", requires = "bad_metric")]
    requests_metric: Option<Name>,
}

/// Whether outcomes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Yes,
    No,
    /// Where blue says something.
    IfThere,
}

impl OutcomeArgs {
    pub(crate) fn wanted(&self) -> Wanted {
        match () {
            () if self.no_outcomes => Wanted::No,
            () if self.outcomes || self.bad_metric.is_some() => Wanted::Yes,
            () => Wanted::IfThere,
        }
    }

    /// Where they are to be found. `usual` is how fine and how late they are where nothing is said
    /// of that.
    pub(crate) fn source(&self, usual: Metrics) -> Outcomes {
        let metrics = Metrics {
            delay: self.outcome_delay.unwrap_or(usual.delay),
            ..usual
        };
        let layers = Outcomes::of_the_layer(metrics);
        match (&self.requests_metric, &self.bad_metric) {
            (Some(requests), Some(bad)) => Outcomes {
                requests: requests.clone(),
                bad: bad.clone(),
                ..layers
            },
            _ => layers,
        }
    }
}

/// What `--slow` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slow {
    Milliseconds(u32),
    /// As slow as the slowest twentieth of blue's requests.
    P95,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OtherwiseArg {
    /// Leave the weight as it is, and exit with 4
    Hold,
    Promote,
    Rollback,
}

impl PlanArgs {
    pub(crate) fn is_a_single_switch(&self) -> bool {
        self.strategy.is_all_at_once()
    }

    /// The plan, without what is still to be looked up: a limit for slow requests, and outcomes.
    /// `usual` is what the metrics are where nothing is said of them.
    pub(crate) fn plan(&self, usual: Metrics) -> Plan {
        Plan {
            strategy: self.strategy.clone(),
            rule: Rule {
                alpha: self.alpha.0,
                beta: self.beta.0,
                tolerated: self.delta.0,
                certified: self.certified.0,
            },
            also: match self.slow {
                Some(Slow::Milliseconds(limit)) => vec![Signal::Slow(limit)],
                Some(Slow::P95) | None => Vec::new(),
            },
            horizon: self.horizon,
            otherwise: match self.otherwise {
                OtherwiseArg::Hold => Otherwise::Hold,
                OtherwiseArg::Promote => Otherwise::Promote,
                OtherwiseArg::Rollback => Otherwise::RollBack,
            },
            metrics: Metrics {
                period: self.metric_period.unwrap_or(usual.period),
                delay: self.metric_delay.unwrap_or(usual.delay),
            },
            outcomes: None,
            breaker: self.breaker.map(|Share(share)| share),
            alarms: self.alarms.clone(),
        }
    }
}

fn slow(text: &str) -> Result<Slow, String> {
    if text == "p95" {
        return Ok(Slow::P95);
    }
    let milliseconds = text.strip_suffix("ms").unwrap_or(text).parse();
    match milliseconds {
        Ok(limit) if limit > 0 => Ok(Slow::Milliseconds(limit)),
        _ => Err("give milliseconds such as 250ms, or p95".to_owned()),
    }
}

#[cfg(test)]
mod tests;
