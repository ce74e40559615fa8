//! A rollout that is under way: its plan, and how far it has come.

use crate::{Routing, Seconds, Timestamp, Version, Weight, plan::Plan, verdict::Counts};

/// A rollout by plan, as its journal entry holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollout {
    pub blue: Version,
    pub green: Version,
    pub plan: Plan,
    /// Tells this rollout from every other.
    pub run: String,
    /// When each step began, up to the one that is on; empty before the first.
    pub started: Vec<Started>,
    /// What the test events found before any user was exposed.
    pub probe: Option<Probe>,
    /// The versions that served everything before blue, newest first.
    pub before: Vec<Version>,
}

/// When a step began: between two moments, since a write may be done long before it is answered,
/// and long after it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Started {
    /// The last second in which the weight surely was the one before.
    pub at: Timestamp,
    /// So much later it surely was this one's; `None` while nobody has seen that it is.
    pub within: Option<Seconds>,
}

/// Test events that were sent straight to both versions, each by the throw of a fair coin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Probe {
    pub blue: Counts,
    pub green: Counts,
}

impl Started {
    /// From when on the weight surely was the step's.
    pub(crate) fn surely(self) -> Option<Timestamp> {
        self.within.map(|within| self.at.after(within.0))
    }
}

impl Probe {
    /// Whether so many test events were sent, and some to each version. The coin is thrown until
    /// that is so: a fair coin it stays, since when to stop looking is free.
    #[must_use]
    pub const fn is_complete(&self, events: u64) -> bool {
        let (blue, green) = (self.blue.requests, self.green.requests);
        blue > 0 && green > 0 && blue.saturating_add(green) >= events
    }
}

impl Rollout {
    /// When the first step began.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.started.first().copied().unwrap_or_default().at
    }

    /// When the step that is on began.
    #[must_use]
    pub fn step_started(&self) -> Timestamp {
        self.started.last().copied().unwrap_or_default().at
    }

    /// The number of the step that is on, from 1 on.
    #[must_use]
    pub fn step(&self) -> usize {
        self.started.len()
    }

    /// Green's share at the step that is on; none before the first.
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

    /// Whether it is known when the step that is on began.
    pub(crate) fn is_confirmed(&self) -> bool {
        let last = self.started.last();
        last.is_some_and(|started| started.within.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::Probe;
    use crate::verdict::Counts;

    #[test]
    fn a_probe_is_complete_when_both_versions_were_asked() {
        let probe = |blue, green| {
            let counts = |requests| Counts { requests, bad: 0 };
            Probe {
                blue: counts(blue),
                green: counts(green),
            }
        };
        assert!(!probe(1, 0).is_complete(1), "whatever blue answered");
        assert!(!probe(0, 9).is_complete(9));
        assert!(probe(1, 1).is_complete(1) && probe(8, 1).is_complete(9));
        assert!(!probe(4, 4).is_complete(9));
    }
}
