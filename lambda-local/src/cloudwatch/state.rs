//! CloudWatch, as much as judging a release needs: Lambda's own metrics, those that clients put,
//! expressions over them, and alarms.

use super::api::{data, list};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{alarms::Alarms, metrics::Sources};
use crate::lambda::{Concurrency, Place};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The metrics and alarms of the one account there is.
#[derive(Debug)]
pub(crate) struct CloudWatch {
    place: Place,
    pub(crate) sources: Mutex<Sources>,
    alarms: Mutex<Alarms>,
    pub(crate) concurrency: Mutex<Concurrency>,
    /// How long after an invocation began its metrics can be seen at the earliest.
    delay: Duration,
}

/// An error as the JSON and CBOR protocols answer it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self {
            kind: "InvalidParameterValueException",
            message: message.into(),
        }
    }
}

pub(crate) type Answer = Result<Value, Refusal>;

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

    /// Forgets what is too old to be asked for.
    pub(crate) fn forget_old(&self) {
        lock(&self.sources).forget_before(now().saturating_sub(super::metrics::KEPT_SECONDS));
    }

    /// `None` for operations that are not here.
    pub(super) fn answer(&self, operation: &str, request: Value) -> Option<Answer> {
        let now = now();
        let visible = now.saturating_sub(self.delay.as_secs());
        let (mut sources, alarms) = (lock(&self.sources), || lock(&self.alarms));
        Some(match operation {
            "GetMetricData" => parse(request).and_then(|r| data::get(&sources, &r, visible)),
            "GetMetricStatistics" => {
                parse(request).and_then(|r| data::get_statistics(&sources, &r, visible))
            }
            "ListMetrics" => parse(request).map(|r| list::list(&sources, &r)),
            "PutMetricData" => parse(request).and_then(|r| sources.own.put(r, now)),
            "PutMetricAlarm" => parse(request).and_then(|r| alarms().put(r, &self.place, now)),
            "DescribeAlarms" => parse(request).map(|r| alarms().describe(&r, &sources, visible)),
            "DeleteAlarms" => parse(request).map(|r| alarms().delete(&r)),
            "SetAlarmState" => parse(request).and_then(|r| alarms().set_state(r, visible)),
            _ => return None,
        })
    }
}

fn parse<T: DeserializeOwned>(request: Value) -> Result<T, Refusal> {
    serde_json::from_value(request).map_err(|error| Refusal {
        kind: "ValidationError",
        message: error.to_string(),
    })
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.unwrap_or_default().as_secs()
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
