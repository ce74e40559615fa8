//! API Gateway's control plane for REST APIs.

use std::sync::Arc;

use axum::{
    Json as Answer, Router,
    extract::{Path, Query, State},
    routing::{get, post, put},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Method, NewMethod, NewRestApi, Resource, RestApi,
    deployment::{NewDeployment, NewStage, no_stage},
    integration::{Integration, NewIntegration, Patches},
    no_method,
};
use crate::{
    error::{ApiError, ApiResult},
    gateway::{Gateway, control::Json},
};

type Shared = State<Arc<Gateway>>;
type Created = ApiResult<(StatusCode, Answer<Value>)>;
/// An API, a resource of it and one of its methods.
type MethodPath = Path<(String, String, String)>;

pub(crate) fn routes() -> Router<Arc<Gateway>> {
    let method = "/restapis/{api}/resources/{resource}/methods/{method}";
    Router::new()
        .route("/restapis", get(list_apis).post(create_api))
        .route("/restapis/{api}", get(get_api).delete(delete_api))
        .route("/restapis/{api}/resources", get(list_resources))
        .route(
            "/restapis/{api}/resources/{resource}",
            get(get_resource)
                .post(create_resource)
                .delete(delete_resource),
        )
        .route(
            method,
            get(get_method).put(put_method).delete(delete_method),
        )
        .route(
            &format!("{method}/integration"),
            put(put_integration)
                .get(get_integration)
                .patch(update_integration),
        )
        .route(
            "/restapis/{api}/deployments",
            post(create_deployment).get(list_deployments),
        )
        .route(
            "/restapis/{api}/stages",
            post(create_stage).get(list_stages),
        )
        .route(
            "/restapis/{api}/stages/{stage}",
            get(get_stage).patch(update_stage).delete(delete_stage),
        )
}

fn created(shown: Value) -> Created {
    Ok((StatusCode::CREATED, Answer(shown)))
}

fn item(entries: impl Iterator<Item = Value>) -> Answer<Value> {
    Answer(json!({ "item": entries.collect::<Vec<_>>() }))
}

async fn create_api(State(gateway): Shared, Json(new): Json<NewRestApi>) -> Created {
    let api = RestApi::new(new)?;
    let shown = api.describe();
    gateway.rest_apis.add(api.id.clone(), api);
    created(shown)
}

async fn list_apis(State(gateway): Shared) -> Answer<Value> {
    item(gateway.rest_apis.all().iter().map(|api| api.describe()))
}

async fn get_api(State(gateway): Shared, Path(id): Path<String>) -> ApiResult<Answer<Value>> {
    Ok(Answer(gateway.rest_api(&id)?.describe()))
}

async fn delete_api(State(gateway): Shared, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let removed = gateway.rest_apis.remove(&id);
    removed.ok_or_else(|| gateway.no_rest_api(&id))?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize)]
struct EmbedQuery {
    embed: Option<String>,
}

impl EmbedQuery {
    fn methods(&self) -> bool {
        self.embed.as_deref() == Some("methods")
    }
}

async fn list_resources(
    State(gateway): Shared,
    Path(api): Path<String>,
    Query(query): Query<EmbedQuery>,
) -> ApiResult<Answer<Value>> {
    let api = gateway.rest_api(&api)?;
    let resources = api.resources.values();
    Ok(item(
        resources.map(|resource| resource.describe(query.methods())),
    ))
}

async fn get_resource(
    State(gateway): Shared,
    Path((api, id)): Path<(String, String)>,
    Query(query): Query<EmbedQuery>,
) -> ApiResult<Answer<Value>> {
    let api = gateway.rest_api(&api)?;
    Ok(Answer(api.resource(&id)?.describe(query.methods())))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewResource {
    path_part: String,
}

async fn create_resource(
    State(gateway): Shared,
    Path((api, parent)): Path<(String, String)>,
    Json(new): Json<NewResource>,
) -> Created {
    let add = |api: &mut RestApi| Ok(api.add_resource(&parent, new.path_part)?.describe(false));
    created(gateway.change_rest_api(&api, add)?)
}

async fn delete_resource(
    State(gateway): Shared,
    Path((api, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    gateway.change_rest_api(&api, |api| api.remove_resource(&id))?;
    Ok(StatusCode::ACCEPTED)
}

async fn put_method(
    State(gateway): Shared,
    Path((api, resource, method)): MethodPath,
    Json(new): Json<NewMethod>,
) -> Created {
    let put = |api: &mut RestApi| Ok(json!(api.put_method(&resource, &method, new)?));
    created(gateway.change_rest_api(&api, put)?)
}

async fn get_method(
    State(gateway): Shared,
    Path((api, resource, method)): MethodPath,
) -> ApiResult<Answer<Value>> {
    let api = gateway.rest_api(&api)?;
    let found = api.resource(&resource)?.methods.get(&method);
    Ok(Answer(json!(found.ok_or_else(no_method)?)))
}

async fn delete_method(
    State(gateway): Shared,
    Path((api, resource, method)): MethodPath,
) -> ApiResult<StatusCode> {
    gateway.change_rest_api(&api, |api| {
        api.method_mut(&resource, &method)?;
        let resource: Option<&mut Resource> = api.resources.get_mut(&resource);
        resource.map(|resource| resource.methods.remove(&method));
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT)
}

async fn put_integration(
    State(gateway): Shared,
    Path((api, resource, method)): MethodPath,
    Json(new): Json<NewIntegration>,
) -> Created {
    let integration = Integration::new(new, &resource)?;
    let shown = integration.describe();
    gateway.change_rest_api(&api, |api| {
        api.method_mut(&resource, &method)?.integration = Some(integration);
        Ok(())
    })?;
    created(shown)
}

fn no_integration() -> ApiError {
    ApiError::gateway_not_found("No integration defined for method")
}

async fn get_integration(
    State(gateway): Shared,
    Path((api, resource, method)): MethodPath,
) -> ApiResult<Answer<Value>> {
    let api = gateway.rest_api(&api)?;
    let found: Option<&Method> = api.resource(&resource)?.methods.get(&method);
    let integration = found.ok_or_else(no_method)?.integration.as_ref();
    Ok(Answer(integration.ok_or_else(no_integration)?.describe()))
}

async fn update_integration(
    State(gateway): Shared,
    Path((api, resource, method)): MethodPath,
    Json(patches): Json<Patches>,
) -> ApiResult<Answer<Value>> {
    let shown = gateway.change_rest_api(&api, |api| {
        let method = api.method_mut(&resource, &method)?;
        let integration = method.integration.as_mut().ok_or_else(no_integration)?;
        integration.patch(&patches.patch_operations)?;
        Ok(integration.describe())
    })?;
    Ok(Answer(shown))
}

async fn create_deployment(
    State(gateway): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewDeployment>,
) -> Created {
    created(gateway.change_rest_api(&api, |api| api.deploy(new))?)
}

async fn list_deployments(
    State(gateway): Shared,
    Path(api): Path<String>,
) -> ApiResult<Answer<Value>> {
    let api = gateway.rest_api(&api)?;
    Ok(item(api.deployments.values().map(|one| one.describe())))
}

async fn create_stage(
    State(gateway): Shared,
    Path(api): Path<String>,
    Json(new): Json<NewStage>,
) -> Created {
    created(gateway.change_rest_api(&api, |api| api.add_stage(new))?)
}

async fn list_stages(State(gateway): Shared, Path(api): Path<String>) -> ApiResult<Answer<Value>> {
    let api = gateway.rest_api(&api)?;
    Ok(item(api.stages.values().map(|stage| stage.describe())))
}

async fn get_stage(
    State(gateway): Shared,
    Path((api, name)): Path<(String, String)>,
) -> ApiResult<Answer<Value>> {
    let api = gateway.rest_api(&api)?;
    let found = api.stages.get(&name).ok_or_else(no_stage)?;
    Ok(Answer(found.describe()))
}

async fn update_stage(
    State(gateway): Shared,
    Path((api, name)): Path<(String, String)>,
    Json(patches): Json<Patches>,
) -> ApiResult<Answer<Value>> {
    let patch = |api: &mut RestApi| api.patch_stage(&name, &patches.patch_operations);
    Ok(Answer(gateway.change_rest_api(&api, patch)?))
}

async fn delete_stage(
    State(gateway): Shared,
    Path((api, name)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    gateway.change_rest_api(&api, |api| {
        let removed = api.stages.remove(&name);
        removed.map(|_| ()).ok_or_else(no_stage)
    })?;
    Ok(StatusCode::ACCEPTED)
}
