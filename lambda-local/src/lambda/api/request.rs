//! What a call to Lambda's REST API brings, refused as Lambda refuses it.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use http::request::Parts;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    lambda::{model::FunctionRef, state::Lambda},
    protocol::{ApiResult, Exception, Operation},
};

/// AWS's own limit for a call with a package in it, in bytes: recorded.
pub(super) const MAX_REQUEST: usize = 70_167_211;

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
    type Rejection = Exception;

    async fn from_request_parts(parts: &mut Parts, lambda: &Arc<Lambda>) -> ApiResult<Self> {
        let Path(path) = Path::<FunctionPath>::from_request_parts(parts, lambda)
            .await
            .map_err(|error| Exception::validation_message(error.body_text()))?;
        let Query(query) = Query::<QualifierQuery>::from_request_parts(parts, lambda)
            .await
            .map_err(|error| Exception::validation_message(error.body_text()))?;
        FunctionRef::parse(&path.function, query.qualifier.as_deref(), &lambda.place).map(Self)
    }
}

/// A JSON body, refused as Lambda refuses it. An empty body is an empty object.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<Lambda>> for Json<T> {
    type Rejection = Exception;

    async fn from_request(request: Request, lambda: &Arc<Lambda>) -> ApiResult<Self> {
        let operation = request.extensions().get::<Operation>();
        let name = operation.map_or("", |operation| operation.name);
        let body = bytes::Bytes::from_request(request, lambda)
            .await
            .map_err(|error| body_error(&error, name))?;
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        serde_json::from_slice(text).map(Self).map_err(|error| {
            Exception::serialization(format!("Could not parse request body into json: {error}"))
        })
    }
}

pub(crate) fn body_error(
    error: &axum::extract::rejection::BytesRejection,
    operation: &str,
) -> Exception {
    if error.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
        return Exception::too_large(MAX_REQUEST, operation);
    }
    Exception::serialization(error.body_text())
}

/// The query of a listing.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Paging {
    pub(super) marker: Option<String>,
    pub(super) max_items: Option<usize>,
    pub(super) function_version: Option<String>,
}
