//! A call's body, refused as API Gateway refuses it.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;

use crate::protocol::{ApiResult, Exception};

/// A JSON body, refused as API Gateway refuses it.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Exception;

    async fn from_request(request: Request, state: &S) -> ApiResult<Self> {
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|error| Exception::gateway_bad_request(error.body_text()))?;
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            Exception::gateway_bad_request(format!("Invalid request body: {error}"))
        })
    }
}
