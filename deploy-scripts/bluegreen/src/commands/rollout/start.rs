//! Where a rollout begins: its first write, and the rollout that this makes.

use anyhow::{Context, Result};
use rollout::{Entry, Journal, Plan, Probe, Rollout, Version, Write, begin};

use crate::{aws::Alias, deployment::now};

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
