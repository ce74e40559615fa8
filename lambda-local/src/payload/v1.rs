//! A request as the event that a function gets: payload format 1.0, of REST APIs and of those HTTP
//! APIs that ask for it. A member without a value is there, and null.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, header, request::Parts};
use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Connection;
use super::request_parts::{common_log_time, forwarded, text};

/// Where a request came in, and what it matched.
pub(crate) struct Matched<'a> {
    /// HTTP APIs name it, REST APIs do not.
    pub(crate) version: Option<&'static str>,
    pub(crate) account: &'a str,
    pub(crate) api: &'a str,
    pub(crate) stage: &'a str,
    pub(crate) stage_variables: &'a BTreeMap<String, String>,
    pub(crate) resource_id: &'a str,
    /// Such as `/pets/{id}`.
    pub(crate) resource_path: &'a str,
    pub(crate) path_parameters: &'a BTreeMap<String, String>,
    pub(crate) path: &'a str,
    /// With the stage in front.
    pub(crate) stage_path: &'a str,
    pub(crate) request_id: &'a str,
    pub(crate) connection: &'a Connection,
    /// Whether the body comes in base64.
    pub(crate) body_is_binary: bool,
}

type One = BTreeMap<String, String>;
type Many = BTreeMap<String, Vec<String>>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    resource: &'a str,
    path: &'a str,
    http_method: &'a str,
    headers: One,
    multi_value_headers: Many,
    query_string_parameters: Option<One>,
    multi_value_query_string_parameters: Option<Many>,
    path_parameters: Option<&'a One>,
    stage_variables: Option<&'a One>,
    request_context: Value,
    body: Option<Cow<'a, str>>,
    is_base64_encoded: bool,
}

/// The event for this request, as JSON.
pub(crate) fn event(
    parts: &Parts,
    body: &Bytes,
    matched: &Matched<'_>,
) -> serde_json::Result<Vec<u8>> {
    let many_headers = headers(&parts.headers, matched);
    let query = query(parts.uri.query().unwrap_or_default());
    serde_json::to_vec(&Event {
        version: matched.version,
        resource: matched.resource_path,
        path: matched.path,
        http_method: parts.method.as_str(),
        headers: last_of(&many_headers),
        multi_value_headers: many_headers,
        query_string_parameters: (!query.is_empty()).then(|| last_of(&query)),
        multi_value_query_string_parameters: (!query.is_empty()).then_some(query),
        path_parameters: filled(matched.path_parameters),
        stage_variables: filled(matched.stage_variables),
        request_context: context(parts, matched),
        body: (!body.is_empty()).then(|| match matched.body_is_binary {
            true => BASE64_STANDARD.encode(body).into(),
            false => String::from_utf8_lossy(body),
        }),
        is_base64_encoded: !body.is_empty() && matched.body_is_binary,
    })
}

fn filled(map: &One) -> Option<&One> {
    Some(map).filter(|map| !map.is_empty())
}

/// Of each name's values the last one.
fn last_of(many: &Many) -> One {
    let last =
        |(name, values): (&String, &Vec<String>)| Some((name.clone(), values.last()?.clone()));
    many.iter().filter_map(last).collect()
}

fn headers(headers: &HeaderMap, matched: &Matched<'_>) -> Many {
    let mut all = Many::new();
    for (name, value) in headers
        .iter()
        .filter(|(name, _)| *name != header::CONNECTION)
    {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        all.entry(name.as_str().to_owned()).or_default().push(value);
    }
    for (name, value) in forwarded(headers, matched.connection) {
        all.insert(name.to_owned(), vec![value.into_owned()]);
    }
    all
}

fn query(text: &str) -> Many {
    let mut all = Many::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let values = all.entry(name.into_owned()).or_default();
        values.push(value.into_owned());
    }
    all
}

fn context(parts: &Parts, matched: &Matched<'_>) -> Value {
    let host = text(&parts.headers, header::HOST);
    let now = OffsetDateTime::now_utc();
    json!({
        "accountId": matched.account,
        "apiId": matched.api,
        "domainName": host.split(':').next(),
        "domainPrefix": host.split(['.', ':']).next(),
        "extendedRequestId": matched.request_id,
        "httpMethod": parts.method.as_str(),
        "identity": {
            "accessKey": null,
            "accountId": null,
            "caller": null,
            "cognitoAuthenticationProvider": null,
            "cognitoAuthenticationType": null,
            "cognitoIdentityId": null,
            "cognitoIdentityPoolId": null,
            "principalOrgId": null,
            "sourceIp": &*matched.connection.source_ip,
            "user": null,
            "userAgent": text(&parts.headers, header::USER_AGENT),
            "userArn": null,
        },
        "path": matched.stage_path,
        "protocol": "HTTP/1.1",
        "requestId": matched.request_id,
        "requestTime": common_log_time(now),
        "requestTimeEpoch": i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
        "resourceId": matched.resource_id,
        "resourcePath": matched.resource_path,
        "stage": matched.stage,
    })
}
