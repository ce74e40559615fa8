//! Whether a rollout can begin.

use anyhow::{Context, Result, anyhow};
use bluegreen_rollout::{
    MoveError, Probe, Routing, Version,
    controller::{Controller, Settings},
    journal::{Entry, Journal},
    plan::Plan,
};

use crate::aws::Alias;

/// # Errors
/// If the alias is on its way already, with who takes it on.
pub(in crate::commands) fn check_free(seen: &Alias) -> Result<()> {
    let journal = Journal::read(&seen.description)?;
    let ours = journal.agrees_with(seen.routing);
    match (seen.routing, journal.entry) {
        (Routing::All(_), _) => Ok(()),
        (routing @ Routing::Split { .. }, Some(Entry::Rollout(rollout))) if ours => Err(anyhow!(
            "`bluegreen resume` takes it up if nobody drives it, `bluegreen rollback` ends it"
        )
        .context(format!("rollout {} is under way: {routing}", rollout.run))),
        (Routing::Split { blue, green, .. }, _) => {
            Err(MoveError::OtherSplit { blue, green }.into())
        }
        (Routing::Settling { from, to }, _) => Err(MoveError::Settling { from, to }.into()),
    }
}

/// What the alias remembers of a version that was rolled back.
pub(super) fn rolled_back(seen: &Alias, version: Version) -> Option<String> {
    match Journal::read(&seen.description).ok()?.entry? {
        Entry::RolledBack {
            green, at, reason, ..
        } if green == version => Some(format!(
            "version {version} was rolled back at {at}: {reason}"
        )),
        _ => None,
    }
}

/// A rollout that is to begin where the alias was seen.
#[derive(Debug)]
pub(super) struct Start<'a> {
    pub(super) seen: &'a Alias,
    pub(super) green: Version,
    pub(super) plan: Plan,
    /// Tells this rollout from every other.
    pub(super) run: String,
}

impl Start<'_> {
    /// # Errors
    /// If the alias cannot be moved, or its description has no room for the plan.
    pub(super) fn controller(
        &self,
        probe: Option<Probe>,
        settings: Settings,
    ) -> Result<Controller> {
        let (plan, run) = (self.plan.clone(), self.run.clone());
        let begun = Controller::begin(self.seen.into(), self.green, plan, run, probe, settings);
        begun.with_context(|| format!("failed to roll out version {}", self.green))
    }
}
