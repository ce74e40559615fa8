//! Lambda's REST API: paths, members and status codes of the service's model.

use super::{
    aliases, concurrency, event_invoke, functions, invoke, package, policy, streaming, tags, urls,
    versions,
};
use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request},
    routing::{delete, get, post, put},
};
use http::request::Parts;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    lambda::{model::FunctionRef, state::Lambda},
    operations::of_rest,
    protocol::{ApiError, ApiResult},
};

/// AWS's own limit for a call with a package in it: 50 MB, in base64.
const MAX_REQUEST: usize = 69_905_067;

pub(crate) fn routes() -> Router<Arc<Lambda>> {
    let function = "/2015-03-31/functions/{function}";
    let at = |rest: &str| format!("{function}{rest}");
    Router::new()
        .route(
            "/2015-03-31/functions",
            get(functions::list).post(functions::create),
        )
        .route(
            "/2015-03-31/functions/",
            get(functions::list).post(functions::create),
        )
        .route(function, get(functions::get).delete(functions::delete))
        .route(
            &at("/configuration"),
            get(functions::get_configuration).put(functions::update_configuration),
        )
        .route(&at("/code"), put(functions::update_code))
        .route("/_aws/lambda-code/{package}", get(package::download))
        .route(
            &at("/versions"),
            get(versions::list).post(versions::publish),
        )
        .route(&at("/aliases"), get(aliases::list).post(aliases::create))
        .route(
            &at("/aliases/{alias}"),
            get(aliases::get)
                .put(aliases::update)
                .delete(aliases::delete),
        )
        .route(&at("/policy"), get(policy::get).post(policy::add))
        .route(&at("/policy/{statement}"), delete(policy::remove))
        .route(&at("/invocations"), post(invoke::invoke))
        .merge(later_routes())
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
}

/// What Lambda's API got in later versions.
fn later_routes() -> Router<Arc<Lambda>> {
    Router::new()
        .route(
            "/2021-10-31/functions/{function}/url",
            get(urls::get)
                .post(urls::create)
                .put(urls::update)
                .delete(urls::delete),
        )
        .route("/2021-10-31/functions/{function}/urls", get(urls::list))
        .route(
            "/2021-11-15/functions/{function}/response-streaming-invocations",
            post(streaming::invoke),
        )
        .route(
            "/2014-11-13/functions/{function}/invoke-async",
            post(invoke::invoke_async),
        )
        .route(
            "/2014-11-13/functions/{function}/invoke-async/",
            post(invoke::invoke_async),
        )
        .route(
            "/2019-09-25/functions/{function}/event-invoke-config",
            get(event_invoke::get)
                .put(event_invoke::put)
                .post(event_invoke::update)
                .delete(event_invoke::delete),
        )
        .route(
            "/2019-09-25/functions/{function}/event-invoke-config/list",
            get(event_invoke::list),
        )
        .route(
            "/2017-03-31/tags/{arn}",
            get(tags::list).post(tags::add).delete(tags::remove),
        )
        .route(
            "/2017-10-31/functions/{function}/concurrency",
            put(concurrency::reserve).delete(concurrency::unreserve),
        )
        .route(
            "/2019-09-30/functions/{function}/concurrency",
            get(concurrency::reserved),
        )
        .route(
            "/2019-09-30/functions/{function}/provisioned-concurrency",
            get(concurrency::provisioned)
                .put(concurrency::provision)
                .delete(concurrency::unprovision),
        )
        .route(
            "/2016-08-19/account-settings",
            get(concurrency::account_settings),
        )
        .route(
            "/2016-08-19/account-settings/",
            get(concurrency::account_settings),
        )
}

/// The function that a path names, with the qualifier of the path or of the query.
pub(crate) struct Function(pub(crate) FunctionRef);

#[derive(Deserialize)]
struct FunctionPath {
    function: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct QualifierQuery {
    qualifier: Option<String>,
}

impl FromRequestParts<Arc<Lambda>> for Function {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, lambda: &Arc<Lambda>) -> ApiResult<Self> {
        let Path(path) = Path::<FunctionPath>::from_request_parts(parts, lambda)
            .await
            .map_err(|error| ApiError::validation_message(error.body_text()))?;
        let Query(query) = Query::<QualifierQuery>::from_request_parts(parts, lambda)
            .await
            .map_err(|error| ApiError::validation_message(error.body_text()))?;
        FunctionRef::parse(&path.function, query.qualifier.as_deref(), &lambda.place).map(Self)
    }
}

/// A JSON body, refused as Lambda refuses it. An empty body is an empty object.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<Lambda>> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, lambda: &Arc<Lambda>) -> ApiResult<Self> {
        let operation = of_rest(request.method(), request.uri().path(), "");
        let body = bytes::Bytes::from_request(request, lambda)
            .await
            .map_err(|error| body_error(&error, operation.unwrap_or_default()))?;
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        serde_json::from_slice(text).map(Self).map_err(|error| {
            ApiError::serialization(format!("Could not parse request body into json: {error}"))
        })
    }
}

pub(crate) fn body_error(
    error: &axum::extract::rejection::BytesRejection,
    operation: &str,
) -> ApiError {
    if error.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::too_large(MAX_REQUEST, operation);
    }
    ApiError::serialization(error.body_text())
}

/// The query of a listing.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Paging {
    pub(super) marker: Option<String>,
    pub(super) max_items: Option<usize>,
    pub(super) function_version: Option<String>,
}
