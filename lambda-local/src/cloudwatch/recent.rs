//! What each version of a function did lately: what the page shows.

use std::collections::BTreeMap;

use super::{
    metrics::Histogram,
    state::{CloudWatch, lock},
};

/// By version.
pub(crate) type Recent = BTreeMap<String, OfVersion>;

/// Seconds whose requests are told one by one, and those that are summed up beside them.
pub(crate) const MINUTE: u64 = 60;
const QUARTER: u64 = 15 * 60;

/// What one version did.
#[derive(Debug, Clone, Default)]
pub(crate) struct OfVersion {
    /// The last minute, the oldest second first.
    pub(crate) seconds: Vec<Second>,
    pub(crate) minute: Histogram,
    /// The last 15 minutes.
    pub(crate) quarter: Histogram,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Second {
    pub(crate) requests: u64,
    pub(crate) errors: u64,
}

impl CloudWatch {
    /// The seconds before `now`, in seconds since 1970: that one is not whole.
    pub(crate) fn recent(&self, function: &str, now: u64) -> Recent {
        let minute = now.saturating_sub(MINUTE);
        let mut recent = Recent::new();
        let window = (now.saturating_sub(QUARTER), now);
        for (version, at, histogram) in lock(&self.sources).lambda.of_function(function, window) {
            let of = recent.entry(version.to_owned()).or_default();
            of.seconds.resize(MINUTE as usize, Second::default());
            of.quarter.merge(histogram);
            let Some(index) = at.checked_sub(minute) else {
                continue;
            };
            of.minute.merge(histogram);
            if let Some(second) = of.seconds.get_mut(index as usize) {
                second.requests += histogram.invocations;
                second.errors += histogram.errors;
            }
        }
        recent
    }
}
