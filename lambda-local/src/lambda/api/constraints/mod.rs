//! What AWS's published model says of the members of a call, checked before any rule of Lambda's and
//! before anything is looked for: all that is violated is said in one answer.
//!
//! The table is written by [`generate.py`](generate.py); how violations are worded was recorded.

mod check;
mod pattern;
mod table;

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::HeaderMap;

use super::request::body_error;
use crate::{
    lambda::model::is_word,
    protocol::{ApiResult, Exception, Operation, find},
};
use table::{Given, Row};

/// Answers a call of one of these operations that violates the model, and lets the others through.
pub(super) async fn check(
    State(operations): State<Arc<[Operation]>>,
    request: Request,
    next: Next,
) -> Response {
    match checked(&operations, request).await {
        Ok(request) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

async fn checked(operations: &[Operation], request: Request) -> ApiResult<Request> {
    let found = match is_plain_invocation(&request) {
        true => None,
        false => operation_of(operations, &request),
    };
    let Some((operation, row)) = found else {
        return Ok(request);
    };
    let (parts, mut body) = request.into_parts();
    let mut text = Bytes::new();
    if row.has_body() {
        let whole = Request::from_parts(parts.clone(), body);
        let read = Bytes::from_request(whole, &()).await;
        text = read.map_err(|error| body_error(&error, operation.name))?;
        body = text.clone().into();
    }
    refuse(row.violations(&Given::of(&parts, &text)))?;
    Ok(Request::from_parts(parts, body))
}

fn operation_of<'a>(
    operations: &'a [Operation],
    request: &Request,
) -> Option<(&'a Operation, &'static Row)> {
    let (method, uri) = (request.method(), request.uri());
    let operation = find(operations, method, uri.path(), uri.query().unwrap_or(""))?;
    Some((operation, table::row(operation.name)?))
}

/// Most invocations: what they bring violates nothing, which is seen at once.
fn is_plain_invocation(request: &Request) -> bool {
    let path = request.uri().path();
    let between = |start, end| path.strip_prefix(start)?.strip_suffix(end);
    let name = between("/2015-03-31/functions/", "/invocations");
    let name =
        name.or_else(|| between("/2021-11-15/functions/", "/response-streaming-invocations"));
    let query = request.uri().query();
    let qualifier = query.map(|query| query.strip_prefix("Qualifier=").unwrap_or("?"));
    name.is_some_and(|name| is_word(name, 64))
        && qualifier.is_none_or(|qualifier| is_word(qualifier, 128))
        && has_plain_headers(request.headers())
}

fn has_plain_headers(headers: &HeaderMap) -> bool {
    let known = |name, values: &[&str]| {
        let value = headers.get(name);
        value.is_none_or(|value| values.iter().any(|known| value == known))
    };
    known("x-amz-log-type", &["Tail", "None"])
        && known(
            "x-amz-invocation-type",
            &["RequestResponse", "Event", "DryRun"],
        )
}

#[cfg(test)]
pub(super) fn knows(operation: &Operation) -> bool {
    table::row(operation.name).is_some()
}

/// The message of all violations; how AWS orders them is known of two pairs alone.
fn refuse(violations: Vec<String>) -> ApiResult<()> {
    let errors = match violations.len() {
        0 => return Ok(()),
        1 => "1 validation error".to_owned(),
        several => format!("{several} validation errors"),
    };
    let message = format!("{errors} detected: {}", violations.join("; "));
    Err(Exception::validation_message(message))
}
