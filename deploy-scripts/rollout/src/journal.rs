//! The journal: what an alias is doing and what it pointed at before, as a short text in the
//! alias's own description, so that it is written in the same call that moves the traffic.

use std::fmt;

use crate::{Routing, Timestamp, Version, Weight};

/// The most characters that Lambda takes for an alias's description.
pub const MAX_DESCRIPTION: usize = 256;

const MARK: &str = "bluegreen: ";
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
            entry: Entry::parse(&description[start + MARK.len()..]),
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
        match (&self.entry, routing) {
            (
                Some(Entry::Shifted {
                    blue,
                    green,
                    weight,
                    ..
                }),
                routing,
            ) => {
                routing
                    == Routing::Split {
                        blue: *blue,
                        green: *green,
                        weight: *weight,
                    }
            }
            (Some(Entry::Serving { version, .. } | Entry::RolledBack { version, .. }), routing) => {
                routing == Routing::All(*version)
            }
            (None, _) => false,
        }
    }
}

impl Entry {
    /// The versions that served everything before the one that does now (or is blue), newest
    /// first.
    #[must_use]
    pub fn before(&self) -> &[Version] {
        match self {
            Self::Shifted { before, .. }
            | Self::Serving { before, .. }
            | Self::RolledBack { before, .. } => before,
        }
    }

    /// The version that served everything, or blue of a split.
    #[must_use]
    pub const fn serving(&self) -> Version {
        match self {
            Self::Shifted { blue, .. } => *blue,
            Self::Serving { version, .. } | Self::RolledBack { version, .. } => *version,
        }
    }

    /// When the alias was written last.
    #[must_use]
    pub const fn since(&self) -> Timestamp {
        match self {
            Self::Shifted { since, .. } | Self::Serving { since, .. } => *since,
            Self::RolledBack { at, .. } => *at,
        }
    }

    fn fitting(&self, room: usize) -> Option<String> {
        let mut entry = self.clone();
        loop {
            let text = entry.to_string();
            let excess = text.chars().count().saturating_sub(room);
            if excess == 0 {
                return Some(text);
            }
            if !entry.shorten(excess) {
                return None;
            }
        }
    }

    /// Gives up one thing that can be spared; false if nothing is left to spare. The version
    /// just before is never spared: `rollback` needs it.
    fn shorten(&mut self, excess: usize) -> bool {
        let (Self::Shifted { before, .. }
        | Self::Serving { before, .. }
        | Self::RolledBack { before, .. }) = self;
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

    fn parse(text: &str) -> Option<Self> {
        let list = text.rsplit_once(", before it ");
        let list = list.and_then(|(text, list)| Some((text, parse_versions(list)?)));
        let (text, before) = list.unwrap_or((text, Vec::new()));
        parse_rolled_back(text, &before)
            .or_else(|| parse_shifted(text, &before))
            .or_else(|| parse_serving(text, &before))
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
            f.write_str(if index == 0 { ", before it " } else { " " })?;
            write!(f, "{version}")?;
        }
        Ok(())
    }
}

fn parse_versions(list: &str) -> Option<Vec<Version>> {
    list.split(' ')
        .map(|version| version.parse().ok())
        .collect()
}

fn parse_serving(text: &str, before: &[Version]) -> Option<Entry> {
    let (version, since) = text.split_once(" since ")?;
    Some(Entry::Serving {
        version: version.parse().ok()?,
        since: since.parse().ok()?,
        before: before.to_vec(),
    })
}

fn parse_shifted(text: &str, before: &[Version]) -> Option<Entry> {
    let (versions, rest) = text.split_once(", ")?;
    let (blue, green) = versions.split_once(" to ")?;
    let (weight, since) = rest.split_once(" by hand since ")?;
    Some(Entry::Shifted {
        blue: blue.parse().ok()?,
        green: green.parse().ok()?,
        weight: weight.parse().ok()?,
        since: since.parse().ok()?,
        before: before.to_vec(),
    })
}

fn parse_rolled_back(text: &str, before: &[Version]) -> Option<Entry> {
    let (version, rest) = text.split_once(", rolled ")?;
    let (green, rest) = rest.split_once(" back at ")?;
    let (weight, rest) = rest.split_once(' ')?;
    let (at, reason) = rest.split_once(": ")?;
    Some(Entry::RolledBack {
        version: version.parse().ok()?,
        green: green.parse().ok()?,
        weight: match weight {
            "100%" => None,
            weight => Some(weight.parse().ok()?),
        },
        at: at.parse().ok()?,
        reason: reason.to_owned(),
        before: before.to_vec(),
    })
}
