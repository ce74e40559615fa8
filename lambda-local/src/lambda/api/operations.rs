//! Lambda's REST API: paths, members and status codes of the service's model.

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, middleware::from_fn_with_state, routing::get};

use super::{
    aliases, concurrency, constraints, described, event_invoke, functions, invoke, package, policy,
    recursion, request::MAX_REQUEST, streaming, tags, urls, versions,
};
use crate::{
    lambda::state::Lambda,
    protocol::{Operation, Table},
};

type Shared = Arc<Lambda>;

pub(crate) fn routes() -> Router<Shared> {
    let table = table();
    let operations: Arc<[Operation]> = table.operations().into();
    table
        .into_router()
        .route("/_aws/lambda-code/{package}", get(package::download))
        .layer(from_fn_with_state(operations, constraints::check))
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
}

/// Lambda's operations that are here.
pub(crate) fn table() -> Table<Shared> {
    settings(invocations(functions(Table::of("lambda"))))
}

/// Functions, versions and aliases.
#[rustfmt::skip]
fn functions(table: Table<Shared>) -> Table<Shared> {
    table
        .changes("CreateFunction", "POST /2015-03-31/functions", functions::create)
        .reads("ListFunctions", "GET /2015-03-31/functions", described::list)
        .reads("GetFunction", "GET /2015-03-31/functions/{function}", described::get)
        .changes("DeleteFunction", "DELETE /2015-03-31/functions/{function}", functions::delete)
        .reads("GetFunctionConfiguration", "GET /2015-03-31/functions/{function}/configuration", described::get_configuration)
        .changes("UpdateFunctionConfiguration", "PUT /2015-03-31/functions/{function}/configuration", functions::update_configuration)
        .changes("UpdateFunctionCode", "PUT /2015-03-31/functions/{function}/code", functions::update_code)
        .changes("PublishVersion", "POST /2015-03-31/functions/{function}/versions", versions::publish)
        .reads("ListVersionsByFunction", "GET /2015-03-31/functions/{function}/versions", versions::list)
        .reads("ListEventSourceMappings", "GET /2015-03-31/event-source-mappings", described::list_event_sources)
        .changes("CreateAlias", "POST /2015-03-31/functions/{function}/aliases", aliases::create)
        .reads("ListAliases", "GET /2015-03-31/functions/{function}/aliases", aliases::list)
        .reads("GetAlias", "GET /2015-03-31/functions/{function}/aliases/{alias}", aliases::get)
        .changes("UpdateAlias", "PUT /2015-03-31/functions/{function}/aliases/{alias}", aliases::update)
        .changes("DeleteAlias", "DELETE /2015-03-31/functions/{function}/aliases/{alias}", aliases::delete)
}

/// Who may invoke, by which way, and invocations.
#[rustfmt::skip]
fn invocations(table: Table<Shared>) -> Table<Shared> {
    table
        .reads("Invoke", "POST /2015-03-31/functions/{function}/invocations", invoke::invoke)
        .reads("InvokeAsync", "POST /2014-11-13/functions/{function}/invoke-async", invoke::invoke_async)
        .reads("InvokeWithResponseStream", "POST /2021-11-15/functions/{function}/response-streaming-invocations", streaming::invoke)
        .changes("AddPermission", "POST /2015-03-31/functions/{function}/policy", policy::add)
        .reads("GetPolicy", "GET /2015-03-31/functions/{function}/policy", policy::get)
        .changes("RemovePermission", "DELETE /2015-03-31/functions/{function}/policy/{statement}", policy::remove)
        .changes("CreateFunctionUrlConfig", "POST /2021-10-31/functions/{function}/url", urls::create)
        .reads("GetFunctionUrlConfig", "GET /2021-10-31/functions/{function}/url", urls::get)
        .changes("UpdateFunctionUrlConfig", "PUT /2021-10-31/functions/{function}/url", urls::update)
        .changes("DeleteFunctionUrlConfig", "DELETE /2021-10-31/functions/{function}/url", urls::delete)
        .reads("ListFunctionUrlConfigs", "GET /2021-10-31/functions/{function}/urls", urls::list)
        .changes("PutFunctionEventInvokeConfig", "PUT /2019-09-25/functions/{function}/event-invoke-config", event_invoke::put)
        .changes("UpdateFunctionEventInvokeConfig", "POST /2019-09-25/functions/{function}/event-invoke-config", event_invoke::update)
        .reads("GetFunctionEventInvokeConfig", "GET /2019-09-25/functions/{function}/event-invoke-config", event_invoke::get)
        .changes("DeleteFunctionEventInvokeConfig", "DELETE /2019-09-25/functions/{function}/event-invoke-config", event_invoke::delete)
        .reads("ListFunctionEventInvokeConfigs", "GET /2019-09-25/functions/{function}/event-invoke-config/list", event_invoke::list)
}

/// What else is set for a function.
#[rustfmt::skip]
fn settings(table: Table<Shared>) -> Table<Shared> {
    table
        .reads("ListTags", "GET /2017-03-31/tags/{arn}", tags::list)
        .changes("TagResource", "POST /2017-03-31/tags/{arn}", tags::add)
        .changes("UntagResource", "DELETE /2017-03-31/tags/{arn}", tags::remove)
        .changes("PutFunctionConcurrency", "PUT /2017-10-31/functions/{function}/concurrency", concurrency::reserve)
        .changes("DeleteFunctionConcurrency", "DELETE /2017-10-31/functions/{function}/concurrency", concurrency::unreserve)
        .reads("GetFunctionConcurrency", "GET /2019-09-30/functions/{function}/concurrency", concurrency::reserved)
        .changes("PutProvisionedConcurrencyConfig", "PUT /2019-09-30/functions/{function}/provisioned-concurrency", concurrency::provision)
        .variant("ListProvisionedConcurrencyConfigs", "GET /2019-09-30/functions/{function}/provisioned-concurrency?List=ALL")
        .reads("GetProvisionedConcurrencyConfig", "GET /2019-09-30/functions/{function}/provisioned-concurrency", concurrency::provisioned)
        .changes("DeleteProvisionedConcurrencyConfig", "DELETE /2019-09-30/functions/{function}/provisioned-concurrency", concurrency::unprovision)
        .changes("PutFunctionRecursionConfig", "PUT /2024-08-31/functions/{function}/recursion-config", recursion::put)
        .reads("GetFunctionRecursionConfig", "GET /2024-08-31/functions/{function}/recursion-config", recursion::get)
        .reads("GetFunctionCodeSigningConfig", "GET /2020-06-30/functions/{function}/code-signing-config", recursion::code_signing)
        .reads("DeleteFunctionCodeSigningConfig", "DELETE /2020-06-30/functions/{function}/code-signing-config", recursion::no_code_signing)
        .reads("GetAccountSettings", "GET /2016-08-19/account-settings", concurrency::account_settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_that_is_here_has_its_constraints() {
        for operation in table().operations() {
            assert!(constraints::knows(operation), "{}", operation.name);
        }
    }
}
