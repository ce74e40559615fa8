//! API Gateway's data plane: a request to an API becomes an event for the function behind its
//! route, and the function's answer becomes the response.

use std::{collections::BTreeMap, time::Duration};

use axum::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header, request::Parts};

use super::{http_api::Api, integration::Integration, route::Route, stage::Stage, state::HttpApis};
use crate::{
    apigateway::invoke::{invoke, source_arn},
    payload::{
        Connection, MAX_BODY, decorate, event_body, internal_server_error, message, preflight, ran,
        read, text, v1,
        v2::{Matched, event},
    },
};

/// A request's way through the API.
struct Way<'a> {
    stage: &'a Stage,
    route: &'a Route,
    integration: &'a Integration,
    /// Behind the stage.
    path_parameters: BTreeMap<String, String>,
}

/// Which request it is, and between whom.
#[derive(Clone, Copy)]
struct At<'a> {
    path: &'a str,
    request_id: &'a str,
    connection: &'a Connection,
}

impl HttpApis {
    /// Answers a request to the API `id`, which may not be there.
    pub(crate) async fn execute(
        &self,
        id: &str,
        path: &str,
        request: Request,
        connection: &Connection,
    ) -> Response {
        let request_id = format!("{:016x}=", fastrand::u64(..));
        let mut answer = match self.api(id) {
            Ok(api) => {
                self.with_cors(&api, path, request, connection, &request_id)
                    .await
            }
            Err(_) => message(StatusCode::NOT_FOUND, "Not Found"),
        };
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            answer.headers_mut().insert("apigw-requestid", value);
        }
        answer
    }

    async fn with_cors(
        &self,
        api: &Api,
        path: &str,
        request: Request,
        connection: &Connection,
        request_id: &str,
    ) -> Response {
        let (parts, body) = request.into_parts();
        let Some(cors) = &api.cors else {
            return self
                .forward(api, path, &parts, body, connection, request_id)
                .await;
        };
        if let Some(answer) = preflight(cors, &parts, StatusCode::NO_CONTENT) {
            return answer;
        }
        let forwarded = self.forward(api, path, &parts, body, connection, request_id);
        let mut answer = forwarded.await;
        decorate(cors, text(&parts.headers, header::ORIGIN), &mut answer);
        answer
    }

    async fn forward(
        &self,
        api: &Api,
        path: &str,
        parts: &Parts,
        body: Body,
        connection: &Connection,
        request_id: &str,
    ) -> Response {
        let Some(way) = find_way(api, parts, path) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let integration = way.integration;
        let body = match read(body, MAX_BODY, "Request Entity Too Large").await {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        let at = At {
            path,
            request_id,
            connection,
        };
        let Ok(event) = self.event(api, &way, integration, parts, &body, at) else {
            return internal_server_error();
        };
        let invoked = async {
            let function = integration.function(&way.stage.variables, &self.lambda.place)?;
            let source = source_arn(&self.lambda.place, &api.id, &way.stage.name, &way.route.key);
            invoke(&self.lambda, &function, &source, event.into()).await
        };
        let limit = Duration::from_millis(integration.timeout_in_millis);
        match tokio::time::timeout(limit, invoked).await {
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Ok(Ok(invoked)) => ran(invoked.executed(), integration.answer(&invoked)),
            Ok(Err(error)) => {
                let warning = format_args!("API {}: {}", api.id, error.message);
                self.lambda.terminal.warn(warning);
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
        let key = &way.route.key;
        if integration.is_format_1() {
            let matched = v1::Matched {
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
                connection: at.connection,
                body_is_binary: event_body(&parts.headers, body).1,
            };
            return v1::event(parts, body, &matched);
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
            connection: at.connection,
        };
        event(parts, body, &matched)
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
    let (routes, integrations) = api.served(stage)?;
    let path = if rest.is_empty() { "/" } else { rest };
    let fits = routes.values().filter_map(|route| {
        let (fit, path_parameters) = route.key.fit(&parts.method, path)?;
        Some((
            fit,
            Way {
                stage,
                route,
                integration: integrations.get(route.integration()?)?,
                path_parameters,
            },
        ))
    });
    fits.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, way)| way)
}
