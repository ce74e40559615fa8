//! An event that is delivered asynchronously.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;

use crate::lambda::model::FunctionRef;

/// An event on its way to a function.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) reference: Arc<FunctionRef>,
    pub(crate) payload: Bytes,
    /// All attempts have the same.
    pub(crate) request_id: Arc<str>,
    pub(super) accepted: Instant,
    /// How many events led to this one by destinations.
    pub(super) hops: u8,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Success,
    RetriesExhausted,
    EventAgeExceeded,
}
