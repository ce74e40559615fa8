//! The control plane of HTTP APIs: API Gateway's calls of version 2.

use super::{integrations, routes as http_routes, stages, tags};
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

use super::apis;
use crate::{
    apigateway::state::Gateway,
    protocol::{ApiError, ApiResult},
};

pub(super) type Created = ApiResult<(StatusCode, Answer<Value>)>;
pub(super) type Shared = State<Arc<Gateway>>;

pub(crate) fn routes() -> Router<Arc<Gateway>> {
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
            get(http_routes::list_routes).post(http_routes::create_route),
        )
        .route(
            "/v2/apis/{api}/routes/{id}",
            get(http_routes::get_route)
                .patch(http_routes::update_route)
                .delete(http_routes::delete_route),
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
pub(crate) struct Json<T>(pub(crate) T);

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

pub(super) fn items(items: impl Iterator<Item = Value>) -> Answer<Value> {
    Answer(json!({ "items": items.collect::<Vec<_>>() }))
}

pub(super) fn missing(what: &str) -> ApiError {
    ApiError::gateway_not_found(format!("Invalid {what} identifier specified"))
}
