//! Deployments and stages.

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Created, Paging, Shared, created};
use crate::{
    apigateway::{
        body::Json,
        rest::{
            deployment::NewDeployment,
            integration::Patches,
            rest_api::RestApi,
            stage::{NewStage, no_stage},
        },
    },
    protocol::ApiResult,
};

pub(crate) async fn create(
    State(apis): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewDeployment>,
) -> Created {
    created(apis.change(&api, |api| api.deploy(new))?)
}

pub(crate) async fn list(
    State(apis): Shared,
    Path(api): Path<String>,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    paging.item(api.deployments.values().map(|one| one.describe()))
}

pub(crate) async fn get(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    Ok(Answer(api.deployment(&id)?.describe()))
}

pub(crate) async fn delete(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    apis.change(&api, |api| api.delete_deployment(&id))?;
    Ok(StatusCode::ACCEPTED)
}

pub(crate) async fn create_stage(
    State(apis): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewStage>,
) -> Created {
    created(apis.change(&api, |api| api.add_stage(new))?)
}

pub(crate) async fn list_stages(
    State(apis): Shared,
    Path(api): Path<String>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    // These have no pages.
    let all: Vec<Value> = api.stages.values().map(|stage| stage.describe()).collect();
    Ok(Answer(json!({ "item": all })))
}

pub(crate) async fn get_stage(
    State(apis): Shared,
    Path((api, name)): Path<(String, String)>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    let found = api.stages.get(&name).ok_or_else(no_stage)?;
    Ok(Answer(found.describe()))
}

pub(crate) async fn update_stage(
    State(apis): Shared,
    Path((api, name)): Path<(String, String)>,
    Json(patches): Json<Patches>,
) -> ApiResult<Answer<Value>> {
    let patch = |api: &mut RestApi| api.patch_stage(&name, &patches.patch_operations);
    Ok(Answer(apis.change(&api, patch)?))
}

pub(crate) async fn delete_stage(
    State(apis): Shared,
    Path((api, name)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    apis.change(&api, |api| {
        let removed = api.stages.remove(&name);
        removed.map(|_| ()).ok_or_else(no_stage)
    })?;
    Ok(StatusCode::ACCEPTED)
}
