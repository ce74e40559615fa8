//! What the calls of REST APIs take and answer.

use std::sync::Arc;

use axum::{Json as Answer, extract::State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    apigateway::{page::page, rest::state::RestApis},
    protocol::ApiResult,
};

pub(super) type Shared = State<Arc<RestApis>>;
pub(super) type Created = ApiResult<(StatusCode, Answer<Value>)>;

pub(super) fn created(shown: Value) -> Created {
    Ok((StatusCode::CREATED, Answer(shown)))
}

/// Which page of a listing is asked for.
#[derive(Deserialize)]
pub(super) struct Paging {
    limit: Option<usize>,
    position: Option<String>,
}

impl Paging {
    pub(super) fn item(&self, all: impl Iterator<Item = Value>) -> ApiResult<Answer<Value>> {
        let (entries, next) = page(all, self.limit, self.position.as_deref())?;
        let mut shown = json!({ "item": entries });
        if let Some(next) = next {
            shown["position"] = json!(next);
        }
        Ok(Answer(shown))
    }
}
