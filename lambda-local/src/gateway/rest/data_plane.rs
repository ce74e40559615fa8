//! The data plane of REST APIs: `/{stage}/{path}` becomes an event of payload format 1.0, and
//! what is not an answer of the proxy format is a 502.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{extract::Request, response::Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};

use super::{
    RestApi,
    deployment::{DeployedMethod, Stage},
};
use crate::{
    error::ApiResult,
    gateway::{
        Connection, Gateway,
        data_plane::{MAX_BODY, invoke, read, source_arn},
        event_1::{Matched, event},
        integration::parse_function,
        response::{message, strict_response},
    },
    lambda::{Invoked, new_request_id},
    logs::Logs,
};

/// A request's way through the API.
struct Way<'a> {
    api: &'a RestApi,
    stage: &'a Stage,
    method: &'a DeployedMethod,
    path_parameters: BTreeMap<String, String>,
    /// Without the stage.
    path: &'a str,
}

impl Gateway {
    /// Answers a request to a REST API. `path` begins with the stage.
    pub(in crate::gateway) async fn execute_rest(
        self: &Arc<Self>,
        api: &RestApi,
        path: &str,
        request: Request,
        connection: &Connection,
    ) -> Response {
        let request_id = new_request_id();
        let (parts, body) = request.into_parts();
        let mut answer = match find_way(api, &parts, path) {
            Err(refusal) => message(StatusCode::FORBIDDEN, refusal),
            Ok(way) => match read(body, MAX_BODY).await {
                Ok(body) => {
                    self.forward_rest(&way, &parts, &body, connection, &request_id)
                        .await
                }
                Err(refusal) => refusal,
            },
        };
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            answer.headers_mut().insert("x-amzn-requestid", value);
        }
        answer
    }

    async fn forward_rest(
        self: &Arc<Self>,
        way: &Way<'_>,
        parts: &Parts,
        body: &Bytes,
        connection: &Connection,
        request_id: &str,
    ) -> Response {
        let integration = &way.method.integration;
        let stage_path = format!("/{}{}", way.stage.name, way.path);
        let matched = Matched {
            version: None,
            account: &self.lambda.place.account,
            api: &way.api.id,
            stage: &way.stage.name,
            stage_variables: &way.stage.variables,
            resource_id: &way.method.resource_id,
            resource_path: &way.method.resource_path,
            path_parameters: &way.path_parameters,
            path: way.path,
            stage_path: &stage_path,
            request_id,
            connection,
            body_is_binary: way.api.is_binary(&parts.headers, &header::CONTENT_TYPE),
        };
        let Ok(event) = event(parts, body, &matched) else {
            return failure(StatusCode::INTERNAL_SERVER_ERROR);
        };
        if integration.http_method != "POST" {
            Logs::warn("a function is invoked by POST, and this integration's method is another");
            return failure(StatusCode::INTERNAL_SERVER_ERROR);
        }
        let place = &self.lambda.place;
        let invoked = async {
            let function = parse_function(&integration.uri, place)?;
            let source = source_arn(place, &way.api.id, &way.stage.name, &way.method.key);
            invoke(&self.lambda, &function, &source, event.into()).await
        };
        let limit = Duration::from_millis(integration.timeout_in_millis);
        match tokio::time::timeout(limit, invoked).await {
            Err(_) => message(StatusCode::GATEWAY_TIMEOUT, "Endpoint request timed out"),
            Ok(invoked) => way.answer(invoked, &parts.headers),
        }
    }
}

impl Way<'_> {
    /// A function that fails is a bad gateway; one that may not be invoked is our own error.
    fn answer(&self, invoked: ApiResult<Invoked>, request: &HeaderMap) -> Response {
        match invoked {
            Ok(invoked) if !invoked.done.outcome.is_error() => {
                let payload = invoked.payload();
                let decode = self.api.is_binary(request, &header::ACCEPT);
                strict_response(&payload, decode)
                    .unwrap_or_else(|| failure(StatusCode::BAD_GATEWAY))
            }
            Ok(_) => failure(StatusCode::BAD_GATEWAY),
            Err(error) => {
                Logs::warn(&format!("API {}: {}", self.api.id, error.message));
                failure(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl RestApi {
    /// Whether the first media type in this header of a request is one of the API's binary ones.
    fn is_binary(&self, headers: &HeaderMap, name: &header::HeaderName) -> bool {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        let first = value.and_then(|value| value.split([',', ';']).next());
        let first = first.unwrap_or("application/json").trim();
        let mut binary = self.binary_media_types.iter();
        binary.any(|kind| kind == "*/*" || kind.eq_ignore_ascii_case(first))
    }
}

/// The way, or why there is none.
fn find_way<'a>(api: &'a RestApi, parts: &Parts, path: &'a str) -> Result<Way<'a>, &'static str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (stage, rest) = match path.find('/') {
        Some(slash) => path.split_at(slash),
        None => (path, "/"),
    };
    let stage = api.stages.get(stage).ok_or("Forbidden")?;
    let deployment = api.served(stage).ok_or("Forbidden")?;
    let found = deployment.find(&parts.method, rest);
    // What AWS answers to every path that an API does not have.
    let (method, path_parameters) = found.ok_or("Missing Authentication Token")?;
    Ok(Way {
        api,
        stage,
        method,
        path_parameters,
        path: rest,
    })
}

fn failure(status: StatusCode) -> Response {
    message(status, "Internal server error")
}
