//! A line that a function printed, or that Lambda says around it.

use std::{
    fmt::{self, Debug, Display},
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A line. Few lines are ever read, so those that are not there as text yet are written when
/// somebody looks.
#[derive(Clone)]
pub(crate) enum Message {
    Printed(Arc<str>),
    Platform(Arc<dyn Display + Send + Sync>),
}

impl Message {
    /// What it takes in memory, about: a line of Lambda's own is reckoned as long as most are.
    pub(crate) fn bytes(&self) -> usize {
        const PLATFORM_LINE: usize = 72;
        let text = match self {
            Self::Printed(text) => text.len(),
            Self::Platform(_) => PLATFORM_LINE,
        };
        size_of::<Self>() + text
    }
}

impl Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Printed(text) => f.write_str(text),
            Self::Platform(line) => Display::fmt(line, f),
        }
    }
}

impl Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// As text.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Printed(text) => serializer.serialize_str(text),
            Self::Platform(line) => serializer.collect_str(line),
        }
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Ok(Self::Printed(text.into()))
    }
}
