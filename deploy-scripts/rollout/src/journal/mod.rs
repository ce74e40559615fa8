//! The journal: what an alias is doing and what it pointed at before, as a short text in the
//! alias's own description, so that it is written in the same call that moves the traffic.

mod entry;
mod error;
mod options;
mod parse;
mod rollout;
mod way_back;

pub use entry::Entry;
pub use error::{Unreadable, Unwritable};
pub use way_back::NoWayBack;

use crate::{Rollout, Routing, Version};

/// The most characters that Lambda takes for an alias's description.
pub const MAX_DESCRIPTION: usize = 256;

const MARK: &str = "bluegreen: ";
const BEFORE: &str = ", before it ";
const SEPARATOR: &str = " | ";
/// How rollouts are written. Entries of other kinds are as they ever were, and say no format.
const FORMAT: u32 = 2;

/// An alias's description: the user's own text, and our entry behind it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Journal {
    /// What the user wrote, without our entry.
    pub user_text: String,
    /// What the last write was for; `None` if this tool never wrote to the alias.
    pub entry: Option<Entry>,
}

impl Journal {
    /// Reads an alias's description. Whatever is not ours is the user's, also where it holds our
    /// name.
    ///
    /// # Errors
    /// If there is an entry that this version of the tool cannot read.
    pub fn read(description: &str) -> Result<Self, Unreadable> {
        for (start, _) in description.rmatch_indices(MARK) {
            let (before, text) = (&description[..start], &description[start + MARK.len()..]);
            let user_text = match before {
                "" => Some(""),
                before => before.strip_suffix(SEPARATOR),
            };
            let Some(user_text) = user_text.map(str::to_owned) else {
                continue;
            };
            if let Some(entry) = parse::entry(text) {
                let entry = Some(entry);
                return Ok(Self { user_text, entry });
            }
            if let Some(format) = parse::unknown(text) {
                return Err(Unreadable { user_text, format });
            }
        }
        Ok(Self {
            user_text: description.to_owned(),
            entry: None,
        })
    }

    /// The versions that served everything before `serving`, newest first, as far as is known.
    /// Where somebody else moved the alias since the last entry, what that entry says was serving
    /// counts as well.
    #[must_use]
    pub fn before(&self, serving: Version) -> Vec<Version> {
        let Some(entry) = &self.entry else {
            return Vec::new();
        };
        let last = std::iter::once(entry.serving());
        let known: Vec<Version> = last.chain(entry.before().iter().copied()).collect();
        match known.iter().position(|known| *known == serving) {
            Some(index) => known[index + 1..].to_vec(),
            None => known,
        }
    }

    /// The description that holds this entry beside the user's text, and the journal that is read
    /// from it. What does not fit is given up in this order: the oldest versions before, the end
    /// of a reason, and, where that is not a rollout, the user's text.
    ///
    /// # Errors
    /// If what would be written could not be read back: then it must not be written.
    pub fn with(&self, entry: Entry) -> Result<(String, Self), Unwritable> {
        let alone = Self::default();
        let may_stand_alone = !matches!(entry, Entry::Rollout(_));
        let entry = entry.harmless();
        let fits = |journal: &Self| Some((journal.clone(), entry.fitted(journal.room())?));
        let fitted = fits(self).or_else(|| may_stand_alone.then(|| fits(&alone))?);
        let Some((journal, entry)) = fitted else {
            return Err(self.too_long(&entry));
        };
        let description = journal.prefix() + &entry.to_string();
        let written = Self {
            entry: Some(entry),
            ..journal
        };
        match Self::read(&description) {
            Ok(read) if read == written => Ok((description, written)),
            _ => Err(Unwritable::Ambiguous),
        }
    }

    fn prefix(&self) -> String {
        match self.user_text.as_str() {
            "" => MARK.to_owned(),
            text => format!("{text}{SEPARATOR}{MARK}"),
        }
    }

    /// What is left of the description for the entry.
    fn room(&self) -> usize {
        MAX_DESCRIPTION.saturating_sub(length(&self.prefix()))
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
    pub fn has_room_for(&self, rollout: &Rollout) -> Result<(), Unwritable> {
        let last = Entry::Rollout(Box::new(rollout.at_its_longest()));
        self.with(last).map(|_| ())
    }

    fn too_long(&self, entry: &Entry) -> Unwritable {
        Unwritable::TooLong {
            needed: MARK.len() + length(&entry.shortest().to_string()),
            users: length(&self.user_text),
        }
    }
}

/// As AWS may count: characters beyond the basic plane are two.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}
