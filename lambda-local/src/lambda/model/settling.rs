//! Changes that take a moment: a function is Pending after it was created and its update is
//! InProgress after a change, as on AWS, where no call may rely on it before it has settled.

use std::time::{Duration, Instant};

use crate::{
    clock::Moment,
    protocol::{ApiResult, Exception},
};

/// What a change goes through: when it was made, and how long it takes to settle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transition {
    pub(super) now: Moment,
    pub(super) takes: Duration,
}

/// A change under way, or done: derived from the time at which it is looked at, so that nothing
/// has to run in the background.
#[derive(Debug, Clone)]
pub(crate) struct Settling {
    kind: Kind,
    /// `None` is settled.
    until: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Creating,
    Updating,
}

/// What a look at the change finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Created and not ready: `State` is Pending.
    Pending,
    /// Changed and not ready: `LastUpdateStatus` is InProgress.
    InProgress,
    /// Ready.
    Settled,
}

impl Transition {
    /// When it will have settled.
    pub(super) fn settles(self) -> Instant {
        self.now.instant() + self.takes
    }

    pub(super) fn creating(self) -> Settling {
        Settling {
            kind: Kind::Creating,
            until: Some(self.settles()),
        }
    }

    pub(super) fn updating(self) -> Settling {
        Settling {
            kind: Kind::Updating,
            until: Some(self.settles()),
        }
    }
}

impl Default for Settling {
    /// Settled.
    fn default() -> Self {
        Self {
            kind: Kind::Updating,
            until: None,
        }
    }
}

impl Settling {
    pub(super) fn phase(&self, now: Moment) -> Phase {
        match self.kind {
            _ if self.until.is_none_or(|until| now.instant() >= until) => Phase::Settled,
            Kind::Creating => Phase::Pending,
            Kind::Updating => Phase::InProgress,
        }
    }

    /// What a version is in that is published meanwhile.
    pub(super) fn of_new_version(&self) -> Self {
        Self {
            kind: Kind::Creating,
            until: self.until,
        }
    }

    /// Refuses what AWS refuses while a change has not settled.
    pub(super) fn check(&self, arn: &str, now: Moment) -> ApiResult<()> {
        match self.phase(now) {
            Phase::Settled => Ok(()),
            Phase::Pending => Err(pending()),
            Phase::InProgress => Err(Exception::conflict(format!(
                "The operation cannot be performed at this time. An update is in progress for \
                 resource: {arn}"
            ))),
        }
    }
}

pub(super) fn pending() -> Exception {
    Exception::conflict(
        "The operation cannot be performed at this time. The function is currently in the \
         following state: Pending",
    )
}
