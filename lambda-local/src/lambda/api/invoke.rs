//! `Invoke`: a synchronous call, an event, or a dry run.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Request, State},
    response::Response,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::request::{Function, body_error};
use crate::{
    lambda::{
        invoke::{Call, Invoked, Way},
        model::FunctionRef,
        state::{Lambda, new_request_id},
    },
    protocol::{ApiResult, Exception},
};

/// The largest payload of a synchronous invocation, in bytes.
const MAX_SYNCHRONOUS: usize = 6_291_456;
/// The largest payload of an asynchronous invocation, in bytes.
const MAX_ASYNCHRONOUS: usize = 1_048_576;

pub(crate) async fn invoke(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    request: Request,
) -> ApiResult<Response> {
    let headers = request.headers().clone();
    let payload = Bytes::from_request(request, &lambda)
        .await
        .map_err(|error| body_error(&error, "InvokeFunction"))?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let reference = Arc::new(reference);
    let kind = header("x-amz-invocation-type");
    match kind {
        None | Some("RequestResponse") => {
            let target = lambda.resolve(&reference)?;
            let tail = wants_tail(&headers);
            let call = Call {
                client_context: client_context(&headers)?,
                tail,
                ..Call::with(check_payload(payload, kind)?, Way::Invoke)
            };
            answer(&lambda.invoke(target, call).await?, tail)
        }
        Some("Event") => accept(&lambda, reference, payload),
        Some("DryRun") => {
            lambda.check(&reference)?;
            check_payload(payload, kind)?;
            empty(StatusCode::NO_CONTENT, &new_request_id())
        }
        Some(other) => Err(Exception::validation(
            other,
            "invocationType",
            "Member must satisfy enum value set: [Event, RequestResponse, DryRun]",
        )),
    }
}

/// The older call for events.
/// <https://docs.aws.amazon.com/lambda/latest/api/API_InvokeAsync.html>
pub(crate) async fn invoke_async(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    payload: Bytes,
) -> ApiResult<Response> {
    accept(&lambda, Arc::new(reference), payload)
}

/// Which version an event goes to is found out when it is delivered.
fn accept(
    lambda: &Arc<Lambda>,
    reference: Arc<FunctionRef>,
    payload: Bytes,
) -> ApiResult<Response> {
    lambda.check(&reference)?;
    let payload = check_payload(payload, Some("Event"))?;
    let request_id = new_request_id();
    lambda.accept(reference, payload, request_id.as_str().into());
    empty(StatusCode::ACCEPTED, &request_id)
}

pub(crate) fn wants_tail(headers: &HeaderMap) -> bool {
    headers
        .get("x-amz-log-type")
        .is_some_and(|kind| kind == "Tail")
}

pub(crate) fn check_payload(payload: Bytes, kind: Option<&str>) -> ApiResult<Bytes> {
    let size = payload.len();
    match kind {
        Some("Event") if size > MAX_ASYNCHRONOUS => {
            return Err(Exception::event_too_large(size, MAX_ASYNCHRONOUS));
        }
        Some("Event") => {}
        _ if size > MAX_SYNCHRONOUS => {
            return Err(Exception::too_large(MAX_SYNCHRONOUS, "InvokeFunction"));
        }
        _ => {}
    }
    if payload.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    serde_json::from_slice::<serde::de::IgnoredAny>(&payload).map_err(|error| {
        Exception::invalid_request_content(format!(
            "Could not parse request body into json: {error}"
        ))
    })?;
    Ok(payload)
}

/// The header is base64; the runtime gets it decoded.
pub(crate) fn client_context(headers: &HeaderMap) -> ApiResult<Option<String>> {
    let Some(value) = headers.get("x-amz-client-context") else {
        return Ok(None);
    };
    let decoded = BASE64_STANDARD.decode(value.as_bytes()).ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(Some).ok_or_else(|| {
        Exception::invalid_request_content("Client context must be a valid Base64-encoded JSON")
    })
}

fn answer(invoked: &Invoked, tail: bool) -> ApiResult<Response> {
    let outcome = &invoked.done.outcome;
    let mut response = Response::builder()
        .status(StatusCode::OK)
        .header("content-type", "application/json")
        .header("x-amzn-requestid", &*invoked.request_id)
        .header("x-amz-executed-version", &invoked.version);
    if outcome.is_error() {
        response = response.header("x-amz-function-error", "Unhandled");
    }
    if tail {
        let log = BASE64_STANDARD.encode(&invoked.done.log_tail);
        response = response.header("x-amz-log-result", log);
    }
    response
        .body(invoked.payload().into())
        .map_err(|error| Exception::service(format!("failed to answer the invocation: {error}")))
}

fn empty(status: StatusCode, request_id: &str) -> ApiResult<Response> {
    let response = Response::builder()
        .status(status)
        .header("x-amzn-requestid", request_id);
    response
        .body(axum::body::Body::empty())
        .map_err(|error| Exception::service(format!("failed to answer the invocation: {error}")))
}
