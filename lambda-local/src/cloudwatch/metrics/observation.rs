//! One invocation, as far as it is measured.

use std::time::{Duration, SystemTime};

use super::provisioned::Found;

/// What became of an invocation.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Measured {
    Ended {
        duration: Duration,
        failed: bool,
    },
    /// More ran at once than may: it did not begin.
    Throttled,
}

/// An invocation that ended, or was refused.
#[derive(Debug)]
pub(crate) struct Observation<'a> {
    pub(crate) function: &'a str,
    /// The version or the alias that was invoked, where one was named.
    pub(crate) qualifier: Option<&'a str>,
    /// The version that ran, where an alias was invoked.
    pub(crate) executed_version: Option<&'a str>,
    pub(crate) began: SystemTime,
    pub(crate) measured: Measured,
    /// Invocations of this function that ran when it began, this one among them.
    pub(crate) concurrent: u64,
    /// Where its version has provisioned concurrency.
    pub(crate) found: Option<Found>,
}
