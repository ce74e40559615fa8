//! How a rollout begins.

use std::fmt;

use super::{Alias, Controller, Phase, Settings};
use crate::{
    MoveError, Probe, Rollout, Routing, Version,
    journal::{Journal, Unreadable, Unwritable},
    plan::Plan,
};

impl Controller {
    /// A rollout that is to begin where the alias is. Nothing is written before its first call.
    ///
    /// # Errors
    /// If the alias cannot be moved, or its description has no room for the plan.
    pub fn begin(
        alias: Alias,
        green: Version,
        plan: Plan,
        run: String,
        probe: Option<Probe>,
        settings: Settings,
    ) -> Result<Self, BeginError> {
        let journal = Journal::read(&alias.description).map_err(BeginError::Unreadable)?;
        let blue = blue(alias.routing, green).map_err(BeginError::Move)?;
        let rollout = Rollout {
            blue,
            green,
            plan,
            run,
            started: Vec::new(),
            probe,
            before: journal.before(blue),
        };
        if !rollout.plan.strategy.is_all_at_once() {
            let room = journal.has_room_for(&rollout);
            room.map_err(BeginError::Unwritable)?;
        }
        Ok(Self {
            alias: Some((alias, journal)),
            ..Self::new(rollout, Phase::Decide, settings)
        })
    }
}

fn blue(found: Routing, green: Version) -> Result<Version, MoveError> {
    match found {
        Routing::All(blue) if blue == green => Err(MoveError::AlreadyAll(green)),
        Routing::All(blue) => Ok(blue),
        Routing::Split { blue, green, .. } => Err(MoveError::OtherSplit { blue, green }),
        Routing::Settling { from, to } => Err(MoveError::Settling { from, to }),
    }
}

/// A rollout that cannot begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BeginError {
    Move(MoveError),
    Unreadable(Unreadable),
    Unwritable(Unwritable),
}

impl fmt::Display for BeginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Move(error) => error.fmt(f),
            Self::Unreadable(error) => error.fmt(f),
            Self::Unwritable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BeginError {}
