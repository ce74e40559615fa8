//! CloudWatch's two protocols: RPC v2 CBOR, which the Rust SDK speaks, and AWS JSON 1.0, which
//! the AWS CLI and boto3 speak. In between everything is JSON; timestamps are numbers of seconds.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
    routing::post,
};
use ciborium::Value as Cbor;
use http::StatusCode;
use serde_json::{Number, Value, json};

use crate::{
    cloudwatch::state::{Answer, CloudWatch, Refusal},
    protocol::{ApiError, body as request_body},
};

/// The prefix of `X-Amz-Target` for this service.
pub(crate) const TARGET: &str = "GraniteServiceVersion20100801.";
/// CBOR's tag for seconds since 1970.
const EPOCH_TIME: u64 = 1;
/// Deeper than any request of the service.
const MAX_DEPTH: usize = 32;

pub(crate) fn routes() -> Router<Arc<CloudWatch>> {
    Router::new().route(
        "/service/GraniteServiceVersion20100801/operation/{operation}",
        post(answer_cbor),
    )
}

async fn answer_cbor(
    State(cloudwatch): State<Arc<CloudWatch>>,
    Path(operation): Path<String>,
    request: Request,
) -> Response {
    let body = match request_body::read(request).await {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    let answered = read_cbor(&body).map(|request| cloudwatch.answer(&operation, request));
    let Some(answer) = answered.unwrap_or_else(|refusal| Some(Err(refusal))) else {
        return not_here(&operation);
    };
    let (status, body) = status_and_body(answer);
    let mut bytes = Vec::new();
    match ciborium::into_writer(&to_cbor("", &body), &mut bytes) {
        Ok(()) => {
            let headers = [
                ("content-type", "application/cbor"),
                ("smithy-protocol", "rpc-v2-cbor"),
            ];
            (status, headers, bytes).into_response()
        }
        Err(error) => ApiError::service(error.to_string()).into_response(),
    }
}

pub(crate) fn answer_json(cloudwatch: &CloudWatch, operation: &str, body: &[u8]) -> Response {
    let request = match body {
        [] => Ok(json!({})),
        body => serde_json::from_slice(body),
    };
    let answered = match request {
        Ok(request) => cloudwatch.answer(operation, request),
        Err(error) => Some(Err(unreadable(error.to_string()))),
    };
    let Some(answer) = answered else {
        return not_here(operation);
    };
    let (status, body) = status_and_body(answer);
    let headers = [("content-type", "application/x-amz-json-1.0")];
    (status, headers, body.to_string()).into_response()
}

fn not_here(operation: &str) -> Response {
    ApiError::not_implemented(&format!("{TARGET}{operation}")).into_response()
}

fn status_and_body(answer: Answer) -> (StatusCode, Value) {
    match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(Refusal { kind, message }) => {
            let missing = kind == "ResourceNotFound";
            let status = if missing {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::BAD_REQUEST
            };
            (status, json!({ "__type": kind, "message": message }))
        }
    }
}

fn unreadable(message: String) -> Refusal {
    Refusal {
        kind: "SerializationException",
        message,
    }
}

fn read_cbor(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let read = ciborium::de::from_reader_with_recursion_limit(body, MAX_DEPTH);
    let value: Cbor = read.map_err(|error| unreadable(error.to_string()))?;
    from_cbor(value).ok_or_else(|| unreadable("the request holds a value that JSON has not".into()))
}

fn from_cbor(value: Cbor) -> Option<Value> {
    Some(match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(value) => Value::Bool(value),
        Cbor::Integer(value) => match i64::try_from(value) {
            Ok(value) => value.into(),
            Err(_) => u64::try_from(value).ok()?.into(),
        },
        Cbor::Float(value) => Value::Number(Number::from_f64(value)?),
        Cbor::Text(text) => Value::String(text),
        Cbor::Tag(EPOCH_TIME, inner) => from_cbor(*inner)?,
        Cbor::Array(items) => items
            .into_iter()
            .map(from_cbor)
            .collect::<Option<Vec<_>>>()?
            .into(),
        Cbor::Map(members) => {
            let member =
                |(name, value): (Cbor, Cbor)| Some((name.into_text().ok()?, from_cbor(value)?));
            let members: Option<serde_json::Map<_, _>> = members.into_iter().map(member).collect();
            Value::Object(members?)
        }
        _ => return None,
    })
}

/// `name` is the member that holds the value: timestamps are told by it.
fn to_cbor(name: &str, value: &Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(value) => Cbor::Bool(*value),
        Value::Number(number) => match (name.contains("Timestamp"), number.as_u64()) {
            (true, _) => {
                let seconds = number.as_f64().unwrap_or_default();
                Cbor::Tag(EPOCH_TIME, Box::new(Cbor::Float(seconds)))
            }
            (false, Some(whole)) => Cbor::Integer(whole.into()),
            (false, None) => Cbor::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Array(items) => Cbor::Array(items.iter().map(|item| to_cbor(name, item)).collect()),
        Value::Object(members) => {
            let member =
                |(name, value): (&String, &Value)| (Cbor::Text(name.clone()), to_cbor(name, value));
            Cbor::Map(members.iter().map(member).collect())
        }
    }
}
