//! HTTP APIs themselves.

use std::collections::BTreeMap;

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::answer::{Created, Paging, Shared};
use crate::{
    apigateway::{
        body::Json,
        http::{
            http_api::Api, integration::NewIntegration, route::NewRoute, stage::NewStage,
            state::no_api,
        },
        id::new_id,
    },
    clock,
    cors::Cors,
    protocol::{ApiResult, Exception},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewApi {
    name: String,
    protocol_type: String,
    description: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// "Quick create": a function's ARN, for which integration, route and stage are made too.
    target: Option<String>,
    route_key: Option<String>,
    cors_configuration: Option<Cors>,
}

/// `UpdateApi`'s body: absent members keep what is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ApiChange {
    name: Option<String>,
    description: Option<String>,
    cors_configuration: Option<Cors>,
    target: Option<String>,
    route_key: Option<String>,
}

pub(crate) async fn create_api(State(apis): Shared, Json(new): Json<NewApi>) -> Created {
    if new.protocol_type != "HTTP" {
        return Err(Exception::not_implemented(&format!(
            "{} APIs",
            new.protocol_type
        )));
    }
    if let Some(cors) = &new.cors_configuration {
        check_cors(cors)?;
    }
    let mut api = Api {
        id: new_id(),
        name: new.name,
        description: new.description,
        tags: new.tags,
        cors: new.cors_configuration,
        created: clock::now(),
        integrations: BTreeMap::new(),
        routes: BTreeMap::new(),
        stages: BTreeMap::new(),
        deployments: BTreeMap::new(),
    };
    if let Some(target) = new.target {
        quick_create(&mut api, target, new.route_key)?;
    }
    let shown = api.describe(&apis.endpoint(&api.id));
    apis.by_id.add(api.id.clone(), api);
    Ok((StatusCode::CREATED, Answer(shown)))
}

fn quick_create(api: &mut Api, target: String, route_key: Option<String>) -> ApiResult<()> {
    api.add_integration(NewIntegration::of_function(target))?;
    let integration = api.integrations.keys().next().cloned().unwrap_or_default();
    let mut route = NewRoute::catch_all(&integration);
    if let Some(key) = route_key {
        route.route_key = key;
    }
    api.add_route(route)?;
    api.add_stage(NewStage::default_stage())?;
    Ok(())
}

pub(crate) async fn list_apis(
    State(apis): Shared,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let all = apis.by_id.all();
    paging.items(all.iter().map(|api| api.describe(&apis.endpoint(&api.id))))
}

pub(crate) async fn get_api(
    State(apis): Shared,
    Path(id): Path<String>,
) -> ApiResult<Answer<Value>> {
    Ok(Answer(apis.api(&id)?.describe(&apis.endpoint(&id))))
}

pub(crate) async fn delete_api(
    State(apis): Shared,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    apis.by_id.remove(&id).ok_or_else(|| no_api(&id))?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn update_api(
    State(apis): Shared,
    Path(id): Path<String>,
    Json(change): Json<ApiChange>,
) -> ApiResult<Answer<Value>> {
    if change.target.is_some() || change.route_key.is_some() {
        return Err(Exception::not_implemented(
            "UpdateApi with a target or a route key: update the integration or the route",
        ));
    }
    if let Some(cors) = &change.cors_configuration {
        check_cors(cors)?;
    }
    let endpoint = apis.endpoint(&id);
    let shown = apis.change(&id, |api| {
        api.name = change.name.unwrap_or_else(|| api.name.clone());
        api.description = change.description.or(api.description.take());
        api.cors = change.cors_configuration.or(api.cors.take());
        Ok(api.describe(&endpoint))
    })?;
    Ok(Answer(shown))
}

pub(crate) async fn delete_cors(
    State(apis): Shared,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    apis.change(&id, |api| {
        api.cors = None;
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>
fn check_cors(cors: &Cors) -> ApiResult<()> {
    let all = cors.allow_origins.iter().any(|origin| origin == "*");
    if all && cors.allow_credentials == Some(true) {
        return Err(Exception::gateway_bad_request(
            "allowCredentials is not allowed with the origin *",
        ));
    }
    match cors.too_old() {
        Some(_) => Err(Exception::gateway_bad_request(
            "maxAge must be between 0 and 86400 seconds",
        )),
        None => Ok(()),
    }
}
