//! An invocation as a runtime is given it, and the stream that it may answer with.

use std::{
    fmt::Write,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::HeaderValue;
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

impl Invocation {
    /// The headers that carry it to the process.
    pub(super) fn headers(&self) -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let deadline = now + self.timeout;
        let mut headers = String::with_capacity(400);
        let (high, low) = (fastrand::u64(..), fastrand::u64(..));
        let seconds = now.as_secs();
        // The trace id is of X-Ray's form, and not sampled.
        let _ = write!(
            headers,
            "lambda-runtime-aws-request-id: {}\r\nlambda-runtime-deadline-ms: {}\r\n\
             lambda-runtime-invoked-function-arn: {}\r\nlambda-runtime-trace-id: \
             Root=1-{seconds:08x}-{high:016x}{:08x};Parent={low:016x};Sampled=0\r\n",
            self.request_id,
            deadline.as_millis(),
            self.invoked_arn,
            low as u32
        );
        if let Some(context) = &self.client_context
            && HeaderValue::from_str(context).is_ok()
        {
            let _ = write!(headers, "lambda-runtime-client-context: {context}\r\n");
        }
        headers
    }
}

/// What a function streams.
#[derive(Debug)]
pub(crate) enum Piece {
    Begin { content_type: String },
    Data(Bytes),
}
