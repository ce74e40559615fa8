//! A request as the event that a function gets: payload format 2.0 of HTTP APIs, with exactly the
//! members that AWS sends.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, header, request::Parts};
use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use super::Connection;
use super::request_parts::{common_log_time, event_body, forwarded, text};

/// Bytes that most events take beside their body.
const ROOM: usize = 2048;

/// Where a request came in, and what it matched.
pub(crate) struct Matched<'a> {
    pub(crate) account: &'a str,
    pub(crate) api: &'a str,
    pub(crate) stage: &'a str,
    pub(crate) stage_variables: &'a BTreeMap<String, String>,
    pub(crate) route_key: &'a str,
    pub(crate) path_parameters: &'a BTreeMap<String, String>,
    /// With the stage in front, unless that is `$default`.
    pub(crate) raw_path: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) connection: &'a Connection,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<&'a str>,
    #[serde(serialize_with = "as_map")]
    headers: Vec<(&'a str, Cow<'a, str>)>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: Context<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    stage_variables: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    account_id: &'a str,
    api_id: &'a str,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'a str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'static str,
    source_ip: &'a str,
    user_agent: &'a str,
}

/// The event for this request, as JSON.
pub(crate) fn event(
    parts: &Parts,
    body: &Bytes,
    matched: &Matched<'_>,
) -> serde_json::Result<Vec<u8>> {
    let query = parts.uri.query().unwrap_or_default();
    let host = text(&parts.headers, header::HOST);
    let now = OffsetDateTime::now_utc();
    let (body, is_base64_encoded) = event_body(&parts.headers, body);
    let mut event = Vec::with_capacity(ROOM + body.as_deref().map_or(0, str::len));
    let written = Event {
        version: "2.0",
        route_key: matched.route_key,
        raw_path: matched.raw_path,
        raw_query_string: query,
        cookies: cookies(&parts.headers),
        headers: headers(&parts.headers, matched),
        query_string_parameters: query_parameters(query),
        request_context: Context {
            account_id: matched.account,
            api_id: matched.api,
            domain_name: host.split(':').next().unwrap_or_default(),
            domain_prefix: host.split(['.', ':']).next().unwrap_or_default(),
            http: Http {
                method: parts.method.as_str(),
                path: matched.raw_path,
                protocol: "HTTP/1.1",
                source_ip: &matched.connection.source_ip,
                user_agent: text(&parts.headers, header::USER_AGENT),
            },
            request_id: matched.request_id,
            route_key: matched.route_key,
            stage: matched.stage,
            time: common_log_time(now),
            time_epoch: i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
        },
        path_parameters: matched.path_parameters,
        stage_variables: matched.stage_variables,
        body,
        is_base64_encoded,
    };
    serde_json::to_writer(&mut event, &written)?;
    Ok(event)
}

/// Each name once, in lower case, values joined with commas; cookies are a member of their own.
fn headers<'a>(headers: &'a HeaderMap, matched: &Matched<'a>) -> Vec<(&'a str, Cow<'a, str>)> {
    let forwarded = forwarded(headers, matched.connection);
    let mut all = Vec::with_capacity(headers.keys_len() + forwarded.len());
    for name in headers.keys() {
        let ours = name == header::COOKIE || name == header::CONNECTION;
        if !ours && !forwarded.iter().any(|(own, _)| name == own) {
            all.push((name.as_str(), joined(headers, name)));
        }
    }
    all.extend(forwarded);
    all.sort_unstable_by_key(|(name, _)| *name);
    all
}

fn joined<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Cow<'a, str> {
    let values = headers.get_all(name).iter();
    let mut values = values.map(|value| match value.to_str() {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(value.as_bytes()),
    });
    let first = values.next().unwrap_or_default();
    values.fold(first, |joined, value| format!("{joined},{value}").into())
}

fn as_map<S: Serializer>(pairs: &[(&str, Cow<'_, str>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

fn cookies(headers: &HeaderMap) -> Vec<&str> {
    let values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split("; "))
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Decoded, and the values of a repeated name joined with commas.
fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        parameters
            .entry(name.into_owned())
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    parameters
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
    use http::Request;

    use super::*;

    fn parsed(request: Request<Bytes>) -> ApiGatewayV2httpRequest {
        let (parts, body) = request.into_parts();
        let matched = Matched {
            account: "000000000000",
            api: "a1b2c3d4e5",
            stage: "$default",
            stage_variables: &BTreeMap::new(),
            route_key: "GET /pets/{id}",
            path_parameters: &BTreeMap::from([("id".to_owned(), "7".to_owned())]),
            raw_path: "/pets/7",
            request_id: "id",
            connection: &Connection {
                source_ip: "127.0.0.1".into(),
                port: 4566,
            },
        };
        serde_json::from_slice(&event(&parts, &body, &matched).unwrap()).unwrap()
    }

    #[test]
    fn the_event_is_what_the_rust_event_types_expect() {
        let request = Request::get("http://localhost/pets/7?a=1&a=2&b=%C3%A9+x")
            .header("host", "a1b2c3d4e5.execute-api.localhost:4566")
            .header("cookie", "one=1; two=2")
            .header("x-twice", "first")
            .header("x-twice", "second")
            .header("x-forwarded-for", "10.0.0.1")
            .body(Bytes::new())
            .unwrap();
        let event = parsed(request);
        assert_eq!(event.version.as_deref(), Some("2.0"));
        assert_eq!(event.raw_path.as_deref(), Some("/pets/7"));
        assert_eq!(
            event.raw_query_string.as_deref(),
            Some("a=1&a=2&b=%C3%A9+x")
        );
        assert_eq!(event.query_string_parameters.all("a"), Some(vec!["1", "2"]));
        assert_eq!(event.query_string_parameters.first("b"), Some("é x"));
        assert_eq!(
            event.cookies,
            Some(vec!["one=1".to_owned(), "two=2".to_owned()])
        );
        assert_eq!(event.headers["x-twice"], "first,second");
        assert_eq!(event.headers["x-forwarded-for"], "10.0.0.1, 127.0.0.1");
        assert_eq!(event.path_parameters["id"], "7");
        let context = event.request_context;
        assert_eq!(
            context.domain_name.as_deref(),
            Some("a1b2c3d4e5.execute-api.localhost")
        );
        assert_eq!(context.http.method, http::Method::GET);
        assert_eq!(context.http.source_ip.as_deref(), Some("127.0.0.1"));
    }

    #[test]
    fn a_body_is_text_only_where_its_type_says_so() {
        let with = |kind: &str, body: &'static [u8]| {
            let request = Request::post("/").header("content-type", kind);
            let event = parsed(request.body(Bytes::from_static(body)).unwrap());
            (event.body.unwrap(), event.is_base64_encoded)
        };
        assert_eq!(with("application/json", b"{}"), ("{}".to_owned(), false));
        assert_eq!(
            with("application/octet-stream", b"{}"),
            ("e30=".to_owned(), true)
        );
        assert_eq!(with("text/plain", b"\xff"), ("/w==".to_owned(), true));
    }
}
