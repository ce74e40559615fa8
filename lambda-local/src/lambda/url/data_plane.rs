//! The data plane of function URLs: a request becomes an event of payload format 2.0, without an
//! API in between.
//! <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, request::Parts};
use serde_json::json;

use super::response_stream as integration_stream;
use crate::{
    lambda::{
        access_denied::access_denied,
        invoke::{Call, Invoked, StreamStart, Target, Way},
        model::{AuthType, Caller, FunctionRef, FunctionUrl, InvokeMode},
        state::{Lambda, new_request_id},
    },
    payload::{
        Connection, decorate, internal_server_error, preflight, ran, read, response, text,
        v2::{Matched, event},
    },
    protocol::{ApiResult, Exception},
};

/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_BODY: usize = 6 << 20;
const FORBIDDEN: &str = "Forbidden. For troubleshooting Function URL authorization issues, see: \
    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";

impl Lambda {
    /// Answers a request to the function URL `id`.
    pub(crate) async fn execute_url(
        self: &Arc<Self>,
        id: &str,
        path: &str,
        request: Request,
        connection: &Connection,
    ) -> Response {
        let (parts, body) = request.into_parts();
        let Some((reference, url)) = self.url(id) else {
            return self.no_url(id);
        };
        if let Some(cors) = &url.cors
            && let Some(answer) = preflight(cors, &parts, StatusCode::OK)
        {
            return answer;
        }
        let event = match self
            .event_of_url(&url, path, &parts, body, connection)
            .await
        {
            Ok(event) => event,
            Err(refusal) => return refusal,
        };
        let answered = match self.admit(&reference, &url, &parts.headers) {
            Ok(target) => {
                self.answer_url(url.invoke_mode.unwrap_or_default(), target, event)
                    .await
            }
            Err(error) => Err(error),
        };
        let mut answer = answered.unwrap_or_else(|error| self.refuse(&error));
        if let Some(cors) = &url.cors {
            decorate(cors, text(&parts.headers, header::ORIGIN), &mut answer);
        }
        answer
    }

    async fn event_of_url(
        &self,
        url: &FunctionUrl,
        path: &str,
        parts: &Parts,
        body: Body,
        connection: &Connection,
    ) -> Result<Bytes, Response> {
        let body = read(body, MAX_BODY, "Request Entity Too Large").await?;
        let request_id = new_request_id();
        let matched = Matched {
            account: "anonymous",
            api: &url.id,
            stage: "$default",
            stage_variables: &BTreeMap::new(),
            route_key: "$default",
            path_parameters: &BTreeMap::new(),
            raw_path: path,
            request_id: &request_id,
            connection,
        };
        match event(parts, &body, &matched) {
            Ok(event) => Ok(event.into()),
            Err(_) => Err(internal_server_error()),
        }
    }

    async fn answer_url(
        self: &Arc<Self>,
        mode: InvokeMode,
        target: Target,
        event: Bytes,
    ) -> ApiResult<Response> {
        let invoked = match mode {
            InvokeMode::Buffered => {
                let call = Call::with(event, Way::Http);
                self.invoke(target, call).await?
            }
            InvokeMode::ResponseStream => {
                let begins = target.executed();
                let call = Call::with(event, Way::Stream);
                match self.invoke_streaming(target, call).await? {
                    StreamStart::Stream { content_type, rest } => {
                        let response = integration_stream::response(&content_type, rest).await;
                        return Ok(ran(begins, response));
                    }
                    StreamStart::Whole(invoked) => invoked,
                }
            }
        };
        Ok(ran(invoked.executed(), whole(&invoked)))
    }

    fn refuse(&self, error: &Exception) -> Response {
        let text = match error.status {
            StatusCode::FORBIDDEN => FORBIDDEN,
            StatusCode::TOO_MANY_REQUESTS => "Rate Exceeded.",
            _ => "Internal Server Error",
        };
        let warning = format_args!("function URL: {}", error.message);
        self.terminal.warn(warning);
        match error.status {
            StatusCode::FORBIDDEN => denied(Some(FORBIDDEN)),
            status => (status, axum::Json(json!({ "Message": text }))).into_response(),
        }
    }

    /// The URL of an alias that was deleted is remembered as one that may not be called.
    fn no_url(&self, id: &str) -> Response {
        denied(self.model().had_url(id).then_some(FORBIDDEN))
    }

    fn url(&self, id: &str) -> Option<(Arc<FunctionRef>, FunctionUrl)> {
        let model = self.model();
        let (reference, url) = model.at_url(id)?;
        Some((Arc::new(reference.clone()), url.clone()))
    }

    fn admit(
        &self,
        reference: &Arc<FunctionRef>,
        url: &FunctionUrl,
        headers: &HeaderMap,
    ) -> ApiResult<Target> {
        match url.auth_type {
            AuthType::None => self.resolve_for(Caller::FunctionUrl, reference),
            // Whose signature it is, is not looked at: there are no identities here.
            AuthType::Iam if is_signed(headers) => self.resolve(reference),
            AuthType::Iam => Err(access_denied(Caller::FunctionUrl, reference)),
        }
    }
}

/// A function's error is a bad gateway here, where an HTTP API says 500.
fn whole(invoked: &Invoked) -> Response {
    match invoked.done.outcome.is_error() {
        true => (StatusCode::BAD_GATEWAY, "Internal Server Error").into_response(),
        false => response(invoked.payload()),
    }
}

fn denied(message: Option<&str>) -> Response {
    let kind = [("x-amzn-errortype", "AccessDeniedException")];
    let body = axum::Json(json!({ "Message": message }));
    (StatusCode::FORBIDDEN, kind, body).into_response()
}

fn is_signed(headers: &HeaderMap) -> bool {
    let authorization = headers.get(header::AUTHORIZATION);
    authorization.is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256 "))
}
