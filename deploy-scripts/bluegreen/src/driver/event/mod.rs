//! What happens in a rollout: a line each, or a JSON object each.

#[cfg(test)]
pub(super) mod fixture;
mod look;
mod tally;
mod text;

use bluegreen_rollout::{
    Probe, Rollout,
    controller::{Waiting, Write},
    journal::Entry,
    plan::Forecast,
};
use serde::Serialize;

pub(crate) use look::Look;
pub(crate) use tally::{Said, Tally};

use crate::{faults::Fault, outputs::Outputs};

/// Something that is told while a rollout runs. The JSON form is documented in docs/releasing.md.
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
        /// Why green gets no traffic.
        #[serde(skip_serializing_if = "Option::is_none")]
        fault: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
    },
    Hook {
        option: &'static str,
        command: String,
    },
    /// One look at the metrics.
    Looked(Box<Look>),
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
        green_version: u64,
        reason: String,
    },
    /// Why green failed, from what it printed since it got traffic.
    Faults {
        version: u64,
        faults: Vec<Fault>,
    },
    Held {
        waiting_for: String,
    },
    Left {
        signal: String,
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
    blue_version: u64,
    green_version: u64,
    strategy: String,
    run: String,
    horizon_seconds: u64,
    certified: f64,
    /// Lately, through the alias; none if nothing was seen.
    requests_per_second: Option<f64>,
    green_requests_needed: u64,
    verdict_after_seconds: Option<u64>,
    /// No traffic makes a verdict possible before.
    earliest_verdict_seconds: u64,
    certifiable: Option<f64>,
    #[serde(skip)]
    rollout: Box<Rollout>,
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
            blue_version: rollout.blue.number(),
            green_version: rollout.green.number(),
            strategy: rollout.plan.strategy.to_string(),
            run: rollout.run.clone(),
            horizon_seconds: rollout.plan.horizon().0,
            certified: rollout.plan.rule.certified,
            requests_per_second: rate,
            green_requests_needed: forecast.green_needed,
            verdict_after_seconds: forecast.verdict_after.map(|seconds| seconds.0),
            earliest_verdict_seconds: forecast.earliest.0,
            certifiable: forecast.certifiable,
            rollout: Box::new(rollout.clone()),
        })
    }

    pub(crate) fn probed(
        probe: Probe,
        fault: Option<&'static str>,
        failure: Option<String>,
    ) -> Self {
        Self::Probed {
            blue: Tally(probe.blue.into()),
            green: Tally(probe.green.into()),
            condemned: fault.is_some(),
            fault,
            failure,
        }
    }

    pub(crate) fn looked(looked: &bluegreen_rollout::controller::Look) -> Self {
        Self::Looked(Box::new(Look::of(looked)))
    }

    pub(crate) fn written(write: &Write) -> Self {
        let reason = write.reason.clone();
        let version = write.entry.serving().number();
        match &write.entry {
            Entry::Rollout(rollout) => Self::shifted(rollout, reason),
            Entry::RolledBack { green, .. } => Self::RolledBack {
                version,
                green_version: green.number(),
                reason,
            },
            Entry::Serving { .. } | Entry::Shifted { .. } => Self::Promoted { version, reason },
        }
    }

    pub(crate) fn shifted(rollout: &Rollout, reason: String) -> Self {
        Self::Shifted {
            version: rollout.green.number(),
            weight: rollout.weight().map_or(0.0, |weight| weight.share()),
            step: rollout.step(),
            reason,
        }
    }

    pub(in crate::driver) fn held(waiting: &Waiting) -> Self {
        Self::Held {
            waiting_for: waiting.to_string(),
        }
    }

    /// What a script is told of it in the end.
    pub(in crate::driver) fn note(&self, outputs: &Outputs) {
        match self {
            Self::Plan(planned) => outputs.are_of(planned.blue_version, planned.green_version),
            Self::Promoted { .. } => outputs.promoted(),
            _ => {}
        }
    }

    pub(crate) fn problem(error: &anyhow::Error) -> Self {
        Self::Problem {
            text: format!("{error:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Event, Outputs, fixture};
    use crate::exit::Exit;

    #[test]
    fn a_script_is_told_the_versions_and_whether_green_was_promoted() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let told = |events: &[Event]| {
            let mut outputs = Outputs::open(file.path()).unwrap();
            events.iter().for_each(|event| event.note(&outputs));
            outputs.end(&Ok(Exit::Done)).unwrap();
            let told = fs::read_to_string(file.path()).unwrap();
            fs::write(file.path(), "").unwrap();
            told
        };
        let plan = || Event::Plan(fixture::planned());
        let promoted = Event::Promoted {
            version: 2,
            reason: String::new(),
        };
        let versions = "exit_code=0\nblue_version=1\ngreen_version=2\n";
        assert_eq!(
            told(&[plan(), promoted]),
            format!("outcome=promoted\n{versions}")
        );
        assert_eq!(told(&[plan()]), format!("outcome=unchanged\n{versions}"));
    }
}
