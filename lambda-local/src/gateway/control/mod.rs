//! The control plane of HTTP APIs: API Gateway's calls of version 2.

mod http_apis;
mod integrations;
mod routes;
mod stages;
mod tags;

use std::sync::Arc;

use axum::{
    Json as Answer, Router,
    body::Bytes,
    extract::{FromRequest, Request, State},
    routing::{delete, get, post},
};
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::http_apis as apis;
use super::Gateway;
use crate::error::{ApiError, ApiResult};

type Created = ApiResult<(StatusCode, Answer<Value>)>;
type Shared = State<Arc<Gateway>>;

pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/v2/apis", get(apis::list_apis).post(apis::create_api))
        .route(
            "/v2/apis/{api}",
            get(apis::get_api)
                .patch(apis::update_api)
                .delete(apis::delete_api),
        )
        .route("/v2/apis/{api}/cors", delete(apis::delete_cors))
        .route(
            "/v2/apis/{api}/integrations",
            get(integrations::list_integrations).post(integrations::create_integration),
        )
        .route(
            "/v2/apis/{api}/integrations/{id}",
            get(integrations::get_integration)
                .patch(integrations::update_integration)
                .delete(integrations::delete_integration),
        )
        .route(
            "/v2/apis/{api}/routes",
            get(routes::list_routes).post(routes::create_route),
        )
        .route(
            "/v2/apis/{api}/routes/{id}",
            get(routes::get_route)
                .patch(routes::update_route)
                .delete(routes::delete_route),
        )
        .merge(deployed())
        .route(
            "/v2/tags/{arn}",
            get(tags::list).post(tags::add).delete(tags::remove),
        )
}

fn deployed() -> Router<Arc<Gateway>> {
    Router::new()
        .route(
            "/v2/apis/{api}/stages",
            post(stages::create_stage).get(stages::list_stages),
        )
        .route(
            "/v2/apis/{api}/stages/{id}",
            get(stages::get_stage)
                .patch(stages::update_stage)
                .delete(stages::delete_stage),
        )
        .route(
            "/v2/apis/{api}/deployments",
            post(stages::create_deployment).get(stages::list_deployments),
        )
        .route(
            "/v2/apis/{api}/deployments/{id}",
            get(stages::get_deployment),
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

fn items(items: impl Iterator<Item = Value>) -> Answer<Value> {
    Answer(json!({ "items": items.collect::<Vec<_>>() }))
}

fn missing(what: &str) -> ApiError {
    ApiError::gateway_not_found(format!("Invalid {what} identifier specified"))
}
