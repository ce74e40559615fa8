//! Routes of an HTTP API.

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
        http::route::{NewRoute, Route, RouteChange},
    },
    protocol::ApiResult,
};

pub(crate) async fn create_route(
    State(apis): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewRoute>,
) -> Created {
    let shown = apis.change(&api, |api| Ok(api.add_route(new)?.describe()))?;
    Ok((StatusCode::CREATED, Answer(shown)))
}

pub(crate) async fn list_routes(
    State(apis): Shared,
    Path(api): Path<String>,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    paging.items(api.routes.values().map(Route::describe))
}

pub(crate) async fn get_route(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    let found = api.routes.get(&id).map(Route::describe);
    found.map(Answer).ok_or_else(|| missing("Route"))
}

pub(crate) async fn update_route(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
    Json(change): Json<RouteChange>,
) -> ApiResult<Answer<Value>> {
    let shown = apis.change(&api, |api| {
        let route = api.update_route(&id, change)?;
        route.map(Route::describe).ok_or_else(|| missing("Route"))
    })?;
    Ok(Answer(shown))
}

pub(crate) async fn delete_route(
    State(apis): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    apis.change(&api, |api| {
        api.routes
            .remove(&id)
            .map(|_| ())
            .ok_or_else(|| missing("Route"))
    })?;
    Ok(StatusCode::NO_CONTENT)
}
