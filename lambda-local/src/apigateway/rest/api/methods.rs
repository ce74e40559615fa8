//! Methods of resources, and their integrations.

use axum::{
    Json as Answer,
    extract::{Path, State},
};
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Created, Shared, created};
use crate::{
    apigateway::{
        body::Json,
        rest::{
            integration::{Integration, NewIntegration, Patches, no_integration},
            resource::{Method, NewMethod, Resource, no_method},
            rest_api::RestApi,
            test_invoke::TestInvoke,
        },
    },
    protocol::ApiResult,
};

/// An API, a resource of it and one of its methods.
type MethodPath = Path<(String, String, String)>;

pub(crate) async fn put(
    State(apis): Shared,
    Path((api, resource, method)): MethodPath,
    Json(new): Json<NewMethod>,
) -> Created {
    let put = |api: &mut RestApi| Ok(json!(api.put_method(&resource, &method, new)?));
    created(apis.change(&api, put)?)
}

pub(crate) async fn get(
    State(apis): Shared,
    Path((api, resource, method)): MethodPath,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    let found = api.resource(&resource)?.methods.get(&method);
    Ok(Answer(json!(found.ok_or_else(no_method)?)))
}

pub(crate) async fn delete(
    State(apis): Shared,
    Path((api, resource, method)): MethodPath,
) -> ApiResult<StatusCode> {
    apis.change(&api, |api| {
        api.method_mut(&resource, &method)?;
        let resource: Option<&mut Resource> = api.resources.get_mut(&resource);
        resource.map(|resource| resource.methods.remove(&method));
        Ok(())
    })?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn put_integration(
    State(apis): Shared,
    Path((api, resource, method)): MethodPath,
    Json(new): Json<NewIntegration>,
) -> Created {
    let integration = Integration::new(new, &resource)?;
    let shown = integration.describe();
    apis.change(&api, |api| {
        api.method_mut(&resource, &method)?.integration = Some(integration);
        Ok(())
    })?;
    created(shown)
}

pub(crate) async fn get_integration(
    State(apis): Shared,
    Path((api, resource, method)): MethodPath,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    let found: Option<&Method> = api.resource(&resource)?.methods.get(&method);
    let integration = found.ok_or_else(no_method)?.integration.as_ref();
    Ok(Answer(integration.ok_or_else(no_integration)?.describe()))
}

pub(crate) async fn update_integration(
    State(apis): Shared,
    Path((api, resource, method)): MethodPath,
    Json(patches): Json<Patches>,
) -> ApiResult<Answer<Value>> {
    let shown = apis.change(&api, |api| {
        let method = api.method_mut(&resource, &method)?;
        let integration = method.integration.as_mut().ok_or_else(no_integration)?;
        integration.patch(&patches.patch_operations)?;
        Ok(integration.describe())
    })?;
    Ok(Answer(shown))
}

pub(crate) async fn delete_integration(
    State(apis): Shared,
    Path((api, resource, method)): MethodPath,
) -> ApiResult<StatusCode> {
    apis.change(&api, |api| {
        let removed = api.method_mut(&resource, &method)?.integration.take();
        removed.map(|_| ()).ok_or_else(no_integration)
    })?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn test(
    State(apis): Shared,
    Path((api, resource, method)): MethodPath,
    Json(test): Json<TestInvoke>,
) -> ApiResult<Answer<Value>> {
    let api = apis.api(&api)?;
    let tested = apis.test_invoke(&api, &resource, &method, test).await?;
    Ok(Answer(tested))
}
