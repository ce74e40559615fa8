//! A function's answer as the response of an API: payload formats 2.0 and 1.0.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response>

use std::borrow::Cow;

use axum::response::Response;
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

use super::proxy_response::{Pairs, ProxyAnswer, Scalar, StrictAnswer, Text};

/// What an answer is taken for that does not say it.
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// What API Gateway says where there is no answer that it can pass on.
pub(crate) fn message(status: StatusCode, text: &str) -> Response {
    let mut response = Response::new(format!(r#"{{"message":"{text}"}}"#).into());
    *response.status_mut() = status;
    let json = HeaderValue::from_static(JSON);
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

pub(crate) fn internal_server_error() -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// The response for what the handler returned. Without a status code, valid JSON is the body of a
/// 200; what is not an answer of the proxy format is a 500.
pub(crate) fn response(payload: Bytes) -> Response {
    match serde_json::from_slice::<ProxyAnswer>(&payload) {
        Ok(ProxyAnswer {
            status_code: Some(status),
            headers,
            multi_value_headers,
            cookies,
            body,
            is_base64_encoded,
        }) => {
            let body = decoded(body, is_base64_encoded.unwrap_or_default());
            let parts = status.code().zip(body);
            let Some((status, body)) = parts else {
                return internal_server_error();
            };
            let mut response = Response::new(body.into());
            *response.status_mut() = status;
            set_headers(&mut response, headers, multi_value_headers, cookies, TEXT);
            response
        }
        _ => inferred(payload),
    }
}

/// Status and headers of a response whose body is still to come.
pub(crate) fn head(text: &[u8]) -> Option<Response> {
    let answer: ProxyAnswer<'_> = serde_json::from_slice(text).ok()?;
    let mut response = Response::default();
    *response.status_mut() = answer
        .status_code
        .map_or(Some(StatusCode::OK), |s| s.code())?;
    let (single, multiple) = (answer.headers, answer.multi_value_headers);
    set_headers(&mut response, single, multiple, answer.cookies, TEXT);
    Some(response)
}

/// The response for what the handler returned, payload format 1.0: `None` for everything that is
/// not exactly an answer of the proxy format. A body in base64 is decoded where the API's binary
/// media types say so.
pub(crate) fn strict_response(payload: &Bytes, decode: bool) -> Option<Response> {
    let StrictAnswer {
        status_code,
        headers,
        multi_value_headers,
        body,
        is_base64_encoded,
    } = serde_json::from_slice(payload).ok()?;
    let is_base64 = decode && is_base64_encoded.unwrap_or_default();
    let body = decoded(body, is_base64)?;
    let mut response = Response::new(body.into());
    *response.status_mut() = status_code.code()?;
    set_headers(&mut response, headers, multi_value_headers, None, JSON);
    Some(response)
}

fn inferred(payload: Bytes) -> Response {
    let has_status = match serde_json::from_slice::<Value>(&payload) {
        Ok(value) => value.get("statusCode").is_some(),
        Err(_) => true,
    };
    if has_status {
        return internal_server_error();
    }
    let mut response = Response::new(payload.into());
    let json = HeaderValue::from_static(JSON);
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

fn decoded(body: Option<Text<'_>>, is_base64: bool) -> Option<Bytes> {
    match body {
        None => Some(Bytes::new()),
        Some(Text(body)) if is_base64 => BASE64_STANDARD.decode(&*body).ok().map(Bytes::from),
        Some(Text(body)) => Some(Bytes::from(body.into_owned())),
    }
}

/// The two lists are merged; what is in both is there once.
fn set_headers(
    response: &mut Response,
    single: Option<Pairs<'_, Scalar<'_>>>,
    multiple: Option<Pairs<'_, Vec<Scalar<'_>>>>,
    cookies: Option<Vec<Cow<'_, str>>>,
    default_type: &'static str,
) {
    for (name, values) in multiple.map(|pairs| pairs.0).unwrap_or_default() {
        for Scalar(value) in values {
            set_header(response, &name, &value);
        }
    }
    for (name, Scalar(value)) in single.map(|pairs| pairs.0).unwrap_or_default() {
        let mut same = response.headers().get_all(&*name).iter();
        if !same.any(|other| other.as_bytes() == value.as_bytes()) {
            set_header(response, &name, &value);
        }
    }
    for cookie in cookies.unwrap_or_default() {
        set_header(response, "set-cookie", &cookie);
    }
    let kind = response.headers_mut().entry(header::CONTENT_TYPE);
    kind.or_insert(HeaderValue::from_static(default_type));
}

fn set_header(response: &mut Response, name: &str, value: &str) {
    let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) else {
        return;
    };
    // These belong to the connection, which is ours.
    let ours = [
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
    ];
    if !ours.contains(&name) {
        response.headers_mut().append(name, value);
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn answer(payload: &'static str) -> (u16, String, Response) {
        let response = response(Bytes::from_static(payload.as_bytes()));
        let status = response.status().as_u16();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        (
            status,
            text,
            Response::from_parts(parts, String::new().into()),
        )
    }

    #[tokio::test]
    async fn answers_become_responses_by_the_rules_of_format_2() {
        for (payload, status, body) in [
            (r#"{"statusCode":200}"#, 200, ""),
            (r#"{"statusCode":"201","body":"made"}"#, 201, "made"),
            (
                r#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#,
                200,
                "hi",
            ),
            (r#"{"pets":3}"#, 200, r#"{"pets":3}"#),
            (r#""hello""#, 200, r#""hello""#),
            (
                r#"{"statusCode":"test"}"#,
                500,
                r#"{"message":"Internal Server Error"}"#,
            ),
            (
                r#"{"statusCode":99}"#,
                500,
                r#"{"message":"Internal Server Error"}"#,
            ),
            (
                r#"{"statusCode":200,"headers":7}"#,
                500,
                r#"{"message":"Internal Server Error"}"#,
            ),
            ("not json", 500, r#"{"message":"Internal Server Error"}"#),
        ] {
            let (got, text, _) = answer(payload).await;
            assert_eq!((got, text.as_str()), (status, body), "{payload}");
        }
    }

    #[test]
    fn format_1_takes_nothing_but_an_answer_of_the_proxy_format() {
        let status = |payload: &'static str| {
            let response = strict_response(&Bytes::from_static(payload.as_bytes()), false);
            response.map(|response| response.status().as_u16())
        };
        for (payload, expected) in [
            (r#"{"statusCode":200}"#, Some(200)),
            (
                r#"{"statusCode":200,"headers":{"a":true},"body":null}"#,
                Some(200),
            ),
            (r#"{"statusCode":"201"}"#, Some(201)),
            (r#"{"statusCode":"test"}"#, None),
            ("{}", None),
            (r#""hello""#, None),
            (r#"{"statusCode":200,"unknown":1}"#, None),
            (r#"{"statusCode":200,"multiValueHeaders":{"a":"b"}}"#, None),
            (r#"{"statusCode":200,"body":{"a":1}}"#, None),
        ] {
            assert_eq!(status(payload), expected, "{payload}");
        }
    }

    #[tokio::test]
    async fn a_base64_body_is_decoded_only_where_the_api_has_binary_types() {
        let payload =
            Bytes::from_static(br#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#);
        for (decode, expected) in [(true, "hi"), (false, "aGk=")] {
            let body = strict_response(&payload, decode).unwrap().into_body();
            assert_eq!(body.collect().await.unwrap().to_bytes(), expected);
        }
    }

    #[tokio::test]
    async fn headers_and_cookies_are_passed_on() {
        let (_, _, response) = answer(
            r#"{"statusCode":200,"headers":{"X-A":"1","x-flag":true,"X-Many":"last"},
                "multiValueHeaders":{"x-many":["first","last"]},"cookies":["a=1","b=2"]}"#,
        )
        .await;
        let all = |name: &str| -> Vec<&str> {
            response
                .headers()
                .get_all(name)
                .iter()
                .map(|value| value.to_str().unwrap())
                .collect()
        };
        assert_eq!(all("x-a"), ["1"]);
        assert_eq!(all("x-flag"), ["true"]);
        assert_eq!(all("x-many"), ["first", "last"]);
        assert_eq!(all("set-cookie"), ["a=1", "b=2"]);
    }
}
