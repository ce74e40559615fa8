//! Why an alias cannot be moved.

use std::{error::Error, fmt};

use crate::Version;

/// The routing does not allow the move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveError {
    /// The version serves everything already.
    AlreadyAll(Version),
    /// There is no split to end: this version serves everything.
    NoSplit(Version),
    /// Another split is under way.
    OtherSplit { blue: Version, green: Version },
    /// AWS is moving the alias itself.
    Settling { from: Version, to: Version },
}

impl fmt::Display for MoveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyAll(version) => write!(f, "version {version} already serves everything"),
            Self::NoSplit(version) => {
                write!(
                    f,
                    "the alias is not split: version {version} serves everything"
                )
            }
            Self::OtherSplit { blue, green } => write!(
                f,
                "the alias is split between version {blue} and version {green} already; \
                 promote that one or roll it back first"
            ),
            Self::Settling { from, to } => write!(
                f,
                "AWS is moving the alias from version {from} to version {to} while provisioned \
                 concurrency is allocated; wait until that is done, or go back to version {from} \
                 with `bluegreen rollback`"
            ),
        }
    }
}

impl Error for MoveError {}
