//! What CloudWatch knows: metrics, alarms, and how many invocations run.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{alarms::Alarms, metrics::Sources};
use crate::{clock, place::Place};

/// How many invocations of each function run.
type Concurrency = HashMap<String, u64>;

/// The metrics and alarms of the one account there is.
#[derive(Debug)]
pub(crate) struct CloudWatch {
    pub(super) place: Place,
    pub(crate) sources: Mutex<Sources>,
    alarms: Mutex<Alarms>,
    pub(crate) concurrency: Mutex<Concurrency>,
    /// How long after an invocation began its metrics can be seen at the earliest.
    delay: Duration,
}

impl CloudWatch {
    pub(crate) fn new(place: Place, delay: Duration) -> Self {
        Self {
            place,
            sources: Mutex::default(),
            alarms: Mutex::default(),
            concurrency: Mutex::default(),
            delay,
        }
    }

    /// How fine and how late the metrics are, for a deployer that would wait for AWS's otherwise.
    /// Nothing where AWS's lateness is rehearsed.
    pub(crate) const fn pace(&self) -> Option<&'static str> {
        if self.delay.is_zero() {
            Some("1s+1s")
        } else {
            None
        }
    }

    /// Forgets what is too old to be asked for.
    pub(crate) fn forget_old(&self) {
        lock(&self.sources)
            .forget_before(clock::seconds().saturating_sub(super::metrics::KEPT_SECONDS));
    }

    /// Seconds since 1970 up to which metrics are seen by now.
    pub(super) fn visible(&self) -> u64 {
        clock::seconds().saturating_sub(self.delay.as_secs())
    }

    pub(super) fn alarms(&self) -> MutexGuard<'_, Alarms> {
        lock(&self.alarms)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
