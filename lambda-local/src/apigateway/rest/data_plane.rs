//! The data plane of REST APIs: `/{stage}/{path}` becomes an event of payload format 1.0, and
//! what is not an answer of the proxy format is a 502.

use std::{collections::BTreeMap, time::Duration};

use axum::{extract::Request, response::Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};

use super::{deployment::DeployedMethod, rest_api::RestApi, stage::Stage, state::RestApis};
use crate::{
    apigateway::{
        function_uri::parse_function,
        invoke::{invoke, source_arn},
    },
    lambda::{Invoked, new_request_id},
    payload::Connection,
    payload::{
        MAX_BODY, message, ran, read, strict_response,
        v1::{Matched, event},
    },
    protocol::Exception,
};

/// A request's way through the API.
pub(crate) struct Way<'a> {
    pub(crate) api: &'a RestApi,
    pub(crate) stage: &'a Stage,
    pub(crate) method: &'a DeployedMethod,
    pub(crate) path_parameters: BTreeMap<String, String>,
    /// Without the stage.
    pub(crate) path: &'a str,
}

/// What a function answered, and the response that it became.
pub(crate) struct Answered {
    pub(crate) payload: Bytes,
    pub(crate) response: Response,
}

/// Why a request got no answer of the function's.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The integration's method is not POST.
    NotPost,
    /// Lambda refused.
    Refused(Exception),
    TimedOut,
    /// The function failed.
    Function(Box<Invoked>),
    /// The function's answer is not of the proxy format.
    Malformed(Box<Invoked>),
}

impl RestApis {
    /// Answers a request to a REST API. `path` begins with the stage.
    pub(crate) async fn execute(
        &self,
        api: &RestApi,
        path: &str,
        request: Request,
        connection: &Connection,
    ) -> Response {
        let request_id = new_request_id();
        let (parts, body) = request.into_parts();
        let mut answer = match find_way(api, &parts, path) {
            Err(refusal) => message(StatusCode::FORBIDDEN, refusal),
            Ok(way) => match read(body, MAX_BODY, "Request Too Long").await {
                Ok(body) => {
                    let answered = self.forward(&way, &parts, &body, connection, &request_id);
                    response_of(answered.await)
                }
                Err(refusal) => refusal,
            },
        };
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            answer.headers_mut().insert("x-amzn-requestid", value);
        }
        answer
    }

    pub(crate) async fn forward(
        &self,
        way: &Way<'_>,
        parts: &Parts,
        body: &Bytes,
        connection: &Connection,
        request_id: &str,
    ) -> Result<Answered, Failure> {
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
        if integration.http_method != "POST" {
            let warning = "a function is invoked by POST, and this integration's method is another";
            self.lambda.terminal.warn(warning);
            return Err(Failure::NotPost);
        }
        let place = &self.lambda.place;
        let invoked = async {
            let event = event(parts, body, &matched);
            let event = event.map_err(|error| Exception::service(error.to_string()))?;
            let function = parse_function(&integration.uri, &way.stage.variables, place)?;
            let source = source_arn(place, &way.api.id, &way.stage.name, &way.method.key);
            invoke(&self.lambda, &function, &source, event.into()).await
        };
        let limit = Duration::from_millis(integration.timeout_in_millis);
        match tokio::time::timeout(limit, invoked).await {
            Err(_) => Err(Failure::TimedOut),
            Ok(Err(error)) => {
                let warning = format_args!("API {}: {}", way.api.id, error.message);
                self.lambda.terminal.warn(warning);
                Err(Failure::Refused(error))
            }
            Ok(Ok(invoked)) => way.answer(invoked, &parts.headers),
        }
    }
}

impl Way<'_> {
    fn answer(&self, invoked: Invoked, request: &HeaderMap) -> Result<Answered, Failure> {
        if invoked.done.outcome.is_error() {
            return Err(Failure::Function(Box::new(invoked)));
        }
        let payload = invoked.payload();
        let decode = self.api.is_binary(request, &header::ACCEPT);
        match strict_response(&payload, decode) {
            Some(response) => {
                let response = ran(invoked.executed(), response);
                Ok(Answered { payload, response })
            }
            None => Err(Failure::Malformed(Box::new(invoked))),
        }
    }
}

pub(crate) fn response_of(outcome: Result<Answered, Failure>) -> Response {
    match outcome {
        Ok(answered) => answered.response,
        Err(failure) => failure.response(),
    }
}

impl Failure {
    /// A function that fails is a bad gateway; one that may not be invoked is our own error.
    pub(crate) fn response(&self) -> Response {
        match self {
            Self::NotPost | Self::Refused(_) => internal_error(StatusCode::INTERNAL_SERVER_ERROR),
            Self::TimedOut => message(StatusCode::GATEWAY_TIMEOUT, "Endpoint request timed out"),
            Self::Function(invoked) | Self::Malformed(invoked) => {
                ran(invoked.executed(), internal_error(StatusCode::BAD_GATEWAY))
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

fn internal_error(status: StatusCode) -> Response {
    message(status, "Internal server error")
}
