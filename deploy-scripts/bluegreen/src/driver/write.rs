//! The one write of a tick, and what comes of it.

use std::time::Duration;

use anyhow::{Result, anyhow};
use rollout::{Action, Journal, Routing, Write};

use super::{Driver, Event, Hook, RETRY, Ticked};
use crate::{
    aws::{Alias, AwsError},
    commands::shout,
    deployment::{Deployment, now},
    exit::Exit,
    provisioned::settle,
};

/// Failed tries of a write after which a rollback is left to the user's hands.
const MAX_FAILURES: u32 = 20;

impl Driver<'_> {
    pub(super) async fn write(
        &mut self,
        seen: &Alias,
        journal: &Journal,
        write: Write,
    ) -> Result<Ticked> {
        let description = journal.with(write.entry.clone()).description();
        let Deployment { alias, lambda, .. } = self.deployment;
        if let (Action::Promote, Routing::All(green)) = (write.action, write.routing)
            && let Err(error) = self.provisioning.make_way(self.deployment, green).await
        {
            return self.not_written(write, error);
        }
        let call = lambda.update_alias(alias, &seen.revision_id, write.routing, &description);
        match call.await {
            Ok(_) => {
                self.attempted = None;
                self.done(&write).await
            }
            Err(error) => self.not_written(write, error),
        }
    }

    /// A write that failed may have been done all the same, or have met somebody else's: the next
    /// tick looks.
    fn not_written(&mut self, write: Write, error: AwsError) -> Result<Ticked> {
        let conflict = error.has_code("PreconditionFailedException");
        let again = conflict || error.is_transient();
        let action = write.action;
        let blue = write.entry.serving();
        self.attempted = Some(write);
        if conflict {
            return Ok(Ticked::Again(Duration::ZERO));
        }
        let error = anyhow!(error).context(format!("failed to {}", verb(action)));
        let error = match action {
            Action::RollBack => error.context(shout(self.deployment, blue)),
            Action::Shift | Action::Restamp | Action::Promote => error,
        };
        if again {
            self.try_again(error)
        } else {
            Err(error)
        }
    }

    /// Reports a failure that may pass, and waits a moment; gives up where it does not pass.
    pub(super) fn try_again(&mut self, error: anyhow::Error) -> Result<Ticked> {
        self.failures += 1;
        let calls = error
            .chain()
            .filter_map(|cause| cause.downcast_ref::<AwsError>());
        let lasting = calls
            .into_iter()
            .any(|call| !call.is_transient() && !call.has_code("PreconditionFailedException"));
        if lasting || self.failures > MAX_FAILURES {
            return Err(error);
        }
        self.reporter.say(&Event::problem(&error));
        Ok(Ticked::Again(RETRY))
    }

    /// After a write: says so, and runs what is to be run then.
    pub(super) async fn done(&mut self, write: &Write) -> Result<Ticked> {
        self.failures = 0;
        if write.action != Action::Restamp {
            self.reporter.say(&Event::written(write));
        }
        Ok(match write.action {
            Action::Restamp => Ticked::Shifted,
            Action::Shift => {
                self.stepped = Some(now());
                Ticked::Shifted
            }
            Action::Promote => Ticked::Ended(self.promoted(write).await),
            Action::RollBack => {
                self.settle(write).await;
                self.hooks
                    .at_the_end(Hook::AfterRollback, write, self.reporter)
                    .await;
                Ticked::Ended(Exit::RolledBack)
            }
        })
    }

    /// After the end: what is provisioned for nothing is given back.
    pub(super) async fn settle(&self, write: &Write) {
        if self.provisioning.is_empty() {
            return;
        }
        let (serving, left) = (write.entry.serving(), write.entry.left());
        settle(self.deployment, serving, left, |text| {
            self.reporter.notice(text);
        })
        .await;
    }
}

const fn verb(action: Action) -> &'static str {
    match action {
        Action::Shift | Action::Restamp => "shift the alias",
        Action::Promote => "promote green",
        Action::RollBack => "roll back",
    }
}
