//! What the calls of HTTP APIs take and answer.

use std::sync::Arc;

use axum::{Json as Answer, extract::State};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    apigateway::http::state::HttpApis,
    protocol::{ApiResult, Exception},
};

pub(super) type Shared = State<Arc<HttpApis>>;
pub(super) type Created = ApiResult<(StatusCode, Answer<Value>)>;

pub(super) fn items(items: impl Iterator<Item = Value>) -> Answer<Value> {
    Answer(json!({ "items": items.collect::<Vec<_>>() }))
}

pub(super) fn missing(what: &str) -> Exception {
    Exception::gateway_not_found(format!("Invalid {what} identifier specified"))
}
