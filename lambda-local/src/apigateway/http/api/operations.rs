//! The control plane of HTTP APIs: API Gateway's calls of version 2.

use std::sync::Arc;

use super::{apis, integrations, routes as http_routes, stages, tags};
use crate::{apigateway::http::state::HttpApis, protocol::Table};

/// The operations of HTTP APIs that are here.
pub(crate) fn table() -> Table<Arc<HttpApis>> {
    deployed(apis_with_routes(Table::of("apigatewayv2")))
}

/// APIs, their integrations and routes.
#[rustfmt::skip]
fn apis_with_routes(table: Table<Arc<HttpApis>>) -> Table<Arc<HttpApis>> {
    table
        .changes("CreateApi", "POST /v2/apis", apis::create_api)
        .reads("GetApis", "GET /v2/apis", apis::list_apis)
        .reads("GetApi", "GET /v2/apis/{api}", apis::get_api)
        .changes("UpdateApi", "PATCH /v2/apis/{api}", apis::update_api)
        .changes("DeleteApi", "DELETE /v2/apis/{api}", apis::delete_api)
        .changes("DeleteCorsConfiguration", "DELETE /v2/apis/{api}/cors", apis::delete_cors)
        .changes("CreateIntegration", "POST /v2/apis/{api}/integrations", integrations::create_integration)
        .reads("GetIntegrations", "GET /v2/apis/{api}/integrations", integrations::list_integrations)
        .reads("GetIntegration", "GET /v2/apis/{api}/integrations/{id}", integrations::get_integration)
        .changes("UpdateIntegration", "PATCH /v2/apis/{api}/integrations/{id}", integrations::update_integration)
        .changes("DeleteIntegration", "DELETE /v2/apis/{api}/integrations/{id}", integrations::delete_integration)
        .changes("CreateRoute", "POST /v2/apis/{api}/routes", http_routes::create_route)
        .reads("GetRoutes", "GET /v2/apis/{api}/routes", http_routes::list_routes)
        .reads("GetRoute", "GET /v2/apis/{api}/routes/{id}", http_routes::get_route)
        .changes("UpdateRoute", "PATCH /v2/apis/{api}/routes/{id}", http_routes::update_route)
        .changes("DeleteRoute", "DELETE /v2/apis/{api}/routes/{id}", http_routes::delete_route)
        .changes("UntagResource", "DELETE /v2/tags/{arn}", tags::remove)
}

/// What makes them reachable, and tags.
#[rustfmt::skip]
fn deployed(table: Table<Arc<HttpApis>>) -> Table<Arc<HttpApis>> {
    table
        .changes("CreateStage", "POST /v2/apis/{api}/stages", stages::create_stage)
        .reads("GetStages", "GET /v2/apis/{api}/stages", stages::list_stages)
        .reads("GetStage", "GET /v2/apis/{api}/stages/{id}", stages::get_stage)
        .changes("UpdateStage", "PATCH /v2/apis/{api}/stages/{id}", stages::update_stage)
        .changes("DeleteStage", "DELETE /v2/apis/{api}/stages/{id}", stages::delete_stage)
        .changes("CreateDeployment", "POST /v2/apis/{api}/deployments", stages::create_deployment)
        .reads("GetDeployments", "GET /v2/apis/{api}/deployments", stages::list_deployments)
        .reads("GetDeployment", "GET /v2/apis/{api}/deployments/{id}", stages::get_deployment)
        .reads("GetTags", "GET /v2/tags/{arn}", tags::list)
        .changes("TagResource", "POST /v2/tags/{arn}", tags::add)
}
