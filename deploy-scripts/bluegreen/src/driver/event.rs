//! What happens in a rollout: a line each, or a JSON object each.

use std::fmt;

use rollout::{
    Action, Answers, Assessment, Bounds, Decision, Entry, Forecast, Probe, Rollout, Seconds, Tick,
    Waiting, Write,
};
use serde::Serialize;

use super::observe::Observation;
use crate::{
    output::{BOLD, DIM, GREEN, RED, styled},
    picture::percent,
};

/// Something that is told while a rollout runs. The JSON form is documented in the README.
#[derive(Debug, Serialize)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum Event {
    /// Before anything is done.
    Plan(Planned),
    Notice {
        text: String,
    },
    /// The test events were answered.
    Probed {
        blue: Tally,
        green: Tally,
        condemned: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
    },
    Hook {
        option: &'static str,
        command: String,
    },
    /// One look at the metrics.
    Looked(Box<Looked>),
    Shifted {
        version: u64,
        weight: f64,
        step: usize,
        reason: String,
    },
    Promoted {
        version: u64,
        reason: String,
    },
    RolledBack {
        version: u64,
        green: u64,
        reason: String,
    },
    Held {
        waiting_for: String,
    },
    Left {
        signal: &'static str,
    },
    /// A call that failed, and is tried again.
    Problem {
        text: String,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Planned {
    function: String,
    alias: String,
    blue: u64,
    green: u64,
    strategy: String,
    run: String,
    horizon_seconds: u64,
    certified: f64,
    /// Lately, through the alias; none if nothing was seen.
    requests_per_second: Option<f64>,
    green_requests_needed: u64,
    verdict_after_seconds: Option<u64>,
    certifiable: Option<f64>,
    #[serde(skip)]
    rollout: Box<Rollout>,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tally {
    pub(crate) requests: u64,
    pub(crate) errors: u64,
    pub(crate) slow: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Looked {
    pub(crate) step: usize,
    pub(crate) steps: usize,
    pub(crate) weight: f64,
    pub(crate) blue: Tally,
    pub(crate) green: Tally,
    pub(crate) ln_e_rollback: f64,
    pub(crate) rollback_limit: f64,
    pub(crate) ln_e_promote: f64,
    pub(crate) promote_limit: f64,
    /// Green is worse by at least and at most this share of its requests.
    pub(crate) at_least: Option<f64>,
    pub(crate) at_most: Option<f64>,
    pub(crate) waiting_for: Option<String>,
    /// Until the horizon.
    pub(crate) seconds_left: u64,
    #[serde(skip)]
    pub(crate) rollout: Option<Box<Rollout>>,
}

impl Event {
    pub(crate) fn planned(
        (function, alias): (&str, &str),
        rollout: &Rollout,
        rate: Option<f64>,
        forecast: Forecast,
    ) -> Self {
        Self::Plan(Planned {
            function: function.to_owned(),
            alias: alias.to_owned(),
            blue: rollout.blue.number(),
            green: rollout.green.number(),
            strategy: rollout.plan.strategy.to_string(),
            run: rollout.run.clone(),
            horizon_seconds: rollout.plan.horizon().0,
            certified: rollout.plan.rule.certified,
            requests_per_second: rate,
            green_requests_needed: forecast.green_needed,
            verdict_after_seconds: forecast.verdict_after.map(|seconds| seconds.0),
            certifiable: forecast.certifiable,
            rollout: Box::new(rollout.clone()),
        })
    }

    pub(crate) fn probed(probe: Probe, condemned: bool, failure: Option<String>) -> Self {
        let tally = |counts: rollout::Counts| Tally {
            requests: counts.requests,
            errors: counts.bad,
            slow: 0,
        };
        Self::Probed {
            blue: tally(probe.blue),
            green: tally(probe.green),
            condemned,
            failure,
        }
    }

    pub(super) fn looked(observation: &Observation<'_>, tick: &Tick) -> Self {
        let rollout = observation.rollout();
        let waiting = match &tick.decision {
            Decision::Wait(waiting) | Decision::Hold(waiting) => Some(waiting.to_string()),
            _ => None,
        };
        let seen = tick.assessment.as_ref();
        let bounds = seen.map_or(Bounds::NONE, Assessment::bounds);
        let rule = rollout.map(|rollout| rollout.plan.rule).unwrap_or_default();
        let judgement = seen.map(|seen| seen.judgement);
        Self::Looked(Box::new(Looked {
            step: rollout.map_or(0, Rollout::step),
            steps: rollout.map_or(0, |rollout| rollout.plan.strategy.steps().len()),
            weight: rollout
                .and_then(Rollout::weight)
                .map_or(0.0, |weight| weight.share()),
            blue: seen.map(|seen| seen.blue.into()).unwrap_or_default(),
            green: seen.map(|seen| seen.green.into()).unwrap_or_default(),
            ln_e_rollback: judgement.map_or(0.0, |judgement| judgement.ln_e_rollback),
            rollback_limit: rule.ln_rollback_limit(),
            ln_e_promote: judgement.map_or(0.0, |judgement| judgement.ln_e_promote),
            promote_limit: rule.ln_promote_limit(),
            at_least: bounds.at_least,
            at_most: bounds.at_most,
            waiting_for: waiting,
            seconds_left: rollout.map_or(0, |rollout| rollout.time_left(observation.now).0),
            rollout: rollout.cloned().map(Box::new),
        }))
    }

    pub(crate) fn written(write: &Write) -> Self {
        let reason = write.reason.clone();
        let version = write.entry.serving().number();
        match (&write.entry, write.action) {
            (Entry::Rollout(rollout), _) => Self::Shifted {
                version: rollout.green.number(),
                weight: rollout.weight().map_or(0.0, |weight| weight.share()),
                step: rollout.step(),
                reason,
            },
            (Entry::RolledBack { green, .. }, _) => Self::RolledBack {
                version,
                green: green.number(),
                reason,
            },
            (_, Action::Promote | Action::Shift | Action::RollBack) => {
                Self::Promoted { version, reason }
            }
        }
    }

    pub(super) fn held(waiting: &Waiting) -> Self {
        Self::Held {
            waiting_for: waiting.to_string(),
        }
    }

    pub(crate) fn problem(error: &anyhow::Error) -> Self {
        Self::Problem {
            text: format!("{error:#}"),
        }
    }
}

impl From<Answers> for Tally {
    fn from(answers: Answers) -> Self {
        Self {
            requests: answers.requests,
            errors: answers.errors,
            slow: answers.slow,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} failed of {}", self.errors, self.requests)?;
        match self.slow {
            0 => Ok(()),
            slow => write!(f, ", {slow} slow"),
        }
    }
}

/// One or more lines, with styles.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(planned) => planned.fmt(f),
            Self::Notice { text } => f.write_str(text),
            Self::Probed {
                blue,
                green,
                condemned,
                failure,
            } => {
                write!(f, "test events: blue {blue}, green {green}")?;
                if let Some(failure) = failure {
                    write!(f, "\n  {}", styled(DIM, failure))?;
                }
                match condemned {
                    true => write!(
                        f,
                        "\n  {}",
                        styled(RED, "green is worse: it gets no traffic")
                    ),
                    false => Ok(()),
                }
            }
            Self::Hook { option, command } => write!(f, "{option}: {command}"),
            Self::Looked(looked) => looked.fmt(f),
            Self::Shifted {
                version, weight, ..
            } => {
                let share = styled(BOLD, format!("{} on version {version}", percent(*weight)));
                write!(f, "{share}")
            }
            Self::Promoted { version, reason } => {
                let text = styled(GREEN, format!("version {version} is promoted"));
                write!(f, "{text}: {reason}")
            }
            Self::RolledBack {
                version,
                green,
                reason,
            } => {
                let text = styled(RED, format!("version {green} is rolled back"));
                write!(f, "{text}: {reason}; version {version} serves everything")
            }
            Self::Held { waiting_for } => write!(
                f,
                "the time is over and nothing is decided: {waiting_for}\n  the weight stays where it \
                 is; `bluegreen resume --horizon 2h` waits longer, `promote` or `rollback` ends it"
            ),
            Self::Left { signal } => write!(
                f,
                "interrupted by {signal}: the weight stays where it is; `bluegreen resume` goes on"
            ),
            Self::Problem { text } => write!(f, "{} {text}", styled(RED, "failed, trying again:")),
        }
    }
}

/// `10%  blue 1 failed of 540, green 0 failed of 60; green is worse by at most 4.2 points; …`
impl fmt::Display for Looked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { blue, green, .. } = self;
        write!(
            f,
            "{}  blue {blue}, green {green}; {}",
            percent(self.weight),
            self.difference()
        )?;
        match &self.waiting_for {
            Some(waiting) => write!(f, "; {waiting}"),
            None => Ok(()),
        }
    }
}

impl Looked {
    /// The bounds on the difference, in words.
    pub(crate) fn difference(&self) -> String {
        match (self.at_least, self.at_most) {
            (Some(least), Some(most)) => {
                format!(
                    "green is worse by {} to {} points",
                    points(least),
                    points(most)
                )
            }
            (Some(least), None) => format!("green is worse by at least {}", points(least)),
            (None, Some(most)) => format!("green is worse by at most {}", points(most)),
            (None, None) => "any difference is possible yet".to_owned(),
        }
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            function, alias, ..
        } = self;
        let Rollout {
            blue, green, plan, ..
        } = &*self.rollout;
        let name = styled(BOLD, format!("{function}:{alias}"));
        write!(
            f,
            "{name} from version {blue} to version {green}, run {}\n",
            self.run
        )?;
        let steps = plan.strategy.steps();
        if steps.is_empty() {
            return f.write_str("  all at once");
        }
        for (index, step) in steps.iter().enumerate() {
            let lasts = step.lasts;
            write!(
                f,
                "  step {}: {} for at least {lasts}\n",
                index + 1,
                step.weight
            )?;
        }
        writeln!(
            f,
            "  promoted when it is shown to be worse by less than {}",
            points(self.certified)
        )?;
        let (horizon, otherwise) = (plan.horizon(), plan.otherwise.name());
        write!(
            f,
            "  without a verdict after {horizon}: {otherwise}\n  {}",
            self.prospect()
        )
    }
}

impl Planned {
    /// What to expect at the traffic there is.
    fn prospect(&self) -> String {
        let needed = self.green_requests_needed;
        let Some(rate) = self.requests_per_second else {
            return format!(
                "no traffic was seen lately; the verdict takes about {needed} clean requests of \
                 green"
            );
        };
        let rate = format!("about {rate:.1} requests a second");
        let horizon = self.horizon_seconds;
        match (self.verdict_after_seconds, self.certifiable) {
            (Some(after), _) if after <= horizon => {
                format!(
                    "{rate}: green has the {needed} clean ones that it needs after {}",
                    Seconds(after)
                )
            }
            (_, Some(certifiable)) => format!(
                "{rate}: too few for a verdict by then; `--certified {}` could be had, or a longer \
                 --horizon",
                percent((certifiable * 1e3).ceil() / 1e3)
            ),
            (_, None) => format!("{rate}: too few for any verdict by then"),
        }
    }
}

/// A share in percentage points, to a tenth: `1 point`, `4.6 points`.
fn points(share: f64) -> String {
    let tenths = (share * 1e3).round();
    let plural = if tenths == 10.0 { "" } else { "s" };
    format!("{} point{plural}", tenths / 10.0)
}
