//! `InvokeWithResponseStream`: the answer as a stream of events, which begins when the function
//! begins to answer.

use std::sync::Arc;

use axum::{body::Body, extract::State, response::Response};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    invoke::{check_payload, client_context, wants_tail},
    request::Function,
};
use crate::{
    lambda::{
        invoke::{Call, Invoked, StreamStart, Way},
        state::{Lambda, new_request_id},
    },
    protocol::{
        ApiResult, Exception,
        event_stream::{self, event},
    },
};

pub(crate) async fn invoke(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    headers: HeaderMap,
    payload: Bytes,
) -> ApiResult<Response> {
    let kind = headers.get("x-amz-invocation-type");
    let target = lambda.resolve(&Arc::new(reference))?;
    let payload = check_payload(payload, None)?;
    let (version, request_id) = (target.version(), new_request_id());
    if kind.is_some_and(|kind| kind == "DryRun") {
        return answer(StatusCode::NO_CONTENT, &version, &request_id, Body::empty());
    }
    let tail = wants_tail(&headers);
    let call = Call {
        client_context: client_context(&headers)?,
        tail,
        request_id: Some(request_id.as_str().into()),
        ..Call::with(payload, Way::Stream)
    };
    let begun = lambda.invoke_streaming(target, call).await?;
    let (frames, mut receiver) = mpsc::channel(1);
    tokio::spawn(send(begun, tail, frames));
    let frames = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
    let body = event_stream::body_of(frames);
    answer(StatusCode::OK, &version, &request_id, body)
}

fn answer(status: StatusCode, version: &str, id: &str, body: Body) -> ApiResult<Response> {
    Response::builder()
        .status(status)
        .header("content-type", event_stream::CONTENT_TYPE)
        .header("x-amzn-requestid", id)
        .header("x-amz-executed-version", version)
        .body(body)
        .map_err(|error| Exception::service(format!("failed to answer the invocation: {error}")))
}

/// Sends the events to whoever still listens.
async fn send(begun: StreamStart, tail: bool, frames: mpsc::Sender<Bytes>) {
    let (ended, whole) = match begun {
        StreamStart::Stream { mut rest, .. } => {
            while let Some(piece) = rest.next().await {
                let _ = frames.send(chunk(piece)).await;
            }
            (rest.end().await, false)
        }
        StreamStart::Whole(invoked) => (Ok(invoked), true),
    };
    if let Ok(invoked) = &ended
        && whole
        && !invoked.done.outcome.is_error()
    {
        let _ = frames.send(chunk(invoked.payload())).await;
    }
    let end = match ended {
        Ok(invoked) => complete(&invoked, tail),
        Err(error) => json!({ "ErrorCode": error.code, "ErrorDetails": error.message }),
    };
    let _ = frames
        .send(event(
            "InvokeComplete",
            "application/json",
            end.to_string().into(),
        ))
        .await;
}

fn complete(invoked: &Invoked, tail: bool) -> Value {
    let mut end = json!({});
    if invoked.done.outcome.is_error() {
        let payload = invoked.payload();
        let error: Value = serde_json::from_slice(&payload).unwrap_or_default();
        end["ErrorCode"] = json!(error["errorType"].as_str().unwrap_or("Unhandled"));
        end["ErrorDetails"] = json!(String::from_utf8_lossy(&payload));
    }
    if tail {
        end["LogResult"] = json!(BASE64_STANDARD.encode(&invoked.done.log_tail));
    }
    end
}

fn chunk(payload: Bytes) -> Bytes {
    event("PayloadChunk", "application/octet-stream", payload)
}
