//! `ListTags`, `TagResource` and `UntagResource`: the tags of a function, by its ARN.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::request::Json;
use crate::{
    lambda::{model::FunctionRef, state::Lambda},
    protocol::{ApiResult, Exception},
};

/// Only functions have tags here: a version or an alias has none, and nothing else is here.
fn function(lambda: &Lambda, arn: &str) -> ApiResult<FunctionRef> {
    for (kind, what) in [
        (":event-source-mapping:", "Event source mapping"),
        (":capacity-provider:", "Capacity provider"),
    ] {
        if arn.contains(kind) {
            return Err(Exception::not_found(format!("{what} not found: {arn}")));
        }
    }
    let reference = FunctionRef::parse(arn, None, &lambda.place)?;
    if reference.qualifier.is_some() {
        return Err(Exception::invalid_parameter(
            "Tags on function aliases and versions are not supported. Please specify a function \
             ARN.",
        ));
    }
    Ok(reference)
}

pub(crate) async fn list(
    State(lambda): State<Arc<Lambda>>,
    Path(arn): Path<String>,
) -> ApiResult<Answer<Value>> {
    let reference = function(&lambda, &arn)?;
    let model = lambda.model();
    Ok(Answer(json!({ "Tags": model.function(&reference)?.tags })))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NewTags {
    tags: BTreeMap<String, String>,
}

pub(crate) async fn add(
    State(lambda): State<Arc<Lambda>>,
    Path(arn): Path<String>,
    Json(new): Json<NewTags>,
) -> ApiResult<StatusCode> {
    let reference = function(&lambda, &arn)?;
    let mut model = lambda.model();
    let function = model.function_mut(&reference)?;
    if new.tags.is_empty() {
        return Err(Exception::invalid_parameter(
            "An error occurred and the request cannot be processed.",
        ));
    }
    let mut tags = function.tags.clone();
    tags.extend(new.tags);
    function.set_tags(tags)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `tagKeys` is there once for each key.
pub(crate) async fn remove(
    State(lambda): State<Arc<Lambda>>,
    Path(arn): Path<String>,
    Query(keys): Query<Vec<(String, String)>>,
) -> ApiResult<StatusCode> {
    let reference = function(&lambda, &arn)?;
    let mut model = lambda.model();
    let function = model.function_mut(&reference)?;
    let mut tags = function.tags.clone();
    for (_, key) in keys.iter().filter(|(name, _)| name == "tagKeys") {
        tags.remove(key);
    }
    function.set_tags(tags)?;
    Ok(StatusCode::NO_CONTENT)
}
