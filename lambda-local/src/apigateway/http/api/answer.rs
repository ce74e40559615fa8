//! What the calls of HTTP APIs take and answer.

use std::sync::Arc;

use axum::{Json as Answer, extract::State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    apigateway::{http::state::HttpApis, page::page},
    protocol::{ApiResult, Exception},
};

pub(super) type Shared = State<Arc<HttpApis>>;
pub(super) type Created = ApiResult<(StatusCode, Answer<Value>)>;

/// Which page of a listing is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paging {
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Paging {
    pub(super) fn items(&self, all: impl Iterator<Item = Value>) -> ApiResult<Answer<Value>> {
        let (items, next) = page(all, self.max_results, self.next_token.as_deref())?;
        let mut shown = json!({ "items": items });
        if let Some(next) = next {
            shown["nextToken"] = json!(next);
        }
        Ok(Answer(shown))
    }
}

pub(super) fn missing(what: &str) -> Exception {
    Exception::gateway_not_found(format!("Invalid {what} identifier specified"))
}
