//! Calls to the services: which one, and which of its operations.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
};

use crate::{
    lambda, page,
    protocol::{Exception, Form, Protocol, aws_json, body},
    services::Services,
    trail,
};

/// The versions by which clients of AWS JSON and CBOR name the services.
const CLOUDWATCH: &str = "GraniteServiceVersion20100801";
const LOGS: &str = "Logs_20140328";

/// REST services are told by method and path, the others by what stands in a header or the body.
pub(crate) fn router(services: &Arc<Services>) -> Router {
    Router::new()
        .merge(lambda::routes().with_state(services.lambda.clone()))
        .merge(services.gateway.routes())
        .merge(page::routes().with_state(services.clone()))
        .fallback(other)
        .method_not_allowed_fallback(other)
        .with_state(services.clone())
}

/// Services that have no paths of their own, and operations that are not here.
async fn other(State(services): State<Arc<Services>>, request: Request) -> Response {
    let protocol = Protocol::of(&request);
    let header = request.headers().get(aws_json::TARGET);
    let target = header.and_then(|target| target.to_str().ok());
    let target = target.unwrap_or_default().to_owned();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let body = match protocol {
        Protocol::RestJson | Protocol::RestXml => Ok(bytes::Bytes::new()),
        _ => body::read(request).await,
    };
    let body = match body {
        Ok(body) => body,
        Err(unreadable) => return protocol.refuse(unreadable),
    };
    let (what, answer) = match protocol {
        Protocol::RestJson | Protocol::RestXml => (format!("{method} {}", uri.path()), None),
        Protocol::AwsJson => (target.clone(), json(&services, &target, &body)),
        Protocol::Cbor => (uri.path().to_owned(), cbor(&services, uri.path(), &body)),
        Protocol::Query => form(&services, &Form::read(&body)),
    };
    answer.unwrap_or_else(|| protocol.refuse(Exception::not_implemented(&what)))
}

fn json(services: &Services, target: &str, body: &[u8]) -> Option<Response> {
    match target.rsplit_once('.')? {
        (service, operation) if service.ends_with(trail::SERVICE) => {
            services.lambda.trail.answer_json(operation, body)
        }
        (LOGS, operation) => {
            let ending = services.ending.subscribe();
            services.logs.answer_json(operation, body, ending)
        }
        (CLOUDWATCH, operation) => services.cloudwatch.answer_json(operation, body),
        _ => None,
    }
}

/// `/service/GraniteServiceVersion20100801/operation/GetMetricData`
fn cbor(services: &Services, path: &str, body: &[u8]) -> Option<Response> {
    let (service, operation) = path.strip_prefix("/service/")?.split_once("/operation/")?;
    match service {
        CLOUDWATCH => services.cloudwatch.answer_cbor(operation, body),
        _ => None,
    }
}

fn form(services: &Services, form: &Form) -> (String, Option<Response>) {
    let [action, version] = ["Action", "Version"].map(|name| form.get(name).unwrap_or_default());
    let answer = services.iam.answer_form(version, action, form);
    let answer = answer.or_else(|| services.cloudwatch.answer_form(version, action, form));
    (format!("{action} ({version})"), answer)
}
