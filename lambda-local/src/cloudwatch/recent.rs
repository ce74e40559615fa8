//! What each version of a function did in the last minute.

use std::collections::BTreeMap;

use super::state::{CloudWatch, lock};
use crate::clock;

/// By version; each has the same seconds, the oldest first.
pub(crate) type Recent = BTreeMap<String, Vec<Second>>;

const SECONDS: u64 = 60;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Second {
    pub(crate) requests: u64,
    pub(crate) errors: u64,
}

impl CloudWatch {
    /// The seconds before the one that is on, which is not whole.
    pub(crate) fn recent(&self, function: &str) -> Recent {
        let (start, end) = (clock::seconds().saturating_sub(SECONDS), clock::seconds());
        let mut recent = Recent::new();
        for (version, at, histogram) in lock(&self.sources)
            .lambda
            .of_function(function, (start, end))
        {
            let seconds = recent.entry(version.to_owned());
            let seconds = seconds.or_insert_with(|| vec![Second::default(); SECONDS as usize]);
            if let Some(second) = seconds.get_mut((at - start) as usize) {
                second.requests += histogram.invocations;
                second.errors += histogram.errors;
            }
        }
        recent
    }
}
