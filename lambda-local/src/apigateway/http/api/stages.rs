//! Stages of an HTTP API, and its deployments.

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde_json::Value;

use super::answer::{Created, Paging, Shared, missing};
use crate::{
    apigateway::{
        body::Json,
        http::{
            deployment::{Deployment, NewDeployment},
            stage::{NewStage, Stage, StageChange},
        },
    },
    protocol::ApiResult,
};

pub(crate) async fn create_stage(
    State(apis): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewStage>,
) -> Created {
    let shown = apis.change(&api, |api| Ok(api.add_stage(new)?.describe()))?;
    Ok((StatusCode::CREATED, Answer(shown)))
}

pub(crate) async fn list_stages(
    State(apis): Shared,
    Path(api): Path<String>,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    paging.items(api.stages.values().map(Stage::describe))
}

pub(crate) async fn get_stage(
    State(apis): Shared,
    Path((api, name)): Path<(String, String)>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    let found = api.stages.get(&name).map(Stage::describe);
    found.map(Answer).ok_or_else(|| missing("Stage"))
}

pub(crate) async fn update_stage(
    State(apis): Shared,
    Path((api, name)): Path<(String, String)>,
    Json(change): Json<StageChange>,
) -> ApiResult<Answer<Value>> {
    let shown = apis.change(&api, |api| {
        let stage = api.update_stage(&name, change)?;
        stage.map(Stage::describe).ok_or_else(|| missing("Stage"))
    })?;
    Ok(Answer(shown))
}

pub(crate) async fn delete_stage(
    State(apis): Shared,
    Path((api, name)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    apis.change(&api, |api| {
        api.stages
            .remove(&name)
            .map(|_| ())
            .ok_or_else(|| missing("Stage"))
    })?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn create_deployment(
    State(apis): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewDeployment>,
) -> Created {
    let shown = apis.change(&api, |api| Ok(api.deploy(new)?.describe()))?;
    Ok((StatusCode::CREATED, Answer(shown)))
}

pub(crate) async fn list_deployments(
    State(apis): Shared,
    Path(api): Path<String>,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    paging.items(api.deployments.values().map(Deployment::describe))
}

pub(crate) async fn get_deployment(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    let found = api.deployments.get(&id).map(Deployment::describe);
    found.map(Answer).ok_or_else(|| missing("Deployment"))
}
