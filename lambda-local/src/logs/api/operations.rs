//! The operations that are here.

use axum::response::Response;
use serde::de::DeserializeOwned;

use super::{
    filter::FilterLogEvents,
    groups::{DescribeLogGroups, create, delete, delete_retention, put_retention},
    one_stream::GetLogEvents,
    streams::DescribeLogStreams,
};
use crate::{
    logs::Logs,
    protocol::{Answer, ApiResult, Exception, Operation, Protocol, aws_json, operation::mark_if},
};

type Call = fn(&Logs, &[u8]) -> Answer;

const fn reads(name: &'static str, call: Call) -> (Operation, Call) {
    (Operation::named("logs", name, false), call)
}

const fn changes(name: &'static str, call: Call) -> (Operation, Call) {
    (Operation::named("logs", name, true), call)
}

const OPERATIONS: [(Operation, Call); 8] = [
    reads("FilterLogEvents", |logs, body| {
        parse::<FilterLogEvents>(body)?.answer(logs)
    }),
    reads("GetLogEvents", |logs, body| {
        parse::<GetLogEvents>(body)?.answer(logs)
    }),
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
    pub(crate) fn answer_json(&self, operation: &str, body: &[u8]) -> Option<Response> {
        let mut rows = OPERATIONS.iter();
        let (row, call) = rows.find(|(row, _)| row.name == operation)?;
        let answer = aws_json::respond(call(self, body));
        Some(mark_if(row.changes, Protocol::AwsJson, answer))
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> ApiResult<T> {
    serde_json::from_slice(body).map_err(|error| Exception::serialization(error.to_string()))
}
