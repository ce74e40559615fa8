//! CORS on the data plane: preflight requests are answered before the function, and what it answers
//! gets the headers that let a page read it.

use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};

use super::request_parts::text;
use crate::cors::Cors;

/// The answer to a preflight request; `None` if this is none.
pub(crate) fn preflight(cors: &Cors, parts: &Parts, status: StatusCode) -> Option<Response> {
    let asks = parts.method == Method::OPTIONS
        && parts.headers.contains_key(header::ORIGIN)
        && parts
            .headers
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !asks {
        return None;
    }
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    if !allow(cors, text(&parts.headers, header::ORIGIN), headers) {
        return Some(answer);
    }
    set(
        headers,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        &cors.allow_methods.join(","),
    );
    set(
        headers,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        &cors.allow_headers.join(","),
    );
    if let Some(age) = cors.max_age {
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, age.into());
    }
    Some(answer)
}

/// Sets the headers on a function's answer, in place of its own.
pub(crate) fn decorate(cors: &Cors, origin: &str, answer: &mut Response) {
    let headers = answer.headers_mut();
    for own in [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        header::ACCESS_CONTROL_MAX_AGE,
    ] {
        headers.remove(own);
    }
    if !origin.is_empty() && allow(cors, origin, headers) {
        set(
            headers,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            &cors.expose_headers.join(","),
        );
    }
}

/// Whether pages of this origin may; then it is said.
fn allow(cors: &Cors, origin: &str, headers: &mut HeaderMap) -> bool {
    let Some(allowed) = cors.allowed(origin) else {
        return false;
    };
    if allowed != "*" {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, &allowed);
    if cors.allow_credentials == Some(true) {
        set(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    }
    true
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value)
        && !value.is_empty()
    {
        headers.insert(name, value);
    }
}
