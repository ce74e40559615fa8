//! Integrations of an HTTP API.

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Created, Paging, Shared, missing};
use crate::{
    apigateway::{body::Json, http::integration::NewIntegration},
    protocol::{ApiResult, Exception},
};

pub(crate) async fn create_integration(
    State(apis): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewIntegration>,
) -> Created {
    let shown = apis.change(&api, |api| Ok(json!(api.add_integration(new)?)))?;
    Ok((StatusCode::CREATED, Answer(shown)))
}

pub(crate) async fn list_integrations(
    State(apis): Shared,
    Path(api): Path<String>,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    let all = api.integrations.values();
    paging.items(all.map(|integration| json!(integration)))
}

pub(crate) async fn get_integration(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    let found = api
        .integrations
        .get(&id)
        .map(|integration| json!(integration));
    found.map(Answer).ok_or_else(|| missing("Integration"))
}

pub(crate) async fn update_integration(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
    Json(change): Json<NewIntegration>,
) -> ApiResult<Answer<Value>> {
    let shown = apis.change(&api, |api| {
        let found = api.integrations.get_mut(&id);
        let found = found.ok_or_else(|| missing("Integration"))?;
        found.change(change)?;
        Ok(json!(found))
    })?;
    Ok(Answer(shown))
}

pub(crate) async fn delete_integration(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    apis.change(&api, |api| {
        if api.routes.values().any(|route| route.leads_to(&id)) {
            return Err(Exception::gateway_conflict(
                "Cannot delete Integration: it is referenced by a Route",
            ));
        }
        api.integrations
            .remove(&id)
            .map(|_| ())
            .ok_or_else(|| missing("Integration"))
    })?;
    Ok(StatusCode::NO_CONTENT)
}
