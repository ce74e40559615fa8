//! How a rollout that another process has begun is taken up.

use std::fmt;

use super::{Alias, Controller, Phase, Settings};
use crate::{
    Rollout, Routing, Seconds, Version,
    journal::{Entry, Journal, Unreadable, Unwritable},
    plan::InvalidPlan,
};

/// A rollout that is under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Resumable {
    pub rollout: Rollout,
    journal: Journal,
}

impl Resumable {
    /// # Errors
    /// If the alias is in no rollout.
    pub fn found(alias: &Alias) -> Result<Self, NothingToResume> {
        let journal = Journal::read(&alias.description);
        let journal = journal.map_err(NothingToResume::Unreadable)?;
        let agrees = journal.agrees_with(alias.routing);
        match &journal.entry {
            Some(Entry::Rollout(rollout)) => Ok(Self {
                rollout: (**rollout).clone(),
                journal,
            }),
            Some(Entry::Serving { version, .. }) if agrees => {
                Err(NothingToResume::Promoted(*version))
            }
            Some(Entry::RolledBack { version, green, .. }) if agrees => {
                let (version, green) = (*version, *green);
                Err(NothingToResume::RolledBack { version, green })
            }
            _ => Err(NothingToResume::Elsewhere(alias.routing)),
        }
    }
}

impl Controller {
    /// Takes a rollout up, with another horizon if one is given. Reads the alias first.
    ///
    /// # Errors
    /// If the plan makes no sense with that horizon, or its journal has no room for it.
    pub fn resume(
        found: Resumable,
        horizon: Option<Seconds>,
        settings: Settings,
    ) -> Result<Self, ResumeError> {
        let Resumable {
            mut rollout,
            journal,
        } = found;
        if horizon.is_some() {
            rollout.plan.horizon = horizon;
            rollout.plan.check().map_err(ResumeError::Horizon)?;
            let room = journal.has_room_for(&rollout);
            room.map_err(ResumeError::Unwritable)?;
        }
        let mut controller = Self::new(rollout, Phase::ReadAlias, settings);
        controller.horizon = horizon;
        controller.hook.found = controller.rollout.step();
        Ok(controller)
    }
}

/// Why there is no rollout to resume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NothingToResume {
    Promoted(Version),
    RolledBack {
        version: Version,
        green: Version,
    },
    /// The alias is where no rollout left it.
    Elsewhere(Routing),
    Unreadable(Unreadable),
}

impl fmt::Display for NothingToResume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Promoted(version) => write!(
                f,
                "there is nothing to resume: version {version} serves everything"
            ),
            Self::RolledBack { version, green } => write!(
                f,
                "there is nothing to resume: version {green} was rolled back, version {version} \
                 serves everything"
            ),
            Self::Elsewhere(routing) => write!(
                f,
                "there is no rollout to resume: the alias is at {routing}, and `bluegreen rollout` \
                 did not leave it there"
            ),
            Self::Unreadable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NothingToResume {}

/// A rollout that cannot be resumed so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResumeError {
    Horizon(InvalidPlan),
    Unwritable(Unwritable),
}

impl fmt::Display for ResumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Horizon(error) => error.fmt(f),
            Self::Unwritable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ResumeError {}
