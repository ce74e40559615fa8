//! How the program ends: what a script can tell apart.

use std::process::ExitCode;

use crate::alias::Moved;

/// The exit codes, documented in `--help`. A wrong command line is 2, which clap gives itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Error = 1,
    /// The old version serves everything again.
    RolledBack = 3,
    /// Nothing was decided: the weight was left where it was.
    Held = 4,
    /// Somebody else moved the alias; nothing was written over it.
    Moved = 5,
}

impl Exit {
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        if error.chain().any(|cause| cause.is::<Moved>()) {
            return Self::Moved;
        }
        Self::Error
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
