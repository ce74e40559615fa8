//! `TestInvokeMethod`: calls a method as it is now, without a deployment, and tells how that went.
//! The function's policy has to admit the stage `test-invoke-stage`.

use std::{collections::BTreeMap, time::Instant};

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, request::Parts};
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    data_plane::{Way, response_of},
    deployment::DeployedMethod,
    execution_log::ExecutionLog,
    resource::no_method,
    rest_api::RestApi,
    stage::Stage,
    state::RestApis,
};
use crate::{
    lambda::new_request_id,
    payload::Connection,
    payload::Received,
    protocol::{ApiResult, Exception},
};

const STAGE: &str = "test-invoke-stage";

/// `TestInvokeMethod`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(crate) struct TestInvoke {
    path_with_query_string: Option<String>,
    body: Option<String>,
    headers: BTreeMap<String, String>,
    multi_value_headers: BTreeMap<String, Vec<String>>,
    stage_variables: BTreeMap<String, String>,
}

impl RestApis {
    pub(crate) async fn test_invoke(
        &self,
        api: &RestApi,
        resource: &str,
        method: &str,
        test: TestInvoke,
    ) -> ApiResult<Value> {
        let method_now = api.method_now(resource, method)?;
        let stage = Stage::unsaved(STAGE, &test.stage_variables);
        let (parts, body) = test.request(method, &method_now.resource_path)?;
        let path = parts.uri.path();
        let fit = method_now.key.fit(&parts.method, path);
        let (_, path_parameters) = fit.ok_or_else(|| {
            Exception::gateway_bad_request(format!(
                "The path {path} is not one of the resource {}",
                method_now.resource_path
            ))
        })?;
        let way = Way {
            api,
            stage: &stage,
            method: &method_now,
            path_parameters,
            path,
        };
        let connection = Connection {
            source_ip: "test-invoke-source-ip".into(),
            port: 443,
        };
        let (id, started) = (new_request_id(), Instant::now());
        let received = Received::new(&parts.method, path);
        let forwarded = self.forward(&way, &parts, &body, &connection, &id);
        let outcome = forwarded.await;
        let latency = started.elapsed().as_millis();
        let log = ExecutionLog::of(&id).request(&way, &parts, &body);
        let log = log.outcome(&outcome);
        let mut response = response_of(outcome);
        received.show(&self.lambda.terminal, &mut response);
        Ok(shown(response, &log.0, latency).await)
    }
}

impl RestApi {
    /// A resource's method as a deployment would have it.
    fn method_now(&self, resource: &str, method: &str) -> ApiResult<DeployedMethod> {
        let resource = self.resource(resource)?;
        let found = resource.methods.get(method);
        let found = found.or_else(|| resource.methods.get("ANY"));
        DeployedMethod::new(resource, found.ok_or_else(no_method)?)
    }
}

impl TestInvoke {
    fn request(&self, method: &str, resource_path: &str) -> ApiResult<(Parts, Bytes)> {
        let path = self.path_with_query_string.as_deref();
        let path = path.filter(|path| !path.is_empty());
        let request = Request::builder()
            .method(method)
            .uri(path.unwrap_or(resource_path))
            .body(Bytes::from(self.body.clone().unwrap_or_default()));
        let invalid = |error: String| Exception::gateway_bad_request(error);
        let (mut parts, body) = request
            .map_err(|error| invalid(error.to_string()))?
            .into_parts();
        let single = self.headers.iter();
        let many = self.multi_value_headers.iter();
        let many = many.flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        for (name, value) in single.chain(many) {
            let name = name.parse::<HeaderName>();
            let value = HeaderValue::from_str(value);
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(invalid("Invalid header name or value".to_owned()));
            };
            parts.headers.append(name, value);
        }
        Ok((parts, body))
    }
}

async fn shown(response: Response, log: &str, latency: u128) -> Value {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes());
    let mut many: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in &parts.headers {
        let values = many.entry(name.as_str()).or_default();
        values.push(value.to_str().unwrap_or_default());
    }
    let last = many.iter().map(|(name, values)| (name, values.last()));
    json!({
        "status": parts.status.as_u16(),
        "body": String::from_utf8_lossy(&body.unwrap_or_default()),
        "headers": last.collect::<BTreeMap<_, _>>(),
        "multiValueHeaders": many,
        "log": log,
        "latency": u64::try_from(latency).unwrap_or_default(),
    })
}
