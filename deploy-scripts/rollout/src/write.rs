//! The writes that a rollout makes to its alias.

use crate::{Entry, Journal, Rollout, Routing, Timestamp, samples::CHANGE};

/// One write to the alias.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    pub action: Action,
    pub routing: Routing,
    pub entry: Entry,
    /// Why, in words.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Give green the share of its next step.
    Shift,
    /// Correct when the journal has the step that is on made: its write took long.
    Restamp,
    Promote,
    RollBack,
}

impl Write {
    /// Whether the alias is where this write wanted it. Its text may be shorter than the entry.
    pub(crate) fn is_done(&self, routing: Routing, journal: &Journal) -> bool {
        let written = journal.with(self.entry.clone()).description();
        routing.leads_to(self.routing) && written == journal.description()
    }
}

impl Rollout {
    pub(crate) fn next_step(&self, now: Timestamp) -> Write {
        let mut next = self.clone();
        next.started.push(now.max(self.step_started()));
        next.shifted("the step before is over, and green is no worse".to_owned())
    }

    /// The same step, made when it surely was. A write that was throttled, or waited for an answer,
    /// moves the weight long after the moment that it names: the traffic in between would be taken
    /// for this step's.
    pub(crate) fn restamped(&self, stepped: Timestamp) -> Option<Write> {
        if stepped.since(self.step_started()) < CHANGE {
            return None;
        }
        let mut late = self.clone();
        *late.started.last_mut()? = stepped;
        let write = late.shifted("the write of this step took long".to_owned());
        Some(Write {
            action: Action::Restamp,
            ..write
        })
    }

    pub(crate) fn shifted(self, reason: String) -> Write {
        Write {
            action: Action::Shift,
            routing: self.routing(),
            entry: Entry::Rollout(Box::new(self)),
            reason,
        }
    }

    pub(crate) fn promote(&self, now: Timestamp, reason: String) -> Write {
        let before = std::iter::once(self.blue).chain(self.before.iter().copied());
        Write {
            action: Action::Promote,
            routing: Routing::All(self.green),
            entry: Entry::Serving {
                version: self.green,
                since: now,
                before: before.collect(),
            },
            reason,
        }
    }

    pub(crate) fn roll_back(&self, now: Timestamp, reason: String) -> Write {
        Write {
            action: Action::RollBack,
            routing: Routing::All(self.blue),
            entry: Entry::RolledBack {
                version: self.blue,
                green: self.green,
                weight: self.weight(),
                at: now,
                reason: reason.clone(),
                before: self.before.clone(),
            },
            reason,
        }
    }
}
