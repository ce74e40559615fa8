//! What happens in a rollout: a line each, or a JSON object each.

mod text;

use rollout::{
    Probe, Rollout, Seconds, Timestamp,
    assessment::Assessment,
    controller::{Waiting, Write},
    journal::Entry,
    plan::Forecast,
    signal::{Answers, Source},
    verdict::Bounds,
};
use serde::{Serialize, Serializer};

use crate::faults::Fault;

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

/// What a version answered, as Lambda's own metrics tell it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally(pub(crate) Answers);

/// What a version says that it answered.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said(pub(crate) Answers);

/// What both versions say, as far as it is evidence.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcomes {
    pub(crate) blue: Said,
    pub(crate) green: Said,
    /// Since the start.
    #[serde(skip)]
    pub(crate) answered: [Said; 2],
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.0, Source::Lambda, serializer)
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.0, Source::Outcomes, serializer)
    }
}

/// Requests, and the bad ones by each kind of a source's signals.
fn serialize<S: Serializer>(
    answers: Answers,
    source: Source,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let bad = answers.bad(source).map(|(kind, bad)| (kind.name, bad));
    let requests = [("requests", answers.requests)];
    serializer.collect_map(requests.into_iter().chain(bad))
}

impl Outcomes {
    fn of(seen: &Assessment) -> Option<Self> {
        let said = seen.told.iter();
        let mut said = said.filter(|told| told.source == Source::Outcomes);
        let said = said.next()?;
        let [blue, green] = said.counted.map(Said);
        Some(Self {
            blue,
            green,
            answered: said.answered.map(Said),
        })
    }
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Look {
    pub(crate) step: usize,
    pub(crate) steps: usize,
    pub(crate) weight: f64,
    /// What blue and green answered since the start: what a person counts along.
    #[serde(skip)]
    pub(crate) answered: [Tally; 2],
    /// What of it is evidence.
    pub(crate) blue: Tally,
    pub(crate) green: Tally,
    /// The same of what the function says, where that counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcomes: Option<Outcomes>,
    /// How old the newest data are that are known of both, of each source.
    #[serde(skip)]
    pub(crate) ages: Vec<Option<Seconds>>,
    pub(crate) ln_e_rollback: f64,
    pub(crate) rollback_limit: f64,
    pub(crate) ln_e_promote: f64,
    pub(crate) promote_limit: f64,
    /// Green is worse by at least and at most this share of its requests.
    pub(crate) at_least: Option<f64>,
    pub(crate) at_most: Option<f64>,
    pub(crate) waiting_for: Option<String>,
    #[serde(skip)]
    pub(crate) waiting: Option<Waiting>,
    /// Until the data that are missing for a verdict are there, at the traffic so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict_in_seconds: Option<u64>,
    /// Until the horizon.
    pub(crate) seconds_left: u64,
    #[serde(skip)]
    pub(crate) rollout: Box<Rollout>,
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

    pub(crate) fn looked(looked: &rollout::controller::Look) -> Self {
        let rollout = &looked.rollout;
        let seen = looked.assessment.as_ref();
        let bounds = seen.map_or(Bounds::NONE, |seen| seen.bounds(&rollout.plan));
        let [blue, green] = seen.map(Assessment::counted).unwrap_or_default();
        let told = seen.map(|seen| seen.told.as_slice()).unwrap_or_default();
        let age = |until: Timestamp| Seconds(looked.at.since(until));
        let rule = rollout.plan.rule;
        let judgement = seen.map(|seen| seen.judgement);
        Self::Looked(Box::new(Look {
            step: rollout.step(),
            steps: rollout.plan.strategy.steps().len(),
            weight: rollout.weight().map_or(0.0, |weight| weight.share()),
            answered: seen
                .map(Assessment::answered)
                .unwrap_or_default()
                .map(Tally),
            blue: Tally(blue),
            green: Tally(green),
            outcomes: seen.and_then(Outcomes::of),
            ages: told.iter().map(|told| told.until.map(age)).collect(),
            ln_e_rollback: judgement.map_or(0.0, |judgement| judgement.ln_e_rollback),
            rollback_limit: rule.ln_rollback_limit(),
            ln_e_promote: judgement.map_or(0.0, |judgement| judgement.ln_e_promote),
            promote_limit: rule.ln_promote_limit(),
            at_least: bounds.at_least,
            at_most: bounds.at_most,
            waiting_for: looked.waiting.as_ref().map(ToString::to_string),
            waiting: looked.waiting.clone(),
            verdict_in_seconds: looked.verdict_in.map(|seconds| seconds.0),
            seconds_left: rollout.time_left(looked.at).0,
            rollout: Box::new(rollout.clone()),
        }))
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

    pub(crate) fn problem(error: &anyhow::Error) -> Self {
        Self::Problem {
            text: format!("{error:#}"),
        }
    }
}
