//! Runs a version's `bootstrap`: execution environments, the Runtime API that they talk to, and
//! the pool that hands them invocations.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
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

/// What a function streams.
#[derive(Debug)]
pub(crate) enum Piece {
    Begin { content_type: String },
    Data(Bytes),
}
