//! What the series are called that CloudWatch is asked for, and what they are.

use std::collections::BTreeMap;

use bluegreen_rollout::signal::Source;

/// Values by the start of their period, in seconds since 1970.
pub(super) type Series = BTreeMap<u64, f64>;

/// Whose series it is, in what CloudWatch is asked.
pub(super) const ALIAS: &str = "alias";
pub(super) const BLUE: &str = "blue";
pub(super) const GREEN: &str = "green";

/// Throttled requests are no invocations, and nobody's errors: to a client they are both.
pub(super) const THROTTLES: &str = "throttles";

pub(super) fn id(of: &str, what: &str) -> String {
    format!("{of}_{what}")
}

pub(super) fn values_of(kind: &str) -> String {
    format!("{kind}_values")
}

/// The name of a source's requests among its series.
pub(super) const fn requests_of(source: Source) -> &'static str {
    match source {
        Source::Lambda => "invocations",
        Source::Outcomes => "requests",
    }
}
