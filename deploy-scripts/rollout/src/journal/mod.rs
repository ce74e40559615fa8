//! The journal: what an alias is doing and what it pointed at before, as a short text in the
//! alias's own description, so that it is written in the same call that moves the traffic.

mod entry;
mod options;
mod parse;
mod under_way;

use std::{error::Error, fmt};

pub use entry::Entry;
pub use under_way::{Probe, Rollout};

use crate::{Routing, Version};

/// The most characters that Lambda takes for an alias's description.
pub const MAX_DESCRIPTION: usize = 256;

const MARK: &str = "bluegreen: ";
const BEFORE: &str = ", before it ";
const SEPARATOR: &str = " | ";

/// An alias's description: the user's own text, and our entry behind it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Journal {
    /// What the user wrote, without our entry.
    pub user_text: String,
    /// What the last write was for; `None` if this tool never wrote to the alias, or if what is
    /// there cannot be read.
    pub entry: Option<Entry>,
}

impl Journal {
    /// Reads an alias's description. Whatever is not ours is the user's.
    #[must_use]
    pub fn read(description: &str) -> Self {
        let Some(start) = description.rfind(MARK) else {
            return Self {
                user_text: description.to_owned(),
                entry: None,
            };
        };
        let before = &description[..start];
        let user_text = before.strip_suffix(SEPARATOR).unwrap_or(before).to_owned();
        Self {
            user_text,
            entry: parse::entry(&description[start + MARK.len()..]),
        }
    }

    /// The journal with another entry and the same user's text.
    #[must_use]
    pub fn with(&self, entry: Entry) -> Self {
        Self {
            user_text: self.user_text.clone(),
            entry: Some(entry),
        }
    }

    /// The versions that served everything before `serving`, newest first. Where somebody else
    /// moved the alias since the last entry, what that entry says was serving counts as well.
    #[must_use]
    pub fn before(&self, serving: Version) -> Vec<Version> {
        let Some(entry) = &self.entry else {
            return Vec::new();
        };
        let last = Some(entry.serving()).filter(|last| *last != serving);
        last.into_iter()
            .chain(entry.before().iter().copied())
            .collect()
    }

    /// The description to write: at most [`MAX_DESCRIPTION`] characters. What does not fit is
    /// given up in this order: the oldest versions before, the end of a reason, the user's text.
    #[must_use]
    pub fn description(&self) -> String {
        let Some(entry) = &self.entry else {
            return self.user_text.clone();
        };
        let prefix = match self.user_text.as_str() {
            "" => MARK.to_owned(),
            text => format!("{text}{SEPARATOR}{MARK}"),
        };
        let room = MAX_DESCRIPTION.saturating_sub(prefix.chars().count());
        match entry.fitting(room) {
            Some(text) => prefix + &text,
            None => {
                let room = MAX_DESCRIPTION - MARK.len();
                MARK.to_owned() + &entry.fitting(room).unwrap_or_default()
            }
        }
    }

    /// Whether the entry describes this routing: if not, somebody else moved the alias since.
    #[must_use]
    pub fn agrees_with(&self, routing: Routing) -> bool {
        self.entry
            .as_ref()
            .is_some_and(|entry| routing.leads_to(entry.routing()))
    }

    /// Makes sure that every entry of this rollout will fit beside the user's text, to the last
    /// step and with the version before it.
    ///
    /// # Errors
    /// If it would not.
    pub fn has_room_for(&self, rollout: &Rollout) -> Result<(), TooLong> {
        let last = Entry::Rollout(Box::new(rollout.at_its_longest()));
        let needed = MARK.len() + last.shortest().chars().count();
        let users = match self.user_text.as_str() {
            "" => 0,
            text => text.chars().count() + SEPARATOR.len(),
        };
        match needed + users <= MAX_DESCRIPTION {
            true => Ok(()),
            false => Err(TooLong { needed, users }),
        }
    }
}

/// The plan does not fit into the alias's description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// Characters that the journal needs.
    needed: usize,
    /// Characters that the user's own text takes.
    users: usize,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { needed, users } = self;
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

impl Error for TooLong {}
