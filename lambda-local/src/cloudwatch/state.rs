//! CloudWatch, as much as judging a release needs: Lambda's own metrics, those that clients put,
//! expressions over them, and alarms.

use super::api::{data, list};
use crate::{
    clock,
    place::Place,
    protocol::{Answer, ApiResult, Exception, Operation},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{alarms::Alarms, metrics::Sources};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How many invocations of each function run.
type Concurrency = HashMap<String, u64>;

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
        lock(&self.sources)
            .forget_before(clock::seconds().saturating_sub(super::metrics::KEPT_SECONDS));
    }

    /// Seconds since 1970 up to which metrics are seen by now.
    fn visible(&self) -> u64 {
        clock::seconds().saturating_sub(self.delay.as_secs())
    }

    fn alarms(&self) -> MutexGuard<'_, Alarms> {
        lock(&self.alarms)
    }

    /// `None` for operations that are not here.
    pub(super) fn answer(&self, operation: &str, request: Value) -> Option<Answer> {
        let mut rows = OPERATIONS.iter();
        let (_, call) = rows.find(|(row, _)| row.name == operation)?;
        Some(call(self, request))
    }
}

type Call = fn(&CloudWatch, Value) -> Answer;

/// Alarms are not kept when the server ends, and so nothing here changes what is.
const fn row(name: &'static str, call: Call) -> (Operation, Call) {
    (Operation::named("cloudwatch", name, false), call)
}

/// The operations that are here.
const OPERATIONS: [(Operation, Call); 8] = [
    row("GetMetricData", |own, request| {
        data::get(&lock(&own.sources), &parse(request)?, own.visible())
    }),
    row("GetMetricStatistics", |own, request| {
        data::get_statistics(&lock(&own.sources), &parse(request)?, own.visible())
    }),
    row("ListMetrics", |own, request| {
        Ok(list::list(&lock(&own.sources), &parse(request)?))
    }),
    row("PutMetricData", |own, request| {
        lock(&own.sources)
            .custom
            .put(parse(request)?, clock::seconds())
    }),
    row("PutMetricAlarm", |own, request| {
        own.alarms()
            .put(parse(request)?, &own.place, clock::seconds())
    }),
    row("DescribeAlarms", |own, request| {
        let request = parse(request)?;
        let sources = lock(&own.sources);
        Ok(own.alarms().describe(&request, &sources, own.visible()))
    }),
    row("DeleteAlarms", |own, request| {
        Ok(own.alarms().delete(&parse(request)?))
    }),
    row("SetAlarmState", |own, request| {
        own.alarms().set_state(parse(request)?, own.visible())
    }),
];

pub(crate) fn operations() -> Vec<Operation> {
    OPERATIONS.map(|(operation, _)| operation).to_vec()
}

fn parse<T: DeserializeOwned>(request: Value) -> ApiResult<T> {
    serde_json::from_value(request)
        .map_err(|error| Exception::new("ValidationError", 400, error.to_string()))
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
