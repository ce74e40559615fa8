//! CloudWatch's operations that are here, which have no paths: one table for its three protocols.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{data, list};
use crate::{
    clock,
    cloudwatch::state::{CloudWatch, lock},
    protocol::{Answer, ApiResult, Exception, Operation},
};

impl CloudWatch {
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
const OPERATIONS: [(Operation, Call); 9] = [
    row("GetMetricData", |own, request| {
        data::get(&lock(&own.sources), &parse(request)?, clock::seconds())
    }),
    row("GetMetricStatistics", |own, request| {
        data::get_statistics(&lock(&own.sources), &parse(request)?, clock::seconds())
    }),
    row("ListMetrics", |own, request| {
        let request = parse(request)?;
        let sources = lock(&own.sources);
        Ok(list::list(&sources, &request, clock::seconds()))
    }),
    row("PutMetricData", |own, request| {
        let put = [parse(request)?];
        let mut sources = lock(&own.sources);
        sources.custom.put(&put, clock::seconds(), 0)?;
        Ok(json!({}))
    }),
    row("PutMetricAlarm", |own, request| {
        own.alarms()
            .put(parse(request)?, &own.place, clock::seconds())
    }),
    row("PutCompositeAlarm", |own, request| {
        own.alarms()
            .put_composite(parse(request)?, &own.place, clock::seconds())
    }),
    row("DescribeAlarms", |own, request| {
        let request = parse(request)?;
        let sources = lock(&own.sources);
        Ok(own.alarms().describe(&request, &sources, clock::seconds()))
    }),
    row("DeleteAlarms", |own, request| {
        Ok(own.alarms().delete(&parse(request)?))
    }),
    row("SetAlarmState", |own, request| {
        let request = parse(request)?;
        let sources = lock(&own.sources);
        own.alarms().set_state(request, &sources, clock::seconds())
    }),
];

pub(crate) fn operations() -> Vec<Operation> {
    OPERATIONS.map(|(operation, _)| operation).to_vec()
}

fn parse<T: DeserializeOwned>(request: Value) -> ApiResult<T> {
    serde_json::from_value(request)
        .map_err(|error| Exception::new("ValidationError", 400, error.to_string()))
}
