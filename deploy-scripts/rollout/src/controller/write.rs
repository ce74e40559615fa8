//! The writes that a rollout makes to its alias.

use super::Alias;
use crate::{
    Rollout, Routing, Seconds, Started, Timestamp,
    journal::{Entry, Journal, Unwritable},
};

/// One write to the alias: `UpdateAlias` with all of this, and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    pub action: Action,
    /// What the description will say, as it will be read.
    pub entry: Entry,
    pub description: String,
    /// The revision id that the alias must still have.
    pub revision: String,
    /// Why, in words.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Give green the share of its next step.
    Shift,
    /// Say in the journal when the step that is on surely had begun: only then does anything that
    /// the versions answer belong to it.
    Confirm,
    Promote,
    RollBack,
}

impl Write {
    /// # Errors
    /// If what it would write could not be read back.
    pub(crate) fn new(
        alias: &Alias,
        journal: &Journal,
        (action, entry): (Action, Entry),
        reason: String,
    ) -> Result<Self, Unwritable> {
        let (description, written) = journal.with(entry)?;
        Ok(Self {
            action,
            entry: written.entry.ok_or(Unwritable::Ambiguous)?,
            description,
            revision: alias.revision.clone(),
            reason,
        })
    }

    /// A move that somebody makes by hand.
    ///
    /// # Errors
    /// If what it would write could not be read back.
    pub fn by_hand(alias: &Alias, journal: &Journal, entry: Entry) -> Result<Self, Unwritable> {
        let action = match entry {
            Entry::Shifted { .. } | Entry::Rollout(_) => Action::Shift,
            Entry::Serving { .. } => Action::Promote,
            Entry::RolledBack { .. } => Action::RollBack,
        };
        Self::new(alias, journal, (action, entry), "by hand".to_owned())
    }

    /// Where it sends the traffic.
    #[must_use]
    pub fn routing(&self) -> Routing {
        self.entry.routing()
    }

    /// Whether the alias is where this write wanted it.
    #[must_use]
    pub fn is_done(&self, alias: &Alias) -> bool {
        let journal = Journal::read(&alias.description);
        let entry = journal.ok().and_then(|journal| journal.entry);
        alias.routing.leads_to(self.routing()) && entry.as_ref() == Some(&self.entry)
    }
}

impl Rollout {
    /// The next step, or the first one. That its weight is there nobody has seen yet.
    pub(crate) fn next_step(&self, now: Timestamp) -> Entry {
        let mut next = self.clone();
        next.started.push(Started {
            at: now.max(self.step_started()),
            within: None,
        });
        Entry::Rollout(Box::new(next))
    }

    /// The same step, which surely had begun at this moment: one that is over when the next
    /// second begins.
    pub(crate) fn confirmed(&self, known: Timestamp) -> Entry {
        let mut confirmed = self.clone();
        if let Some(last) = confirmed.started.last_mut() {
            last.within = Some(Seconds(known.since(last.at) + 1));
        }
        Entry::Rollout(Box::new(confirmed))
    }

    pub(crate) fn promoted(&self, now: Timestamp) -> Entry {
        let before = std::iter::once(self.blue).chain(self.before.iter().copied());
        Entry::Serving {
            version: self.green,
            since: now,
            before: before.collect(),
        }
    }

    /// A rollback before the first step is seen is one of that step: its write may be on its way.
    pub(crate) fn rolled_back(&self, now: Timestamp, reason: String) -> Entry {
        let first = self.plan.strategy.steps().first().map(|step| step.weight);
        Entry::RolledBack {
            version: self.blue,
            green: self.green,
            weight: self.weight().or(first),
            at: now,
            reason,
            before: self.before.clone(),
        }
    }
}
