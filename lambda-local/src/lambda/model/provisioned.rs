//! The provisioned concurrency of a version or an alias.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::settling::Transition;
use crate::clock::{Moment, written};

/// Provisioned concurrency: allocated when its environments are started, and not before the time
/// that such a change takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Provisioned {
    pub(crate) requested: u32,
    /// `None`: it was kept, and takes no time any more.
    #[serde(skip)]
    not_before: Option<Instant>,
    #[serde(skip)]
    pub(crate) allocation: Arc<Allocation>,
    modified: String,
}

/// Whether the environments could be started: told by whoever starts them.
#[derive(Debug, Default)]
pub(crate) struct Allocation(OnceLock<bool>);

impl Allocation {
    pub(crate) fn decide(&self, started: bool) {
        let _ = self.0.set(started);
    }

    pub(crate) fn decided(&self) -> Option<bool> {
        self.0.get().copied()
    }
}

impl Provisioned {
    pub(super) fn new(requested: u32, transition: Transition) -> Self {
        Self {
            requested,
            not_before: Some(transition.settles()),
            allocation: Arc::default(),
            modified: written(transition.now.date()).replace('Z', "+0000"),
        }
    }

    /// Whether that is done, one way or the other, and how.
    pub(super) fn allocated(&self, now: Moment) -> Option<bool> {
        let early = self.not_before.is_some_and(|then| now.instant() < then);
        self.allocation.decided().filter(|_| !early)
    }

    pub(crate) fn describe(&self, now: Moment) -> Value {
        self.shown(self.allocated(now))
    }

    pub(super) fn shown(&self, allocated: Option<bool>) -> Value {
        let there = if allocated == Some(true) {
            self.requested
        } else {
            0
        };
        let mut shown = json!({
            "RequestedProvisionedConcurrentExecutions": self.requested,
            "AvailableProvisionedConcurrentExecutions": there,
            "AllocatedProvisionedConcurrentExecutions": there,
            "Status": match allocated {
                None => "IN_PROGRESS",
                Some(true) => "READY",
                Some(false) => "FAILED",
            },
            "LastModified": self.modified,
        });
        if allocated == Some(false) {
            shown["StatusReason"] = json!("FUNCTION_ERROR_INIT_FAILURE");
        }
        shown
    }
}
