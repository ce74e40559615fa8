//! How a rollout begins.

use std::fmt;

use crate::{
    Journal, MoveError, Plan, Probe, Rollout, Routing, Timestamp, TooLong, Version, Write,
};

/// The first write of a rollout.
///
/// # Errors
/// If the alias cannot be moved, or its description has no room for the plan.
pub fn begin(
    observed: Routing,
    journal: &Journal,
    green: Version,
    plan: Plan,
    run: String,
    now: Timestamp,
    probe: Option<Probe>,
) -> Result<Write, BeginError> {
    let blue = match observed {
        Routing::All(blue) if blue == green => return Err(MoveError::AlreadyAll(green).into()),
        Routing::All(blue) => blue,
        Routing::Split { blue, green, .. } => {
            return Err(MoveError::OtherSplit { blue, green }.into());
        }
        Routing::Settling { from, to } => return Err(MoveError::Settling { from, to }.into()),
    };
    let rollout = Rollout {
        blue,
        green,
        plan,
        run,
        started: vec![now],
        probe,
        before: journal.before(blue),
    };
    if rollout.plan.strategy.steps().is_empty() {
        return Ok(rollout.promote(now, "all at once".to_owned()));
    }
    journal.has_room_for(&rollout)?;
    Ok(rollout.shifted("start".to_owned()))
}

/// A rollout that cannot begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeginError {
    Move(MoveError),
    TooLong(TooLong),
}

impl From<MoveError> for BeginError {
    fn from(error: MoveError) -> Self {
        Self::Move(error)
    }
}

impl From<TooLong> for BeginError {
    fn from(error: TooLong) -> Self {
        Self::TooLong(error)
    }
}

impl fmt::Display for BeginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Move(error) => error.fmt(f),
            Self::TooLong(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BeginError {}
