//! Drives a rollout: carries out what `bluegreen_rollout::controller::Controller` says, and tells it
//! what came of that. Whatever is decided is decided there.

mod carry_out;
mod ended;
mod event;
mod hooks;
mod interrupt;
mod live;
mod quiet;
mod reporter;
mod result;

use std::{future::Future, time::Duration};

use anyhow::Result;
use bluegreen_rollout::{
    Rollout, Seconds,
    controller::{Answer, Call, Controller, Failure, Report, Settings, Write},
};

pub(crate) use event::Event;
pub(crate) use hooks::Hooks;
pub(crate) use interrupt::Interrupts;
pub(crate) use reporter::Reporter;

use crate::{
    alias::{AliasHandle, Provisioning},
    aws::AwsError,
    cli::{OnInterrupt, WatchArgs},
    clock::now,
    exit::Exit,
};
use carry_out::{carry_out, verb};

/// What the controller has to know beside the plan: how it is watched, and what was read of green
/// and the alias.
pub(crate) fn settings(
    watch: &WatchArgs,
    timeout: Seconds,
    provisioning: &Provisioning<'_>,
) -> Settings {
    Settings {
        timeout,
        interval: watch.interval,
        after_step: watch.hooks.after_step.is_some(),
        alias_is_provisioned: provisioning.of_alias().is_some(),
    }
}

/// One rollout that is being driven.
#[derive(Debug)]
pub(crate) struct Driver<'a> {
    handle: &'a AliasHandle,
    reporter: &'a Reporter,
    interrupts: &'a mut Interrupts,
    controller: Controller,
    on_interrupt: OnInterrupt,
    hooks: Hooks,
    /// What was provisioned before, or was allocated for green.
    provisioning: Provisioning<'a>,
    /// What AWS said of the call that failed last.
    refusal: Option<AwsError>,
    /// A signal that came when the outcome stood already: it ends what is to follow.
    late: Option<&'static str>,
}

impl<'a> Driver<'a> {
    pub(crate) fn new(
        handle: &'a AliasHandle,
        reporter: &'a Reporter,
        interrupts: &'a mut Interrupts,
        controller: Controller,
        watch: &WatchArgs,
        provisioning: Provisioning<'a>,
    ) -> Self {
        Self {
            handle,
            reporter,
            interrupts,
            controller,
            on_interrupt: watch.on_interrupt,
            hooks: Hooks::new(handle, &watch.hooks),
            provisioning,
            refusal: None,
            late: None,
        }
    }

    /// Carries out one call after the other until the rollout has ended.
    pub(crate) async fn drive(mut self) -> Result<Exit> {
        loop {
            if let Some(signal) = self.interrupts.pending() {
                self.heed(signal);
            }
            let call = self.controller.next(now());
            let Seconds(deadline) = call.deadline();
            let deadline = Duration::from_secs(deadline);
            match call {
                Call::Say(report) => self.say(report),
                Call::StartHook(rollout) => self.start_hook(&rollout),
                Call::Wait(Seconds(rest)) => {
                    let rest = tokio::time::sleep(Duration::from_secs(rest));
                    let _ = self.unless_something_happens(rest).await;
                }
                Call::Write(write) => self.write(&write, deadline).await,
                Call::End(end) => return self.end(end).await,
                call => self.read(call, deadline).await,
            }
        }
    }

    fn say(&self, report: Report) {
        self.reporter.say(&match report {
            Report::Looked(looked) => Event::looked(&looked),
            Report::Written(write) => Event::written(&write),
            Report::Problem(text) => Event::Problem { text },
        });
    }

    fn start_hook(&mut self, rollout: &Rollout) {
        if let Err(error) = self.hooks.start_step(rollout, self.reporter) {
            self.controller.hook_ended(Err(format!("{error:#}")));
        }
    }

    /// What the user chose for Ctrl-C.
    fn heed(&mut self, signal: &'static str) {
        match self.on_interrupt {
            _ if self.controller.has_ended() => self.late = Some(signal),
            OnInterrupt::Leave => self.controller.leave(signal),
            OnInterrupt::Rollback => self.controller.stop(format!("interrupted by {signal}")),
        }
    }

    /// Waits for the work, which is dropped where a signal comes or a hook ends.
    async fn unless_something_happens<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            signal = self.interrupts.next() => {
                self.heed(signal);
                None
            }
            ended = self.hooks.step_ended() => {
                self.controller.hook_ended(ended.map_err(|error| format!("{error:#}")));
                None
            }
        }
    }

    async fn read(&mut self, call: Call, deadline: Duration) {
        let what = verb(&call);
        let work = tokio::time::timeout(deadline, carry_out(self.handle, call));
        let Some(done) = self.unless_something_happens(work).await else {
            return;
        };
        let answer = done.map_or_else(|_| silence(what, deadline), |done| self.answer(what, done));
        self.controller.answered(now(), answer);
    }

    /// Nothing interrupts it: what came of it has to be known.
    async fn write(&mut self, write: &Write, deadline: Duration) {
        let what = carry_out::action(write.action);
        let done = tokio::time::timeout(deadline, carry_out::write(self.handle, write)).await;
        let answer = done.map_or_else(|_| silence(what, deadline), |done| self.answer(what, done));
        self.controller.answered(now(), answer);
    }

    fn answer(&mut self, what: &str, done: Result<Answer, AwsError>) -> Answer {
        let error = match done {
            Ok(answer) => return answer,
            Err(error) => error,
        };
        let text = format!("failed to {what}: {error}");
        let failure = match () {
            () if error.is_conflict() => Failure::Conflict,
            () if error.is_transient() => Failure::Lost(text),
            () => Failure::Refused(text),
        };
        self.refusal = Some(error);
        Answer::Failed(failure)
    }
}

fn silence(what: &str, deadline: Duration) -> Answer {
    let seconds = deadline.as_secs();
    let text = format!("failed to {what}: no answer within {seconds}s");
    Answer::Failed(Failure::Lost(text))
}
