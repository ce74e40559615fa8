//! The provisioned concurrency of a version or an alias.

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{revision::new_revision, settling::Transition};
use crate::clock::{Moment, written};

/// Provisioned concurrency: allocated when its environments are started, and not before the time
/// that such a change takes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Provisioned {
    pub(crate) requested: u32,
    /// `None`: it was kept, and takes no time any more.
    #[serde(skip)]
    not_before: Option<Instant>,
    /// What is allocated still where it moves away from.
    #[serde(skip)]
    held: u32,
    /// The revision id of its version from when it is allocated.
    #[serde(default = "new_revision")]
    revision: String,
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
            held: 0,
            revision: new_revision(),
            allocation: Arc::default(),
            modified: written(transition.now.date()).replace('Z', "+0000"),
        }
    }

    /// The same for another version, to which it moves.
    pub(super) fn moved(&self, transition: Transition) -> Self {
        Self {
            held: self.allocated_count(transition.now),
            ..Self::new(self.requested, transition)
        }
    }

    /// The executions that are there.
    pub(super) fn allocated_count(&self, now: Moment) -> u32 {
        self.count(self.allocated(now))
    }

    fn count(&self, allocated: Option<bool>) -> u32 {
        match allocated {
            None => self.held,
            Some(true) => self.requested,
            Some(false) => 0,
        }
    }

    /// The revision id that a version has from it.
    pub(super) fn revision(&self, now: Moment) -> Option<&str> {
        (self.allocated(now) == Some(true)).then_some(&*self.revision)
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
        let there = self.count(allocated);
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
