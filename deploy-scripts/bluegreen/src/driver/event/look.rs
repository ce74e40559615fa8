//! One look at a rollout, as it is told.

use std::fmt;

use anstyle::Style;
use bluegreen_rollout::{
    Rollout, Seconds, Timestamp,
    assessment::Assessment,
    controller::Waiting,
    signal::Signal,
    verdict::{Bounds, Counts},
};
use serde::Serialize;

use super::{
    tally::{Outcomes, Said, Tally},
    text::points,
};
use crate::terminal::{GREEN, RED, harmless, percent};

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

impl Look {
    pub(super) fn of(looked: &bluegreen_rollout::controller::Look) -> Self {
        let rollout = &looked.rollout;
        let seen = looked.assessment.as_ref();
        let bounds = seen.map_or(Bounds::NONE, |seen| seen.bounds(&rollout.plan));
        let [blue, green] = seen.map(Assessment::counted).unwrap_or_default();
        let told = seen.map(|seen| seen.told.as_slice()).unwrap_or_default();
        let age = |until: Timestamp| Seconds(looked.at.since(until));
        let rule = rollout.plan.rule;
        let judgement = seen.map(|seen| seen.judgement);
        Self {
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
        }
    }
}

/// `10%  blue 1 failed of 540, green 0 failed of 60; green is worse by at most 4.2 points; …`
impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [blue, green] = self.answered;
        write!(f, "{}  blue {blue}, green {green}", percent(self.weight))?;
        if let Some([blue, green]) = self.said() {
            write!(f, "; they say blue {blue}, green {green}")?;
        }
        write!(f, "; {}", self.difference())?;
        match &self.waiting_for {
            Some(waiting) => write!(f, "; {}", harmless(waiting)),
            None => Ok(()),
        }
    }
}

impl Look {
    /// What both versions say since the start, where that is news: something was bad.
    pub(crate) fn said(&self) -> Option<[Said; 2]> {
        let said = self.outcomes.as_ref()?.answered;
        said.iter().any(Said::is_bad).then_some(said)
    }

    /// How much there is of the evidence that a decision takes, and of which: the one that is
    /// nearer.
    pub(crate) fn how_sure(&self) -> (f64, Style, &'static str) {
        let against = self.ln_e_rollback / self.rollback_limit;
        let in_favour = self.ln_e_promote / self.promote_limit;
        let (share, style, what) = match against > in_favour {
            true => (against, RED, "roll back"),
            false => (in_favour, GREEN, "promote"),
        };
        (share.clamp(0.0, 1.0), style, what)
    }

    /// The evidence in the verdict's own numbers.
    pub(crate) fn evidence(&self) -> String {
        format!(
            "ln E {:.2} of {:.2} to roll back, {:.2} of {:.2} to promote",
            self.ln_e_rollback, self.rollback_limit, self.ln_e_promote, self.promote_limit
        )
    }

    /// The bounds on the difference, in words.
    pub(crate) fn difference(&self) -> String {
        match (self.at_least, self.at_most) {
            (Some(least), Some(most)) => {
                format!(
                    "green is worse by at least {} and at most {}",
                    points(least),
                    points(most)
                )
            }
            (Some(least), None) => format!("green is worse by at least {}", points(least)),
            (None, Some(most)) => format!("green is worse by at most {}", points(most)),
            (None, None) => self.too_little(),
        }
    }

    /// What is known of green where nothing is known of the difference: it may be anything, but a
    /// green that has answered well so far cannot fail everything.
    fn too_little(&self) -> String {
        let [_, Tally(green)] = self.answered;
        let Counts { requests, bad } = green.counts(Signal::Errors);
        match (requests, bad) {
            (0, _) => "nothing is known of green yet".to_owned(),
            (_, 0) => {
                let chance = (-self.promote_limit / requests as f64).exp();
                format!(
                    "green fails at most {} of its requests",
                    percent(1.0 - chance)
                )
            }
            _ => "too little is known for a bound on the difference".to_owned(),
        }
    }

    /// Where the numbers come from, and how old they are, a line each: nothing where they are a
    /// few seconds old.
    pub(crate) fn sources(&self) -> Vec<String> {
        let age = |source: usize| match self.ages.get(source).copied().flatten() {
            Some(age) => format!("{} old", age.spoken()),
            None => "nothing yet".to_owned(),
        };
        let Some(Outcomes {
            answered: [blue, green],
            ..
        }) = &self.outcomes
        else {
            return Vec::new();
        };
        vec![
            format!("they say: blue {blue}, green {green} ({})", age(1)),
            format!("Lambda's own metrics: {}", age(0)),
        ]
    }
}

#[cfg(test)]
mod tests;
