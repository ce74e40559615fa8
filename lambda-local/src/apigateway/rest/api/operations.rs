//! API Gateway's control plane for REST APIs.

use std::sync::Arc;

use super::{apis, deployments, methods, resources};
use crate::{apigateway::rest::state::RestApis, protocol::Table};

/// The operations of REST APIs that are here.
pub(crate) fn table() -> Table<Arc<RestApis>> {
    deployed(apis_with_methods(Table::of("apigateway")))
}

/// APIs, their resources, methods and integrations.
#[rustfmt::skip]
fn apis_with_methods(table: Table<Arc<RestApis>>) -> Table<Arc<RestApis>> {
    table
        .changes("CreateRestApi", "POST /restapis", apis::create)
        .reads("GetRestApis", "GET /restapis", apis::list)
        .reads("GetRestApi", "GET /restapis/{api}", apis::get)
        .changes("UpdateRestApi", "PATCH /restapis/{api}", apis::update)
        .changes("DeleteRestApi", "DELETE /restapis/{api}", apis::delete)
        .reads("GetResources", "GET /restapis/{api}/resources", resources::list)
        .changes("CreateResource", "POST /restapis/{api}/resources/{resource}", resources::create)
        .reads("GetResource", "GET /restapis/{api}/resources/{resource}", resources::get)
        .changes("DeleteResource", "DELETE /restapis/{api}/resources/{resource}", resources::delete)
        .changes("PutMethod", "PUT /restapis/{api}/resources/{resource}/methods/{method}", methods::put)
        .reads("GetMethod", "GET /restapis/{api}/resources/{resource}/methods/{method}", methods::get)
        .changes("DeleteMethod", "DELETE /restapis/{api}/resources/{resource}/methods/{method}", methods::delete)
        .reads("TestInvokeMethod", "POST /restapis/{api}/resources/{resource}/methods/{method}", methods::test)
        .changes("PutIntegration", "PUT /restapis/{api}/resources/{resource}/methods/{method}/integration", methods::put_integration)
        .reads("GetIntegration", "GET /restapis/{api}/resources/{resource}/methods/{method}/integration", methods::get_integration)
        .changes("UpdateIntegration", "PATCH /restapis/{api}/resources/{resource}/methods/{method}/integration", methods::update_integration)
        .changes("DeleteIntegration", "DELETE /restapis/{api}/resources/{resource}/methods/{method}/integration", methods::delete_integration)
}

/// What makes them reachable.
#[rustfmt::skip]
fn deployed(table: Table<Arc<RestApis>>) -> Table<Arc<RestApis>> {
    table
        .changes("CreateDeployment", "POST /restapis/{api}/deployments", deployments::create)
        .reads("GetDeployments", "GET /restapis/{api}/deployments", deployments::list)
        .reads("GetDeployment", "GET /restapis/{api}/deployments/{deployment}", deployments::get)
        .changes("DeleteDeployment", "DELETE /restapis/{api}/deployments/{deployment}", deployments::delete)
        .changes("CreateStage", "POST /restapis/{api}/stages", deployments::create_stage)
        .reads("GetStages", "GET /restapis/{api}/stages", deployments::list_stages)
        .reads("GetStage", "GET /restapis/{api}/stages/{stage}", deployments::get_stage)
        .changes("UpdateStage", "PATCH /restapis/{api}/stages/{stage}", deployments::update_stage)
        .changes("DeleteStage", "DELETE /restapis/{api}/stages/{stage}", deployments::delete_stage)
}
