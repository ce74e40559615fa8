//! The APIs themselves.

use axum::{
    Json as Answer,
    extract::{Path, State},
};
use http::StatusCode;
use serde_json::Value;

use super::operations::{Created, Shared, created, item};
use crate::{
    apigateway::{
        http::Json,
        rest::{
            integration::Patches,
            rest_api::{NewRestApi, RestApi},
        },
    },
    protocol::ApiResult,
};

pub(crate) async fn create(State(gateway): Shared, Json(new): Json<NewRestApi>) -> Created {
    let api = RestApi::new(new)?;
    let shown = api.describe();
    gateway.rest_apis.add(api.id.clone(), api);
    created(shown)
}

pub(crate) async fn list(State(gateway): Shared) -> Answer<Value> {
    item(gateway.rest_apis.all().iter().map(|api| api.describe()))
}

pub(crate) async fn get(
    State(gateway): Shared,
    Path(id): Path<String>,
) -> ApiResult<Answer<Value>> {
    Ok(Answer(gateway.rest_api(&id)?.describe()))
}

pub(crate) async fn update(
    State(gateway): Shared,
    Path(id): Path<String>,
    Json(patches): Json<Patches>,
) -> ApiResult<Answer<Value>> {
    let patch = |api: &mut RestApi| api.patch(&patches.patch_operations);
    Ok(Answer(gateway.change_rest_api(&id, patch)?))
}

pub(crate) async fn delete(
    State(gateway): Shared,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let removed = gateway.rest_apis.remove(&id);
    removed.ok_or_else(|| gateway.no_rest_api(&id))?;
    Ok(StatusCode::ACCEPTED)
}
