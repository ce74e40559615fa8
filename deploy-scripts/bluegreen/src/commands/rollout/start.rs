//! Where a rollout begins: its first write, and the rollout that this makes.

use anyhow::{Context, Result, anyhow};
use rollout::{Entry, Journal, MoveError, Plan, Probe, Rollout, Routing, Version, Write, begin};

use crate::{aws::Alias, deployment::now};

/// # Errors
/// If the alias is on its way already, with who takes it on.
pub(in crate::commands) fn check_free(seen: &Alias) -> Result<()> {
    let journal = Journal::read(&seen.description);
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
    match Journal::read(&seen.description).entry? {
        Entry::RolledBack {
            green, at, reason, ..
        } if green == version => Some(format!(
            "version {version} was rolled back at {at}: {reason}"
        )),
        _ => None,
    }
}

/// Where a rollout begins.
pub(super) struct Start<'a> {
    seen: &'a Alias,
    journal: Journal,
    green: Version,
    plan: Plan,
    run: String,
}

impl<'a> Start<'a> {
    pub(super) fn new(seen: &'a Alias, green: Version, plan: Plan) -> Self {
        Self {
            seen,
            journal: Journal::read(&seen.description),
            green,
            plan,
            run: format!("{:04x}", fastrand::u16(..)),
        }
    }

    /// The first write.
    pub(super) fn write(&self, probe: Option<Probe>) -> Result<Write> {
        let (plan, run) = (self.plan.clone(), self.run.clone());
        let (routing, green) = (self.seen.routing, self.green);
        let write = begin(routing, &self.journal, green, plan, run, now(), probe);
        write.with_context(|| format!("failed to roll out version {green}"))
    }

    /// The rollout that this write begins; of a single switch, what it would be.
    pub(super) fn rollout(&self, write: &Write) -> Rollout {
        match &write.entry {
            Entry::Rollout(rollout) => (**rollout).clone(),
            _ => Rollout {
                blue: self.seen.routing.serving(),
                green: self.green,
                plan: self.plan.clone(),
                run: self.run.clone(),
                started: vec![now()],
                probe: None,
                before: Vec::new(),
            },
        }
    }
}
