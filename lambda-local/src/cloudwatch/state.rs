//! What CloudWatch knows: metrics, alarms, and how many invocations run.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    alarms::Alarms,
    concurrency::Concurrency,
    metrics::{KEPT_SECONDS, Pace, Sources, embedded_in},
};
use crate::{clock, place::Place};

/// The metrics and alarms of the one account there is.
#[derive(Debug)]
pub(crate) struct CloudWatch {
    pub(super) place: Place,
    pub(crate) sources: Mutex<Sources>,
    alarms: Mutex<Alarms>,
    /// Of each function.
    pub(crate) concurrency: Mutex<HashMap<String, Concurrency>>,
    pace: Pace,
}

impl CloudWatch {
    pub(crate) fn new(place: Place, pace: Pace) -> Self {
        Self {
            place,
            sources: Mutex::new(Sources::new(pace)),
            alarms: Mutex::default(),
            concurrency: Mutex::default(),
            pace,
        }
    }

    /// How fine and how late the metrics are, for a deployer that would wait for AWS's otherwise.
    /// Nothing where AWS's lateness is rehearsed.
    pub(crate) fn pace(&self) -> Option<&'static str> {
        self.pace.is_quickest().then_some("1s+1s")
    }

    /// Takes the metrics out of a line that a function printed, where it embeds some: with the name
    /// of its log group and the second since 1970.
    pub(crate) fn extract(&self, group: &str, line: &str, second: u64) {
        if let Some(embedded) = embedded_in(line) {
            lock(&self.sources).take(embedded, group, second);
        }
    }

    /// Forgets what is too old to be asked for.
    pub(crate) fn forget_old(&self) {
        lock(&self.sources).forget_before(clock::seconds().saturating_sub(KEPT_SECONDS));
    }

    pub(super) fn alarms(&self) -> MutexGuard<'_, Alarms> {
        lock(&self.alarms)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
