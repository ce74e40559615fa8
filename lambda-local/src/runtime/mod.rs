//! Runs a version's `bootstrap`: execution environments, the Runtime API that they talk to, and
//! the pool that hands them invocations.

mod bootstrap;
mod environment;
mod log_pump;
mod outcome;
mod pool;
mod report;
mod runtime_api;
mod variables;

pub(crate) use bootstrap::{EXEC_BOOTSTRAP, exec_bootstrap};
pub(crate) use outcome::{Done, Outcome};
pub(crate) use pool::{Limits, Pool};

use std::time::Duration;

use bytes::Bytes;

/// One invocation as a runtime sees it.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    pub(crate) payload: Bytes,
    /// The ARN that was invoked: the alias's, where it was one.
    pub(crate) invoked_arn: String,
    pub(crate) client_context: Option<String>,
    pub(crate) timeout: Duration,
}
