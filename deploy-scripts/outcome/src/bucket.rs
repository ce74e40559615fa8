//! What is counted together.

use std::{fmt, sync::Arc};

/// Invocations of one alias that started in one second.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) alias: Arc<str>,
    /// Since 1970.
    pub(crate) second: u64,
    pub(crate) requests: u64,
    pub(crate) bad: u64,
    /// None without a limit.
    pub(crate) slow: Option<u64>,
    /// The request's id.
    pub(crate) first_bad: Option<(String, Bad)>,
}

/// Why an invocation is bad: the status of its answer, or what came of it instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bad {
    Status(u16),
    Other(&'static str),
}

impl Bucket {
    pub(crate) fn is_for_the_same_as(&self, other: &Self) -> bool {
        self.second == other.second && self.alias == other.alias
    }

    pub(crate) fn add(&mut self, later: Self) {
        self.requests += later.requests;
        self.bad += later.bad;
        self.slow = later
            .slow
            .map_or(self.slow, |slow| Some(self.slow.unwrap_or(0) + slow));
        self.first_bad = self.first_bad.take().or(later.first_bad);
    }
}

/// As JSON.
impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::Other(word) => write!(f, "\"{word}\""),
        }
    }
}
