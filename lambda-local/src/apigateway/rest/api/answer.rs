//! What the calls of REST APIs take and answer.

use std::sync::Arc;

use axum::{Json as Answer, extract::State};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{apigateway::rest::state::RestApis, protocol::ApiResult};

pub(super) type Shared = State<Arc<RestApis>>;
pub(super) type Created = ApiResult<(StatusCode, Answer<Value>)>;

pub(super) fn created(shown: Value) -> Created {
    Ok((StatusCode::CREATED, Answer(shown)))
}

pub(super) fn item(entries: impl Iterator<Item = Value>) -> Answer<Value> {
    Answer(json!({ "item": entries.collect::<Vec<_>>() }))
}
