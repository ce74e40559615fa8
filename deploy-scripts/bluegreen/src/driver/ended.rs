//! What follows when a rollout has ended.

use anyhow::{Error, Result, anyhow};
use rollout::controller::{Action, End, Failed, Write};

use super::{Driver, Event, carry_out::action, hooks::Hook};
use crate::{alias::Moved, exit::Exit};

impl Driver<'_> {
    pub(super) async fn end(mut self, end: End) -> Result<Exit> {
        match end {
            End::Promoted(write) => self.after(Hook::AfterPromote, &write, Exit::Done).await,
            End::RolledBack(write) => {
                let hook = Hook::AfterRollback;
                self.after(hook, &write, Exit::RolledBack).await
            }
            End::NotBegun(reason) => {
                self.give_back().await;
                self.reporter
                    .notice(format!("{reason}: green gets no traffic"));
                Ok(Exit::RolledBack)
            }
            End::Held(waiting) => {
                self.reporter.say(&Event::held(&waiting));
                Ok(Exit::Held)
            }
            End::Left(signal) => {
                self.reporter.say(&Event::Left { signal });
                Ok(Exit::Held)
            }
            End::Paused => Ok(Exit::Done),
            End::Moved(foreign) => {
                self.give_back().await;
                let (from, to) = (foreign.expected, foreign.found);
                Err(self.told(Moved { from, to }.into()))
            }
            End::Failed(failed) => {
                self.give_back().await;
                Err(self.failure(failed))
            }
        }
    }

    /// The outcome is what it is: what follows does not change the exit code, and a signal ends it.
    ///
    /// # Errors
    /// If it is not the outcome after all: AWS gave up to move the alias.
    async fn after(&mut self, hook: Hook, write: &Write, exit: Exit) -> Result<Exit> {
        self.interrupts.outcome_is(exit);
        let (reporter, handle) = (self.reporter, self.handle);
        let rest = async {
            let notice = |text| reporter.notice(text);
            let settled = self.provisioning.settle(write.entry.left(), notice).await;
            settled.map_err(|not_moved| match exit {
                Exit::RolledBack => not_moved.rollback(handle),
                _ => not_moved.promotion(),
            })?;
            self.hooks.at_the_end(hook, write, reporter).await;
            Ok(exit)
        };
        let interrupts = &mut *self.interrupts;
        let late = self.late;
        let interrupted = async {
            match late {
                Some(signal) => signal,
                None => interrupts.next().await,
            }
        };
        tokio::select! {
            biased;
            signal = interrupted => {
                reporter.notice(format!(
                    "interrupted by {signal}: the alias is where it was told, what was to follow is \
                     not done"
                ));
                Ok(exit)
            }
            ended = rest => ended,
        }
    }

    /// What was allocated for a green that got no traffic.
    async fn give_back(&self) {
        let rollout = self.controller.rollout();
        if rollout.started.is_empty() {
            let notice = |text| self.reporter.notice(text);
            self.provisioning.give_back(rollout.green, notice).await;
        }
    }

    fn failure(mut self, failed: Failed) -> Error {
        let Failed { write, why, blue } = failed;
        let what = write
            .as_ref()
            .map_or("read the alias", |write| action(write.action));
        let error = match self.refusal.take() {
            Some(refusal) => anyhow!(refusal).context(format!("failed to {what}")),
            None => anyhow!(why),
        };
        match write.map(|write| write.action) {
            Some(Action::RollBack) => self.told(error.context(self.handle.shout(blue))),
            _ => self.told(error),
        }
    }

    fn told(&self, error: Error) -> Error {
        let rollout = self.controller.rollout();
        match rollout.started.is_empty() {
            true => error.context(format!(
                "failed to begin the rollout of version {}",
                rollout.green
            )),
            false if error.is::<Moved>() => error,
            false => error.context(
                "failed to go on with the rollout: the alias is as `bluegreen status` shows it, and \
                 `bluegreen resume` goes on from there",
            ),
        }
    }
}
