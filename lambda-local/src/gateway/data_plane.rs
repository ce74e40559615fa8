//! API Gateway's data plane: a request to an API becomes an event for the function behind its
//! route, and the function's answer becomes the response.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use axum::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, request::Parts};
use http_body_util::{BodyExt, Limited};

use super::{
    Gateway,
    api::{Api, Route, Stage},
    event::{Matched, event, event_body},
    event_1,
    integration::{Integration, function_of},
    response::{internal_server_error, message, response, strict_response},
};
use crate::{
    error::{ApiError, ApiResult},
    lambda::{Invoked, Lambda},
    logs::Logs,
    model::{Caller, FunctionRef},
};

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
pub(super) const MAX_BODY: usize = 10 << 20;

/// Between which addresses a request came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Connection {
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
}

/// A request's way through the API.
struct Way<'a> {
    stage: &'a Stage,
    route: &'a Route,
    /// Behind the stage.
    path_parameters: BTreeMap<String, String>,
}

/// Which request it is, and between whom.
#[derive(Clone, Copy)]
struct At<'a> {
    path: &'a str,
    request_id: &'a str,
    connection: Connection,
}

impl Gateway {
    /// Answers a request to the API `id`. `path` is the path as the API's client means it, with
    /// the stage in front where one is named.
    pub(crate) async fn execute(
        self: &Arc<Self>,
        id: &str,
        path: &str,
        request: Request,
        connection: Connection,
    ) -> Response {
        if let Some(api) = self.rest_apis.get(id) {
            return self.execute_rest(&api, path, request, connection).await;
        }
        let request_id = format!("{:016x}=", fastrand::u64(..));
        let mut answer = self
            .forward(id, path, request, connection, &request_id)
            .await;
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            answer.headers_mut().insert("apigw-requestid", value);
        }
        answer
    }

    async fn forward(
        self: &Arc<Self>,
        id: &str,
        path: &str,
        request: Request,
        connection: Connection,
        request_id: &str,
    ) -> Response {
        let not_found = || message(StatusCode::NOT_FOUND, "Not Found");
        let Ok(api) = self.api(id) else {
            return not_found();
        };
        let (parts, body) = request.into_parts();
        let Some(way) = find_way(&api, &parts, path) else {
            return not_found();
        };
        let Some(integration) = api.integration_of(way.route) else {
            return not_found();
        };
        let body = match read(body, MAX_BODY).await {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        let at = At {
            path,
            request_id,
            connection,
        };
        let Ok(event) = self.event(&api, &way, integration, &parts, &body, at) else {
            return internal_server_error();
        };
        let source = self.source_arn(id, &way);
        let invoked = invoke(
            &self.lambda,
            &integration.integration_uri,
            &source,
            event.into(),
        );
        let limit = Duration::from_millis(integration.timeout_in_millis);
        match tokio::time::timeout(limit, invoked).await {
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Ok(Ok(invoked)) if !invoked.done.outcome.is_error() => {
                let payload = invoked.done.outcome.payload(&invoked.request_id);
                match integration.is_format_1() {
                    false => response(payload),
                    true => strict_response(&payload, true).unwrap_or_else(internal_server_error),
                }
            }
            Ok(Ok(_)) => internal_server_error(),
            Ok(Err(error)) => {
                Logs::warn(&format!("API {id}: {}", error.message));
                internal_server_error()
            }
        }
    }

    /// The request as the integration's payload format has it.
    fn event(
        &self,
        api: &Api,
        way: &Way<'_>,
        integration: &Integration,
        parts: &Parts,
        body: &Bytes,
        at: At<'_>,
    ) -> serde_json::Result<Vec<u8>> {
        let (source_ip, port) = (at.connection.peer.ip(), at.connection.local.port());
        let key = &way.route.key;
        if integration.is_format_1() {
            let matched = event_1::Matched {
                version: Some("1.0"),
                account: &self.lambda.place.account,
                api: &api.id,
                stage: &way.stage.name,
                stage_variables: &way.stage.variables,
                resource_id: &key.to_string(),
                resource_path: &key.path(),
                path_parameters: &way.path_parameters,
                path: at.path,
                stage_path: at.path,
                request_id: at.request_id,
                source_ip,
                port,
                body_is_binary: event_body(&parts.headers, body).1,
            };
            return event_1::event(parts, body, &matched);
        }
        let matched = Matched {
            account: &self.lambda.place.account,
            api: &api.id,
            stage: &way.stage.name,
            stage_variables: &way.stage.variables,
            route_key: &key.to_string(),
            path_parameters: &way.path_parameters,
            raw_path: at.path,
            request_id: at.request_id,
            source_ip,
            port,
        };
        event(parts, body, &matched)
    }

    fn source_arn(&self, id: &str, way: &Way<'_>) -> String {
        let place = &self.lambda.place;
        let (region, account) = (&place.region, &place.account);
        let (stage, route) = (&way.stage.name, way.route.key.source());
        format!("arn:aws:execute-api:{region}:{account}:{id}/{stage}/{route}")
    }
}

/// The stage that the first segment names, otherwise `$default`; and in it the best route.
fn find_way<'a>(api: &'a Api, parts: &Parts, path: &str) -> Option<Way<'a>> {
    let first = path
        .strip_prefix('/')
        .unwrap_or(path)
        .split('/')
        .next()
        .unwrap_or_default();
    let (stage, rest) = match api.stages.get(first) {
        Some(found) if first != "$default" => (found, &path[1 + first.len()..]),
        _ => (api.stages.get("$default")?, path),
    };
    if !stage.auto_deploy {
        return None;
    }
    let path = if rest.is_empty() { "/" } else { rest };
    let fits = api.routes.values().filter_map(|route| {
        let (fit, path_parameters) = route.key.fit(&parts.method, path)?;
        Some((
            fit,
            Way {
                stage,
                route,
                path_parameters,
            },
        ))
    });
    fits.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, way)| way)
}

pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, Response> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(message(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Request Entity Too Large",
        )),
        Err(_) => Err(message(StatusCode::BAD_REQUEST, "Bad Request")),
    }
}

/// Invokes what the integration names, if its own policy lets this API do it.
pub(super) async fn invoke(
    lambda: &Arc<Lambda>,
    uri: &str,
    source_arn: &str,
    event: Bytes,
) -> ApiResult<Invoked> {
    let arn = function_of(uri)
        .ok_or_else(|| ApiError::gateway_bad_request("the integration names no function"))?;
    let reference = FunctionRef::parse(arn, None, &lambda.place)?;
    let caller = Caller::Service {
        name: "apigateway.amazonaws.com",
        source_arn,
    };
    let target = lambda.resolve_for(caller, &reference)?;
    lambda.invoke(target, event, None, false).await
}
