//! API Gateway's control plane for REST APIs.

use super::{apis, deployments, methods, resources};
use std::sync::Arc;

use axum::{
    Json as Answer, Router,
    extract::State,
    routing::{get, post, put},
};
use http::StatusCode;
use serde_json::{Value, json};

use crate::{apigateway::state::Gateway, protocol::ApiResult};

pub(super) type Shared = State<Arc<Gateway>>;
pub(super) type Created = ApiResult<(StatusCode, Answer<Value>)>;

pub(crate) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/restapis", get(apis::list).post(apis::create))
        .route(
            "/restapis/{api}",
            get(apis::get).patch(apis::update).delete(apis::delete),
        )
        .merge(resources_and_methods())
        .merge(deployments_and_stages())
}

fn resources_and_methods() -> Router<Arc<Gateway>> {
    let resource = "/restapis/{api}/resources/{resource}";
    let method = format!("{resource}/methods/{{method}}");
    Router::new()
        .route("/restapis/{api}/resources", get(resources::list))
        .route(
            resource,
            get(resources::get)
                .post(resources::create)
                .delete(resources::delete),
        )
        .route(
            &method,
            get(methods::get)
                .put(methods::put)
                .delete(methods::delete)
                .post(methods::test),
        )
        .route(
            &format!("{method}/integration"),
            put(methods::put_integration)
                .get(methods::get_integration)
                .patch(methods::update_integration)
                .delete(methods::delete_integration),
        )
}

fn deployments_and_stages() -> Router<Arc<Gateway>> {
    let (deployments, stages) = ("/restapis/{api}/deployments", "/restapis/{api}/stages");
    Router::new()
        .route(
            deployments,
            post(deployments::create).get(deployments::list),
        )
        .route(
            &format!("{deployments}/{{deployment}}"),
            get(deployments::get).delete(deployments::delete),
        )
        .route(
            stages,
            post(deployments::create_stage).get(deployments::list_stages),
        )
        .route(
            &format!("{stages}/{{stage}}"),
            get(deployments::get_stage)
                .patch(deployments::update_stage)
                .delete(deployments::delete_stage),
        )
}

pub(super) fn created(shown: Value) -> Created {
    Ok((StatusCode::CREATED, Answer(shown)))
}

pub(super) fn item(entries: impl Iterator<Item = Value>) -> Answer<Value> {
    Answer(json!({ "item": entries.collect::<Vec<_>>() }))
}
