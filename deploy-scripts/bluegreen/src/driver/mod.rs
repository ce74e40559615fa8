//! Drives a rollout: observes, asks `rollout::decide`, and does the one thing that it says, until
//! the alias is at its end. All that has to be known is in the alias, so that any other deployer
//! can go on where this one stops.

mod event;
mod hooks;
mod interrupt;
mod live;
mod observe;
mod reporter;
mod write;

use std::time::Duration;

use anyhow::Result;
use rollout::{Action, Decision, Journal, Rollout, Routing, Seconds, Timestamp, Waiting, Write};

pub(crate) use event::{Event, Looked};
pub(crate) use hooks::{Hook, Hooks};
pub(crate) use interrupt::Interrupts;
pub(crate) use reporter::Reporter;

use crate::{
    cli::{OnInterrupt, WatchArgs},
    deployment::{Deployment, Moved, now},
    exit::Exit,
    provisioned::Provisioning,
};

/// The longest time between two looks.
const LONGEST_REST: u64 = 15;
/// A call that failed is tried again after this long, beside the SDK's own retries.
const RETRY: Duration = Duration::from_secs(1);

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
    /// Where the alias was when it was last seen where this rollout had left it.
    ours: Option<Routing>,
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
            ours: None,
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
            self.ours = Some(seen.routing);
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
                let from = self.ours.or(foreign.expected).unwrap_or(seen.routing);
                let to = foreign.found;
                Err(Moved { from, to }.into())
            }
            Decision::Landed(_) => match self.attempted.take() {
                Some(write) => self.done(&write).await,
                None => Ok(Ticked::Again(RETRY)),
            },
            Decision::Write(write) => self.write(&seen, &journal, write).await,
        }
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
