//! RPC v2 CBOR, which the Rust SDK speaks with CloudWatch. In between everything is JSON; timestamps
//! are numbers of seconds.

use axum::response::{IntoResponse, Response};
use ciborium::Value as Cbor;
use http::StatusCode;
use serde_json::{Number, Value, json};

use super::{Answer, ApiResult, Exception};

/// CBOR's tag for seconds since 1970.
const EPOCH_TIME: u64 = 1;
/// Deeper than any request of a service.
const MAX_DEPTH: usize = 32;

/// # Errors
/// If it is no CBOR, or holds what JSON has not.
pub(crate) fn read(body: &[u8]) -> ApiResult<Value> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let read = ciborium::de::from_reader_with_recursion_limit(body, MAX_DEPTH);
    let value: Cbor = read.map_err(|error| Exception::serialization(error.to_string()))?;
    let text = "the request holds a value that JSON has not";
    from_cbor(value).ok_or_else(|| Exception::serialization(text))
}

pub(crate) fn respond(answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(exception) => (exception.status, exception.typed()),
    };
    let mut bytes = Vec::new();
    match ciborium::into_writer(&to_cbor("", &body), &mut bytes) {
        Ok(()) => {
            let headers = [
                ("content-type", "application/cbor"),
                ("smithy-protocol", "rpc-v2-cbor"),
            ];
            (status, headers, bytes).into_response()
        }
        Err(error) => Exception::service(error.to_string()).into_response(),
    }
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
