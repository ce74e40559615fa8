//! How large a request may be.

use axum::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, Limited};

use super::response::message;

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
pub(crate) const MAX_BODY: usize = 10 << 20;
/// The request line and the headers' values together; the same page.
const MAX_HEAD: usize = 10_240;

/// API Gateway refuses such a request. How, is not documented.
pub(crate) fn head_is_too_large(request: &Request) -> bool {
    let (method, uri) = (request.method().as_str(), request.uri());
    let line = method.len() + uri.path().len() + uri.query().map_or(0, str::len);
    let values = request.headers().values().map(http::HeaderValue::len);
    line + values.sum::<usize>() > MAX_HEAD
}

/// The whole body, or what is said to one that is too large.
pub(crate) async fn read(body: Body, limit: usize, too_large: &str) -> Result<Bytes, Response> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(message(StatusCode::PAYLOAD_TOO_LARGE, too_large))
        }
        Err(_) => Err(message(StatusCode::BAD_REQUEST, "Bad Request")),
    }
}
