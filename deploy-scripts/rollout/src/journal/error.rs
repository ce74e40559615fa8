//! What can be wrong with a journal.

use std::{error::Error, fmt};

use super::{Journal, MAX_DESCRIPTION};

/// The description holds an entry that this version of the tool cannot read. What it names is
/// not known: nothing may be concluded from it, and nothing written over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub(super) user_text: String,
    /// The format that the entry is in, where it is one of a newer version of the tool.
    pub(super) format: Option<u32>,
}

impl Unreadable {
    /// The journal with the entry given up: for one who takes the alias over on purpose.
    #[must_use]
    pub fn given_up(self) -> Journal {
        Journal {
            user_text: self.user_text,
            entry: None,
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.format {
            Some(format) => write!(
                f,
                "the alias's description was written by a newer bluegreen (format {format}): use \
                 that one"
            ),
            None => f.write_str(
                "the alias's description holds an entry of bluegreen's that cannot be read; if it \
                 is of no use any more, take it out with `aws lambda update-alias --description`",
            ),
        }
    }
}

impl Error for Unreadable {}

/// An entry that could not be read back from the alias's description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unwritable {
    TooLong {
        /// Characters that the journal needs.
        needed: usize,
        /// Characters that the user's own text takes.
        users: usize,
    },
    /// It would be read as something else.
    Ambiguous,
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::TooLong { needed, users } = self else {
            return f.write_str("what the alias's description would say could not be read back");
        };
        write!(
            f,
            "the plan needs {needed} characters of the alias's description, which has \
             {MAX_DESCRIPTION}"
        )?;
        if *users > 0 {
            write!(f, " and holds {users} of your own")?;
        }
        f.write_str("; plan fewer steps or alarms, or shorten your text")
    }
}

impl Error for Unwritable {}
