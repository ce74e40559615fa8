//! The data plane of function URLs: a request becomes an event of payload format 2.0, without an
//! API in between.
//! <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::{
    Connection, Gateway,
    data_plane::read,
    event::{Matched, event},
    response::{internal_server_error, message, response},
};
use crate::{
    error::{ApiError, ApiResult},
    lambda::{Target, new_request_id},
    logs::Logs,
    model::{AuthType, Caller},
};

/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_BODY: usize = 6 << 20;
const FORBIDDEN: &str = "Forbidden. For troubleshooting Function URL authorization issues, see: \
    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";

impl Gateway {
    /// Answers a request to the function URL `id`.
    pub(crate) async fn execute_url(
        &self,
        id: &str,
        path: &str,
        request: Request,
        connection: &Connection,
    ) -> Response {
        let (parts, body) = request.into_parts();
        let target = match self.behind_url(id, &parts.headers) {
            Ok(target) => target,
            Err(error) => return refusal(&error),
        };
        let body = match read(body, MAX_BODY).await {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        let request_id = new_request_id();
        let matched = Matched {
            account: "anonymous",
            api: id,
            stage: "$default",
            stage_variables: &BTreeMap::new(),
            route_key: "$default",
            path_parameters: &BTreeMap::new(),
            raw_path: path,
            request_id: &request_id,
            connection,
        };
        let Ok(event) = event(&parts, &body, &matched) else {
            return internal_server_error();
        };
        match self.lambda.invoke(target, event.into(), None, false).await {
            Ok(invoked) if !invoked.done.outcome.is_error() => {
                response(invoked.done.outcome.payload(&invoked.request_id))
            }
            // A function's error is a bad gateway here, where an HTTP API says 500.
            Ok(_) => message(StatusCode::BAD_GATEWAY, "Internal Server Error"),
            Err(error) => refusal(&error),
        }
    }

    fn behind_url(&self, id: &str, headers: &HeaderMap) -> ApiResult<Target> {
        let model = self.lambda.model();
        let missing = || ApiError::not_found("there is no such function URL");
        let (reference, url) = model.at_url(id).ok_or_else(missing)?;
        let (reference, auth_type) = (Arc::new(reference.clone()), url.auth_type);
        drop(model);
        match auth_type {
            AuthType::None => self.lambda.resolve_for(Caller::FunctionUrl, &reference),
            // Whose signature it is, is not looked at: there are no identities here.
            AuthType::Iam if is_signed(headers) => self.lambda.resolve(&reference),
            AuthType::Iam => Err(ApiError::access_denied(Caller::FunctionUrl, &reference)),
        }
    }
}

fn is_signed(headers: &HeaderMap) -> bool {
    let authorization = headers.get(header::AUTHORIZATION);
    authorization.is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256 "))
}

fn refusal(error: &ApiError) -> Response {
    let text = match error.status {
        StatusCode::FORBIDDEN => FORBIDDEN,
        StatusCode::NOT_FOUND => return (StatusCode::NOT_FOUND, "Not Found").into_response(),
        StatusCode::TOO_MANY_REQUESTS => "Rate Exceeded.",
        _ => "Internal Server Error",
    };
    Logs::warn(&format!("function URL: {}", error.message));
    (error.status, axum::Json(json!({ "Message": text }))).into_response()
}
