//! The APIs themselves.

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde_json::Value;

use super::answer::{Created, Paging, Shared, created};
use crate::{
    apigateway::{
        body::Json,
        rest::{
            integration::Patches,
            rest_api::{NewRestApi, RestApi},
        },
    },
    protocol::ApiResult,
};

pub(crate) async fn create(State(apis): Shared, Json(new): Json<NewRestApi>) -> Created {
    let api = RestApi::new(new)?;
    let shown = api.describe();
    apis.by_id.add(api.id.clone(), api);
    created(shown)
}

pub(crate) async fn list(
    State(apis): Shared,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    paging.item(apis.by_id.all().iter().map(|api| api.describe()))
}

pub(crate) async fn get(State(apis): Shared, Path(id): Path<String>) -> ApiResult<Answer<Value>> {
    Ok(Answer(apis.api(&id)?.describe()))
}

pub(crate) async fn update(
    State(apis): Shared,
    Path(id): Path<String>,
    Json(patches): Json<Patches>,
) -> ApiResult<Answer<Value>> {
    let patch = |api: &mut RestApi| api.patch(&patches.patch_operations);
    Ok(Answer(apis.change(&id, patch)?))
}

pub(crate) async fn delete(State(apis): Shared, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let removed = apis.by_id.remove(&id);
    removed.ok_or_else(|| apis.missing(&id))?;
    Ok(StatusCode::ACCEPTED)
}
