//! `TagResource` and its like: the tags of an HTTP API, by its ARN.

use std::collections::BTreeMap;

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Shared;
use crate::{
    apigateway::body::Json,
    protocol::{ApiResult, Exception},
};

#[derive(Deserialize)]
pub(crate) struct NewTags {
    tags: BTreeMap<String, String>,
}

/// The API in `arn:aws:apigateway:{region}::/apis/{id}`; stages have no tags of their own here.
fn api_of(arn: &str) -> ApiResult<&str> {
    let id = arn.split_once("::/apis/").map(|(_, id)| id);
    id.filter(|id| !id.contains('/'))
        .ok_or_else(|| Exception::gateway_bad_request(format!("Invalid ARN {arn}")))
}

pub(crate) async fn list(State(apis): Shared, Path(arn): Path<String>) -> ApiResult<Answer<Value>> {
    let api = apis.api(api_of(&arn)?)?;
    Ok(Answer(json!({ "tags": api.tags })))
}

pub(crate) async fn add(
    State(apis): Shared,
    Path(arn): Path<String>,
    Json(new): Json<NewTags>,
) -> ApiResult<(StatusCode, Answer<Value>)> {
    apis.change(api_of(&arn)?, |api| {
        api.tags.extend(new.tags);
        Ok(())
    })?;
    Ok((StatusCode::CREATED, Answer(json!({}))))
}

/// `tagKeys` is there once for each key.
pub(crate) async fn remove(
    State(apis): Shared,
    Path(arn): Path<String>,
    Query(keys): Query<Vec<(String, String)>>,
) -> ApiResult<StatusCode> {
    apis.change(api_of(&arn)?, |api| {
        for (_, key) in keys.iter().filter(|(name, _)| name == "tagKeys") {
            api.tags.remove(key);
        }
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT)
}
