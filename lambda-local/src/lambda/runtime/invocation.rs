//! An invocation as a runtime is given it, and the stream that it may answer with.

use std::{
    fmt::Write,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::HeaderValue;
use serde_json::json;
use tokio::sync::mpsc;

/// One invocation as a runtime sees it.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) request_id: Arc<str>,
    pub(crate) payload: Bytes,
    /// The ARN that was invoked: the alias's, where it was one.
    pub(crate) invoked_arn: String,
    pub(crate) client_context: Option<String>,
    pub(crate) timeout: Duration,
    /// Where the answer goes while it comes, for a caller that takes a stream.
    pub(crate) pieces: Option<mpsc::Sender<Piece>>,
}

/// What the process is told of an invocation when it is given to it.
#[derive(Debug)]
pub(super) struct Delivery {
    /// Milliseconds since 1970.
    deadline: u128,
    /// Of X-Ray's form, and not sampled.
    trace_id: String,
}

impl Delivery {
    pub(super) fn of(invocation: &Invocation) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let (high, low) = (fastrand::u64(..), fastrand::u64(..));
        let seconds = now.as_secs();
        let trace_id = format!(
            "Root=1-{seconds:08x}-{high:016x}{:08x};Parent={low:016x};Sampled=0",
            low as u32
        );
        Self {
            deadline: (now + invocation.timeout).as_millis(),
            trace_id,
        }
    }

    /// The headers that carry it to the runtime.
    pub(super) fn headers(&self, invocation: &Invocation) -> String {
        let mut headers = String::with_capacity(400);
        let _ = write!(
            headers,
            "lambda-runtime-aws-request-id: {}\r\nlambda-runtime-deadline-ms: {}\r\n\
             lambda-runtime-invoked-function-arn: {}\r\nlambda-runtime-trace-id: {}\r\n",
            invocation.request_id, self.deadline, invocation.invoked_arn, self.trace_id
        );
        if let Some(context) = &invocation.client_context
            && HeaderValue::from_str(context).is_ok()
        {
            let _ = write!(headers, "lambda-runtime-client-context: {context}\r\n");
        }
        headers
    }

    /// The event that extensions get.
    pub(super) fn event(&self, invocation: &Invocation) -> Bytes {
        let event = json!({
            "eventType": "INVOKE",
            "deadlineMs": u64::try_from(self.deadline).unwrap_or(u64::MAX),
            "requestId": &*invocation.request_id,
            "invokedFunctionArn": invocation.invoked_arn,
            "tracing": { "type": "X-Amzn-Trace-Id", "value": self.trace_id },
        });
        event.to_string().into()
    }
}

/// What a function streams.
#[derive(Debug)]
pub(crate) enum Piece {
    Begin { content_type: String },
    Data(Bytes),
}
