//! One entry of the journal, and its text.

use std::fmt;

use super::{BEFORE, FORMAT, MARK, MAX_DESCRIPTION, length};
use crate::{Rollout, Routing, Timestamp, Version, Weight};

/// One state of an alias, as its last writer left it. `before` lists the versions that served
/// everything earlier, newest first.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// Split by hand, to stay so until somebody says otherwise.
    Shifted {
        blue: Version,
        green: Version,
        weight: Weight,
        since: Timestamp,
        before: Vec<Version>,
    },
    /// Moved from blue to green by a plan.
    Rollout(Box<Rollout>),
    /// One version serves everything.
    Serving {
        version: Version,
        since: Timestamp,
        before: Vec<Version>,
    },
    /// `version` serves everything again, after `green` had the share `weight` (`None`: all).
    RolledBack {
        version: Version,
        green: Version,
        weight: Option<Weight>,
        at: Timestamp,
        reason: String,
        before: Vec<Version>,
    },
}

impl Entry {
    /// The versions that served everything before the one that does now (or is blue), newest
    /// first.
    #[must_use]
    pub fn before(&self) -> &[Version] {
        match self {
            Self::Rollout(rollout) => &rollout.before,
            Self::Shifted { before, .. }
            | Self::Serving { before, .. }
            | Self::RolledBack { before, .. } => before,
        }
    }

    /// The version that served everything, or blue of a split.
    #[must_use]
    pub fn serving(&self) -> Version {
        match self {
            Self::Rollout(rollout) => rollout.blue,
            Self::Shifted { blue, .. } => *blue,
            Self::Serving { version, .. } | Self::RolledBack { version, .. } => *version,
        }
    }

    /// The version that the alias has just left: blue after a promotion, green after a rollback.
    #[must_use]
    pub fn left(&self) -> Option<Version> {
        match self {
            Self::Serving { before, .. } => before.first().copied(),
            Self::RolledBack { green, .. } => Some(*green),
            Self::Rollout(_) | Self::Shifted { .. } => None,
        }
    }

    /// When the alias was written last.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        match self {
            Self::Rollout(rollout) => rollout.step_started(),
            Self::Shifted { since, .. } | Self::Serving { since, .. } => *since,
            Self::RolledBack { at, .. } => *at,
        }
    }

    /// Where the alias is if nobody else moved it since.
    #[must_use]
    pub fn routing(&self) -> Routing {
        match self {
            Self::Shifted {
                blue,
                green,
                weight,
                ..
            } => Routing::Split {
                blue: *blue,
                green: *green,
                weight: *weight,
            },
            Self::Rollout(rollout) => rollout.routing(),
            Self::Serving { version, .. } | Self::RolledBack { version, .. } => {
                Routing::All(*version)
            }
        }
    }

    /// The entry with everything spared that can be.
    pub(super) fn shortest(&self) -> Self {
        let mut entry = self.clone();
        while entry.shorten(MAX_DESCRIPTION) {}
        entry
    }

    /// The entry as its text fits into this much room, if it can be made so short.
    pub(super) fn fitted(&self, room: usize) -> Option<Self> {
        let mut entry = self.clone();
        loop {
            let excess = length(&entry.to_string()).saturating_sub(room);
            if excess == 0 {
                return Some(entry);
            }
            if !entry.shorten(excess) {
                return None;
            }
        }
    }

    /// A reason may name an alarm, and that may be called anything: also what the parser looks
    /// for.
    pub(super) fn harmless(mut self) -> Self {
        if let Self::RolledBack { reason, .. } = &mut self {
            *reason = reason.replace(MARK, "bluegreen ").replace(BEFORE, " ");
        }
        self
    }

    /// Gives up one thing that can be spared; false if nothing is left to spare. The version
    /// just before is never spared: `rollback` needs it.
    fn shorten(&mut self, excess: usize) -> bool {
        let before = match self {
            Self::Rollout(rollout) => &mut rollout.before,
            Self::Shifted { before, .. }
            | Self::Serving { before, .. }
            | Self::RolledBack { before, .. } => before,
        };
        if before.len() > 1 {
            before.pop();
            return true;
        }
        match self {
            Self::RolledBack { reason, .. } if !reason.is_empty() => {
                let keep = reason.chars().count().saturating_sub(excess + 1);
                let end = if keep == 0 { "" } else { "…" };
                *reason = reason.chars().take(keep).chain(end.chars()).collect();
                true
            }
            _ => false,
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shifted {
                blue,
                green,
                weight,
                since,
                ..
            } => {
                write!(f, "{blue} to {green}, {weight} by hand since {since}")?;
            }
            Self::Rollout(rollout) => write!(f, "v{FORMAT}: {rollout}")?,
            Self::Serving { version, since, .. } => write!(f, "{version} since {since}")?,
            Self::RolledBack {
                version,
                green,
                weight,
                at,
                reason,
                ..
            } => {
                write!(f, "{version}, rolled {green} back at ")?;
                match weight {
                    Some(weight) => write!(f, "{weight}")?,
                    None => f.write_str("100%")?,
                }
                write!(f, " {at}: {reason}")?;
            }
        }
        for (index, version) in self.before().iter().enumerate() {
            f.write_str(if index == 0 { BEFORE } else { " " })?;
            write!(f, "{version}")?;
        }
        Ok(())
    }
}
