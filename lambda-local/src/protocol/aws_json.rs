//! AWS JSON 1.0 and 1.1: the operation stands in a header, JSON in the body.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::{Answer, ApiResult, Exception};

/// The header that names service and operation.
pub(crate) const TARGET: &str = "x-amz-target";

/// # Errors
/// If it is no JSON.
pub(crate) fn read(body: &[u8]) -> ApiResult<Value> {
    match body {
        [] => Ok(json!({})),
        body => serde_json::from_slice(body)
            .map_err(|error| Exception::serialization(error.to_string())),
    }
}

pub(crate) fn respond(answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(exception) => (exception.status, exception.typed()),
    };
    let headers = [("content-type", "application/x-amz-json-1.0")];
    (status, headers, body.to_string()).into_response()
}
