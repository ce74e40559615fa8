//! A rollout that is under way: its plan, and how far it has come.

use std::fmt;

use super::options;
use crate::{Counts, Plan, Routing, Seconds, Timestamp, Version, Weight};

/// The most seconds that a step is expected to begin after the first one, for the room it takes
/// in the description: four months.
const LATEST_STEP: u64 = 9_999_999;

/// A rollout by plan, as its journal entry holds it. It always has begun with its first step.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    pub blue: Version,
    pub green: Version,
    pub plan: Plan,
    /// Tells this rollout from every other.
    pub run: String,
    /// When each step began, up to the one that is on; never empty.
    pub started: Vec<Timestamp>,
    /// What the test events found before any user was exposed.
    pub probe: Option<Probe>,
    /// The versions that served everything before blue, newest first.
    pub before: Vec<Version>,
}

/// Test events that were sent straight to both versions, each by the throw of a fair coin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Probe {
    pub blue: Counts,
    pub green: Counts,
}

impl Rollout {
    /// When the first step began.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.started.first().copied().unwrap_or_default()
    }

    /// When the step that is on began.
    #[must_use]
    pub fn step_started(&self) -> Timestamp {
        self.started.last().copied().unwrap_or_default()
    }

    /// The number of the step that is on, from 1 on.
    #[must_use]
    pub fn step(&self) -> usize {
        self.started.len()
    }

    /// Green's share at the step that is on. The journal's text is not read where there are more
    /// steps begun than planned.
    #[must_use]
    pub fn weight(&self) -> Option<Weight> {
        let steps = self.plan.strategy.steps();
        Some(steps.get(self.step().checked_sub(1)?)?.weight)
    }

    /// Where the alias is while this entry stands.
    #[must_use]
    pub fn routing(&self) -> Routing {
        match self.weight() {
            Some(weight) => Routing::Split {
                blue: self.blue,
                green: self.green,
                weight,
            },
            None => Routing::All(self.blue),
        }
    }

    /// The entry of the last step, with the longest times that are expected.
    pub(super) fn at_its_longest(&self) -> Self {
        let mut longest = self.clone();
        let steps = self.plan.strategy.steps().len();
        let latest = Timestamp::from_unix(self.start().unix() + LATEST_STEP);
        longest.started.resize(steps.max(1), latest);
        longest
    }
}

/// `3 to 4, step 2 of 10%/5m 50%/10m, steps at 2026-11-23T06:52:59Z +312s, run 8f3a`, and what of
/// the plan is not the default. Without the versions before.
impl fmt::Display for Rollout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            blue, green, plan, ..
        } = self;
        let (step, start) = (self.step(), self.start());
        write!(
            f,
            "{blue} to {green}, step {step} of {}, steps at {start}",
            plan.strategy
        )?;
        for later in self.started.iter().skip(1) {
            // In seconds whatever the number, so that the text's length can be foreseen.
            let Seconds(after) = Seconds(later.since(start));
            write!(f, " +{after}s")?;
        }
        write!(f, ", run {}", self.run)?;
        let options = options::text(plan, self.probe);
        match options.as_str() {
            "" => Ok(()),
            options => write!(f, ", with {options}"),
        }
    }
}
