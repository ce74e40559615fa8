//! What follows when a rollout has ended.

use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use bluegreen_rollout::{
    Rollout,
    controller::{Action, End, Failed, Write},
};

use super::{Driver, Event, Reporter, carry_out::action, hooks::Hook};
use crate::{
    alias::{AliasHandle, Moved},
    clock::now,
    exit::Exit,
    faults::{PATTERN, most_frequent},
};

/// How long to look for errors in the logs: who waits for a rollback's end wants to go on.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why green failed, where its logs say so. That they cannot be read is no failure.
async fn tell_faults(handle: &AliasHandle, reporter: &Reporter, rollout: &Rollout) {
    let (green, since) = (rollout.green, rollout.start());
    let lines = handle.logs.lines(green, (since, now()), Some(PATTERN));
    let faults = match tokio::time::timeout(PATIENCE, lines).await {
        Ok(Ok(lines)) => most_frequent(&lines),
        Ok(Err(error)) => return reporter.notice(format!("why is in the logs: {error}")),
        Err(_) => return reporter.notice("why is in the logs, which did not come in time"),
    };
    let version = green.number();
    match faults.is_empty() {
        true => reporter.notice(format!("no error of version {version} is in the logs")),
        false => reporter.say(&Event::Faults { version, faults }),
    }
}

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
        let rollout = self.controller.rollout().clone();
        let rest = async {
            let notice = |text| reporter.notice(text);
            let settled = self.provisioning.settle(write.entry.left(), notice).await;
            settled.map_err(|not_moved| match exit {
                Exit::RolledBack => not_moved.rollback(handle),
                _ => not_moved.promotion(),
            })?;
            if exit == Exit::RolledBack && !rollout.started.is_empty() {
                tell_faults(handle, reporter, &rollout).await;
            }
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
