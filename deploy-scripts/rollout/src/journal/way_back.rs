//! Where a rollback by hand goes.

use std::{error::Error, fmt};

use crate::{MoveError, Routing, Version, journal::Journal};

impl Journal {
    /// The version that a rollback goes to: the one that is named, blue of a split, the one that
    /// serves while AWS moves the alias to another, or what served before what serves now.
    ///
    /// # Errors
    /// If that is not known, if it serves everything already, or if AWS is moving the alias there.
    pub fn way_back(&self, found: Routing, to: Option<Version>) -> Result<Version, NoWayBack> {
        match (found, to) {
            (Routing::Settling { from, to }, Some(named)) if named == to => {
                Err(NoWayBack::Move(MoveError::Settling { from, to }))
            }
            (Routing::All(serving), Some(to)) if serving == to => {
                Err(NoWayBack::Move(MoveError::AlreadyAll(to)))
            }
            (_, Some(to)) => Ok(to),
            (Routing::Split { blue: back, .. } | Routing::Settling { from: back, .. }, None) => {
                Ok(back)
            }
            (Routing::All(serving), None) => {
                let unknown = NoWayBack::Unknown(serving);
                self.served_before(serving).ok_or(unknown)
            }
        }
    }

    /// Where somebody else moved the alias to a version that the journal does not name, the one
    /// that served last came before it only if that was a step forward.
    fn served_before(&self, serving: Version) -> Option<Version> {
        let entry = self.entry.as_ref()?;
        let is_named = entry.serving() == serving || entry.before().contains(&serving);
        let before = self.before(serving).first().copied()?;
        (is_named || before < serving).then_some(before)
    }
}

/// A rollback has nowhere to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoWayBack {
    Move(MoveError),
    /// This version serves everything, and what did before is not known.
    Unknown(Version),
}

impl fmt::Display for NoWayBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Move(error) => error.fmt(f),
            Self::Unknown(version) => write!(
                f,
                "version {version} serves everything, and the alias does not say what did before; \
                 `bluegreen status` lists the versions, and --to names the one to go back to"
            ),
        }
    }
}

impl Error for NoWayBack {}

#[cfg(test)]
mod tests {
    use super::NoWayBack;
    use crate::{MoveError, Routing, Version, Weight, journal::Journal};

    fn v(number: u64) -> Version {
        Version::new(number).unwrap()
    }

    fn journal() -> Journal {
        let text = "bluegreen: 4 since 2026-11-23T07:10:00Z, before it 3 1";
        Journal::read(text).unwrap()
    }

    #[test]
    fn a_rollback_goes_to_what_served_before() {
        let back = |serving, to| journal().way_back(Routing::All(v(serving)), to);
        assert_eq!(back(4, None), Ok(v(3)));
        assert_eq!(back(4, Some(v(1))), Ok(v(1)));
        let there = NoWayBack::Move(MoveError::AlreadyAll(v(4)));
        assert_eq!(back(4, Some(v(4))), Err(there));
        let (blue, green) = (v(4), v(5));
        let weight = Weight::new(0.1).unwrap();
        let split = Routing::Split {
            blue,
            green,
            weight,
        };
        assert_eq!(journal().way_back(split, None), Ok(blue));
    }

    /// Somebody went back to a version that is older than the one before it.
    #[test]
    fn what_the_journal_names_may_be_newer_than_what_serves() {
        let text = "bluegreen: 3 since 2026-11-23T07:10:00Z, before it 5 1";
        let journal = Journal::read(text).unwrap();
        assert_eq!(journal.way_back(Routing::All(v(3)), None), Ok(v(5)));
    }

    #[test]
    fn a_rollback_that_has_nowhere_to_go_says_how_to_name_a_version() {
        let unknown = NoWayBack::Unknown(v(4)).to_string();
        assert!(unknown.starts_with("version 4 serves everything, and the alias does not say"));
        let there = NoWayBack::Move(MoveError::AlreadyAll(v(4))).to_string();
        assert_eq!(there, "version 4 already serves everything");
    }

    #[test]
    fn what_aws_has_not_moved_yet_can_be_taken_back() {
        let (from, to) = (v(4), v(5));
        let moving = Routing::Settling { from, to };
        let back = |to| journal().way_back(moving, to);
        assert_eq!(back(None), Ok(from));
        assert_eq!(back(Some(v(3))), Ok(v(3)));
        let there = NoWayBack::Move(MoveError::Settling { from, to });
        assert_eq!(back(Some(to)), Err(there));
    }

    #[test]
    fn after_a_move_in_the_console_it_never_goes_forward() {
        let back = |serving| journal().way_back(Routing::All(v(serving)), None);
        // Somebody went back to 3, or on to 5; 2 and the oldest are anybody's guess.
        assert_eq!(back(3), Ok(v(1)));
        assert_eq!(back(5), Ok(v(4)));
        assert_eq!(back(2), Err(NoWayBack::Unknown(v(2))));
        assert_eq!(back(1), Err(NoWayBack::Unknown(v(1))));
    }
}
