//! Drives a rollout: observes, asks `rollout::decide`, and does the one thing that it says, until
//! the alias is at its end. All that has to be known is in the alias, so that any other deployer
//! can go on where this one stops.

mod event;
mod hooks;
mod interrupt;
mod live;
mod observe;
mod reporter;

use std::time::Duration;

use anyhow::{Result, anyhow};
use rollout::{Action, Decision, Journal, Rollout, Routing, Seconds, Timestamp, Waiting, Write};

pub(crate) use event::{Event, Looked};
pub(crate) use hooks::{Hook, Hooks};
pub(crate) use interrupt::Interrupts;
pub(crate) use reporter::Reporter;

use crate::{
    aws::{Alias, AwsError},
    cli::{OnInterrupt, WatchArgs},
    commands::shout,
    deployment::{Deployment, Moved, now},
    exit::Exit,
    provisioned::{Provisioning, settle},
};

/// The longest time between two looks.
const LONGEST_REST: u64 = 15;
/// A call that failed is tried again after this long, beside the SDK's own retries.
const RETRY: Duration = Duration::from_secs(1);
/// Failed tries of a write after which a rollback is left to the user's hands.
const MAX_FAILURES: u32 = 20;

/// One rollout that is being driven.
#[derive(Debug)]
pub(crate) struct Driver<'a> {
    deployment: &'a Deployment,
    reporter: &'a Reporter,
    interrupts: &'a mut Interrupts,
    watch: WatchArgs,
    hooks: Hooks,
    run: String,
    /// How long to wait for a verdict, where that is not what was planned.
    horizon: Option<Seconds>,
    /// How old a period must be for all of its requests to be counted.
    settled: Seconds,
    /// The last write, if it got no answer that says whether it was done.
    attempted: Option<Write>,
    /// When the step that is on was surely made, if it was made here.
    stepped: Option<Timestamp>,
    failures: u32,
    /// A rollback that was asked for, and why.
    stop: Option<String>,
    /// What was provisioned when the rollout was taken up.
    provisioning: Provisioning,
}

/// What a tick came to.
enum Ticked {
    Ended(Exit),
    /// A step was made: look at it.
    Shifted,
    /// Look again after this long.
    Again(Duration),
}

impl<'a> Driver<'a> {
    /// Takes up a rollout that has begun. `timeout` is green's own.
    pub(crate) fn new(
        deployment: &'a Deployment,
        reporter: &'a Reporter,
        interrupts: &'a mut Interrupts,
        rollout: &Rollout,
        timeout: Seconds,
        watch: &WatchArgs,
    ) -> Self {
        Self {
            deployment,
            reporter,
            interrupts,
            hooks: Hooks::new(deployment, &watch.hooks),
            watch: watch.clone(),
            run: rollout.run.clone(),
            horizon: None,
            settled: Seconds(rollout.plan.metrics.delay.0 + timeout.0),
            attempted: None,
            stepped: None,
            failures: 0,
            stop: None,
            provisioning: Provisioning::default(),
        }
    }

    pub(crate) fn with_provisioning(self, provisioning: Provisioning) -> Self {
        Self {
            provisioning,
            ..self
        }
    }

    /// The first step was made just now.
    pub(crate) fn after_first_step(self) -> Self {
        Self {
            stepped: Some(now()),
            ..self
        }
    }

    pub(crate) fn with_horizon(self, horizon: Option<Seconds>) -> Self {
        Self { horizon, ..self }
    }

    /// Runs what is to be run after a promotion.
    pub(crate) async fn promoted(&mut self, write: &Write) -> Exit {
        self.settle(write).await;
        self.hooks
            .at_the_end(Hook::AfterPromote, write, self.reporter)
            .await;
        Exit::Done
    }

    /// Ticks until the rollout has ended.
    pub(crate) async fn drive(self) -> Result<Exit> {
        self.tick_to_the_end().await.map_err(|error| match error.is::<Moved>() {
            true => error,
            false => error.context(
                "failed to go on with the rollout: the alias is as `bluegreen status` shows it, and \
                 `bluegreen resume` goes on from there",
            ),
        })
    }

    async fn tick_to_the_end(mut self) -> Result<Exit> {
        loop {
            if let Some(exit) = self.heed_signals() {
                return Ok(exit);
            }
            match self.tick().await? {
                Ticked::Ended(exit) => return Ok(exit),
                Ticked::Shifted => {}
                Ticked::Again(after) => self.interrupts.rest(after).await,
            }
        }
    }

    /// One tick, for a scheduler. A write that got no answer is looked after, so that what is
    /// said is so; and where it made a step, that step's hook is run.
    pub(crate) async fn once(mut self, rollout: &Rollout) -> Result<Exit> {
        self.hooks.skip(rollout.step());
        loop {
            if let Some(exit) = self.heed_signals() {
                return Ok(exit);
            }
            match self.tick().await? {
                Ticked::Ended(exit) => return Ok(exit),
                Ticked::Shifted => {}
                Ticked::Again(_) if self.is_quiet() => return Ok(Exit::Done),
                Ticked::Again(after) => self.interrupts.rest(after).await,
            }
        }
    }

    /// Does what the user chose for Ctrl-C: ends here, or lets the next tick roll back.
    fn heed_signals(&mut self) -> Option<Exit> {
        let signal = self.interrupts.pending()?;
        match self.watch.on_interrupt {
            OnInterrupt::Leave => {
                self.reporter.say(&Event::Left { signal });
                Some(Exit::Held)
            }
            OnInterrupt::Rollback => {
                self.stop = Some(format!("interrupted by {signal}"));
                None
            }
        }
    }

    /// Nothing that this deployer began is still to end.
    fn is_quiet(&self) -> bool {
        self.failures == 0
            && self.attempted.is_none()
            && self.stop.is_none()
            && !self.hooks.is_running()
    }

    /// Observes, decides, and writes at most once.
    async fn tick(&mut self) -> Result<Ticked> {
        let seen = match self.deployment.read().await {
            Ok(seen) => seen,
            Err(error) => return self.try_again(error),
        };
        let journal = Journal::read(&seen.description);
        let observation = self.observe(&seen, &journal).await;
        let tick = observation.decide(self);
        if let Some(rollout) = observation.rollout() {
            self.start_hook(rollout, &tick.decision);
        }
        if !matches!(tick.decision, Decision::Moved(_) | Decision::Landed(_)) {
            self.reporter.say(&Event::looked(&observation, &tick));
        }
        match tick.decision {
            Decision::Wait(Waiting::Settling) => Ok(Ticked::Again(self.rest(&journal))),
            Decision::Wait(_) => {
                // The alias is where the journal says: whatever was attempted, this is what came of it.
                if self
                    .attempted
                    .take()
                    .is_some_and(|write| write.action == Action::Shift)
                {
                    self.stepped = Some(now());
                }
                self.failures = 0;
                Ok(Ticked::Again(self.rest(&journal)))
            }
            Decision::Hold(waiting) => {
                self.reporter.say(&Event::held(&waiting));
                Ok(Ticked::Ended(Exit::Held))
            }
            Decision::Moved(foreign) => {
                let from = foreign.expected.unwrap_or(seen.routing);
                Err(Moved {
                    from,
                    to: foreign.found,
                }
                .into())
            }
            Decision::Landed(_) => match self.attempted.take() {
                Some(write) => self.done(&write).await,
                None => Ok(Ticked::Again(RETRY)),
            },
            Decision::Write(write) => self.write(&seen, &journal, write).await,
        }
    }

    async fn write(&mut self, seen: &Alias, journal: &Journal, write: Write) -> Result<Ticked> {
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
    fn try_again(&mut self, error: anyhow::Error) -> Result<Ticked> {
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
    async fn done(&mut self, write: &Write) -> Result<Ticked> {
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
    async fn settle(&self, write: &Write) {
        if self.provisioning.is_empty() {
            return;
        }
        let (serving, left) = (write.entry.serving(), write.entry.left());
        settle(self.deployment, serving, left, |text| {
            self.reporter.notice(text);
        })
        .await;
    }

    /// Starts the hook of a step that was not there at the look before: also at a resume, since
    /// nobody knows whether the deployer that died came to it.
    fn start_hook(&mut self, rollout: &Rollout, decision: &Decision) {
        let stays = matches!(decision, Decision::Wait(_));
        if stays && let Err(error) = self.hooks.after_step(rollout, self.reporter) {
            self.stop = Some(format!("{error:#}"));
        }
    }

    fn rest(&self, journal: &Journal) -> Duration {
        let period = match &journal.entry {
            Some(rollout::Entry::Rollout(rollout)) => rollout.plan.metrics.period.0,
            _ => 1,
        };
        let rest = self
            .watch
            .interval
            .map_or(period.min(LONGEST_REST), |interval| interval.0);
        Duration::from_secs(rest.max(1))
    }
}

const fn verb(action: Action) -> &'static str {
    match action {
        Action::Shift | Action::Restamp => "shift the alias",
        Action::Promote => "promote green",
        Action::RollBack => "roll back",
    }
}
