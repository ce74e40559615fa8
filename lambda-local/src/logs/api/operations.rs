//! The operations that are here.

use std::sync::Arc;

use axum::response::Response;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use super::{
    filter::FilterLogEvents,
    groups::{DescribeLogGroups, create, delete, delete_retention, put_retention},
    live_tail::StartLiveTail,
    one_stream::GetLogEvents,
    streams::DescribeLogStreams,
};
use crate::{
    logs::Logs,
    protocol::{Answer, ApiResult, Exception, Operation, Protocol, aws_json, operation::mark_if},
};

/// What carries an operation out.
enum Call {
    AtOnce(fn(&Logs, &[u8]) -> Answer),
    /// One whose answer goes on until the server ends.
    Streams(fn(&Arc<Logs>, &[u8], Ending) -> ApiResult<Response>),
}

/// Whether the server ends.
type Ending = watch::Receiver<bool>;

const fn reads(name: &'static str, call: fn(&Logs, &[u8]) -> Answer) -> (Operation, Call) {
    (Operation::named("logs", name, false), Call::AtOnce(call))
}

const fn changes(name: &'static str, call: fn(&Logs, &[u8]) -> Answer) -> (Operation, Call) {
    (Operation::named("logs", name, true), Call::AtOnce(call))
}

const OPERATIONS: [(Operation, Call); 9] = [
    reads("FilterLogEvents", |logs, body| {
        parse::<FilterLogEvents>(body)?.answer(logs)
    }),
    reads("GetLogEvents", |logs, body| {
        parse::<GetLogEvents>(body)?.answer(logs)
    }),
    (
        Operation::named("logs", "StartLiveTail", false),
        Call::Streams(|logs, body, ending| parse::<StartLiveTail>(body)?.answer(logs, ending)),
    ),
    reads("DescribeLogGroups", |logs, body| {
        parse::<DescribeLogGroups>(body)?.answer(logs)
    }),
    reads("DescribeLogStreams", |logs, body| {
        parse::<DescribeLogStreams>(body)?.answer(logs)
    }),
    changes("CreateLogGroup", |logs, body| create(logs, &parse(body)?)),
    changes("DeleteLogGroup", |logs, body| delete(logs, &parse(body)?)),
    changes("PutRetentionPolicy", |logs, body| {
        put_retention(logs, &parse(body)?)
    }),
    changes("DeleteRetentionPolicy", |logs, body| {
        delete_retention(logs, &parse(body)?)
    }),
];

pub(crate) fn operations() -> Vec<Operation> {
    OPERATIONS.map(|(operation, _)| operation).to_vec()
}

impl Logs {
    /// `None` if there is no such operation here.
    pub(crate) fn answer_json(
        self: &Arc<Self>,
        operation: &str,
        body: &[u8],
        ending: Ending,
    ) -> Option<Response> {
        let mut rows = OPERATIONS.iter();
        let (row, call) = rows.find(|(row, _)| row.name == operation)?;
        let answer = match call {
            Call::AtOnce(call) => aws_json::respond(call(self, body)),
            Call::Streams(call) => {
                call(self, body, ending).unwrap_or_else(|refused| aws_json::respond(Err(refused)))
            }
        };
        Some(mark_if(row.changes, Protocol::AwsJson, answer))
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> ApiResult<T> {
    serde_json::from_slice(body).map_err(|error| Exception::serialization(error.to_string()))
}
