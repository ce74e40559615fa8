//! API Gateway's control plane for HTTP APIs: create, get and delete APIs and their parts.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json as Answer, Router,
    extract::{FromRequest, Path, Request, State},
    routing::{get, post},
};
use bytes::Bytes;
use http::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    Gateway,
    api::{Api, NewRoute, NewStage},
    integration::NewIntegration,
    new_id, no_api,
};
use crate::{
    error::{ApiError, ApiResult},
    timestamp,
};

type Created = ApiResult<(StatusCode, Answer<Value>)>;
type Shared = State<Arc<Gateway>>;

pub(crate) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/v2/apis", get(list_apis).post(create_api))
        .route("/v2/apis/{api}", get(get_api).delete(delete_api))
        .route(
            "/v2/apis/{api}/integrations",
            get(list_integrations).post(create_integration),
        )
        .route(
            "/v2/apis/{api}/integrations/{id}",
            get(get_integration)
                .patch(update_integration)
                .delete(delete_integration),
        )
        .route("/v2/apis/{api}/routes", get(list_routes).post(create_route))
        .route(
            "/v2/apis/{api}/routes/{id}",
            get(get_route).delete(delete_route),
        )
        .route("/v2/apis/{api}/stages", post(create_stage).get(list_stages))
        .route(
            "/v2/apis/{api}/stages/{id}",
            get(get_stage).delete(delete_stage),
        )
}

/// A JSON body, refused as API Gateway refuses it.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|error| ApiError::gateway_bad_request(error.body_text()))?;
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            ApiError::gateway_bad_request(format!("Invalid request body: {error}"))
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewApi {
    name: String,
    protocol_type: String,
    description: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// "Quick create": a function's ARN, for which integration, route and stage are made too.
    target: Option<String>,
    route_key: Option<String>,
    cors_configuration: Option<Value>,
}

async fn create_api(State(gateway): Shared, Json(new): Json<NewApi>) -> Created {
    if new.protocol_type != "HTTP" {
        return Err(ApiError::not_implemented(&format!(
            "{} APIs",
            new.protocol_type
        )));
    }
    if new.cors_configuration.is_some() {
        return Err(ApiError::not_implemented(
            "CORS configurations of HTTP APIs",
        ));
    }
    let mut api = Api {
        id: new_id(),
        name: new.name,
        description: new.description,
        tags: new.tags,
        created: timestamp::now(),
        integrations: BTreeMap::new(),
        routes: BTreeMap::new(),
        stages: BTreeMap::new(),
    };
    if let Some(target) = new.target {
        quick_create(&mut api, target, new.route_key)?;
    }
    let shown = api.describe(&gateway.endpoint(&api.id));
    gateway.http_apis.add(api.id.clone(), api);
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

async fn list_apis(State(gateway): Shared) -> Answer<Value> {
    let apis = gateway.http_apis.all();
    items(
        apis.iter()
            .map(|api| api.describe(&gateway.endpoint(&api.id))),
    )
}

async fn get_api(State(gateway): Shared, Path(id): Path<String>) -> ApiResult<Answer<Value>> {
    Ok(Answer(gateway.api(&id)?.describe(&gateway.endpoint(&id))))
}

async fn delete_api(State(gateway): Shared, Path(id): Path<String>) -> ApiResult<StatusCode> {
    gateway.http_apis.remove(&id).ok_or_else(|| no_api(&id))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn create_integration(
    State(gateway): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewIntegration>,
) -> Created {
    let shown = gateway.change(&api, |api| Ok(json!(api.add_integration(new)?)))?;
    Ok((StatusCode::CREATED, Answer(shown)))
}

async fn list_integrations(
    State(gateway): Shared,
    Path(api): Path<String>,
) -> ApiResult<Answer<Value>> {
    let api = gateway.api(&api)?;
    Ok(items(
        api.integrations
            .values()
            .map(|integration| json!(integration)),
    ))
}

async fn get_integration(
    State(gateway): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<Answer<Value>> {
    let api = gateway.api(&api)?;
    let found = api
        .integrations
        .get(&id)
        .map(|integration| json!(integration));
    found.map(Answer).ok_or_else(|| missing("Integration"))
}

async fn update_integration(
    State(gateway): Shared,
    Path((api, id)): Path<(String, String)>,
    Json(change): Json<NewIntegration>,
) -> ApiResult<Answer<Value>> {
    let shown = gateway.change(&api, |api| {
        let found = api.integrations.get_mut(&id);
        let found = found.ok_or_else(|| missing("Integration"))?;
        found.change(change)?;
        Ok(json!(found))
    })?;
    Ok(Answer(shown))
}

async fn delete_integration(
    State(gateway): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    gateway.change(&api, |api| {
        if api.routes.values().any(|route| route.leads_to(&id)) {
            return Err(ApiError::gateway_conflict(
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

async fn create_route(
    State(gateway): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewRoute>,
) -> Created {
    let shown = gateway.change(&api, |api| Ok(api.add_route(new)?.describe()))?;
    Ok((StatusCode::CREATED, Answer(shown)))
}

async fn list_routes(State(gateway): Shared, Path(api): Path<String>) -> ApiResult<Answer<Value>> {
    let api = gateway.api(&api)?;
    Ok(items(api.routes.values().map(super::api::Route::describe)))
}

async fn get_route(
    State(gateway): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<Answer<Value>> {
    let api = gateway.api(&api)?;
    let found = api.routes.get(&id).map(super::api::Route::describe);
    found.map(Answer).ok_or_else(|| missing("Route"))
}

async fn delete_route(
    State(gateway): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    gateway.change(&api, |api| {
        api.routes
            .remove(&id)
            .map(|_| ())
            .ok_or_else(|| missing("Route"))
    })?;
    Ok(StatusCode::NO_CONTENT)
}

async fn create_stage(
    State(gateway): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewStage>,
) -> Created {
    let shown = gateway.change(&api, |api| Ok(api.add_stage(new)?.describe()))?;
    Ok((StatusCode::CREATED, Answer(shown)))
}

async fn list_stages(State(gateway): Shared, Path(api): Path<String>) -> ApiResult<Answer<Value>> {
    let api = gateway.api(&api)?;
    Ok(items(api.stages.values().map(super::api::Stage::describe)))
}

async fn get_stage(
    State(gateway): Shared,
    Path((api, name)): Path<(String, String)>,
) -> ApiResult<Answer<Value>> {
    let api = gateway.api(&api)?;
    let found = api.stages.get(&name).map(super::api::Stage::describe);
    found.map(Answer).ok_or_else(|| missing("Stage"))
}

async fn delete_stage(
    State(gateway): Shared,
    Path((api, name)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    gateway.change(&api, |api| {
        api.stages
            .remove(&name)
            .map(|_| ())
            .ok_or_else(|| missing("Stage"))
    })?;
    Ok(StatusCode::NO_CONTENT)
}

fn items(items: impl Iterator<Item = Value>) -> Answer<Value> {
    Answer(json!({ "items": items.collect::<Vec<_>>() }))
}

fn missing(what: &str) -> ApiError {
    ApiError::gateway_not_found(format!("Invalid {what} identifier specified"))
}
