//! The act loop: reads, asks `decide`, writes at most once, and starts anew when it has died. The
//! same steps as `bluegreen` takes, which has them over HTTP.

use fastrand::Rng;
use rollout::{
    Action, Decision, Entry, Journal, Observed, Seconds, Timestamp, Write, begin, decide,
};

use crate::{
    cloud::{Cloud, EPOCH, Failed, GREEN, Seen, version},
    scenario::Scenario,
};

/// Tries of a call, as the SDK makes them.
const ATTEMPTS: u32 = 4;
/// A run that is not over by then never will be.
const PATIENCE: u64 = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Promoted,
    RolledBack,
    Held,
    Moved,
}

/// What one life of the deployer came to.
enum Life {
    Ended(End),
    Died,
}

struct Deployer<'a> {
    scenario: &'a Scenario,
    cloud: Cloud,
    /// What its clock shows beside the cloud's.
    clock_is_ahead: i64,
    rng: Rng,
    /// The write that got no answer.
    attempted: Option<Write>,
    /// When the last step was surely made.
    stepped: Option<Timestamp>,
}

/// Runs a rollout to its end, with as many deployers as it takes.
pub(crate) fn drive(scenario: &Scenario) -> (Cloud, End) {
    let mut deployer = Deployer {
        scenario,
        cloud: Cloud::new(scenario),
        clock_is_ahead: 0,
        rng: Rng::with_seed(scenario.seed ^ 0xd),
        attempted: None,
        stepped: None,
    };
    loop {
        if let Life::Ended(end) = deployer.live() {
            return (deployer.cloud, end);
        }
        let now = deployer.cloud.now;
        assert!(
            now < PATIENCE,
            "seed {}: no end after {now} s",
            scenario.seed
        );
        let rest = deployer.rng.u64(1..30);
        deployer.cloud.advance(rest);
        let jump = i64::try_from(scenario.clock_jump).unwrap();
        deployer.clock_is_ahead = deployer.rng.i64(-jump..=jump);
    }
}

impl Deployer<'_> {
    fn now(&self) -> Timestamp {
        let cloud = EPOCH + self.cloud.now;
        Timestamp::from_unix(cloud.saturating_add_signed(self.clock_is_ahead))
    }

    /// Starts the rollout, or takes it up, and stays with it.
    fn live(&mut self) -> Life {
        (self.attempted, self.stepped) = (None, None);
        let Ok(seen) = self.retried(Cloud::get_alias) else {
            return Life::Died;
        };
        let journal = Journal::read(&seen.description);
        let run = match &journal.entry {
            Some(Entry::Rollout(rollout)) => rollout.run.clone(),
            Some(Entry::Serving { .. }) => return Life::Ended(End::Promoted),
            Some(Entry::RolledBack { .. }) => return Life::Ended(End::RolledBack),
            _ if !self.cloud.writes.is_empty() => return Life::Ended(End::Moved),
            _ => match self.begin(&seen, &journal) {
                Ok(run) => run,
                Err(_) => return Life::Died,
            },
        };
        loop {
            match self.tick(&run) {
                Ok(Some(end)) => return Life::Ended(end),
                Ok(None) => self.cloud.advance(5),
                Err(Failed::Crashed) => return Life::Died,
                Err(_) => self.cloud.advance(1),
            }
            if self.cloud.now > PATIENCE {
                return Life::Died;
            }
        }
    }

    fn begin(&mut self, seen: &Seen, journal: &Journal) -> Result<String, Failed> {
        let run = format!("{:04x}", self.rng.u16(..));
        let plan = self.scenario.plan.clone();
        let now = self.now();
        let write = begin(
            seen.routing,
            journal,
            version(GREEN),
            plan,
            run.clone(),
            now,
            None,
        );
        self.write(seen, journal, write.unwrap())?;
        Ok(run)
    }

    fn tick(&mut self, run: &str) -> Result<Option<End>, Failed> {
        let seen = self.retried(Cloud::get_alias)?;
        let samples = not_dead(self.retried(Cloud::metrics))?;
        let ringing = not_dead(self.retried(Cloud::ringing))?;
        let interrupted = self
            .scenario
            .interrupt_at
            .is_some_and(|at| at <= self.cloud.now);
        let settled = self.scenario.plan.metrics.delay.0 + 3;
        let journal = Journal::read(&seen.description);
        let tick = decide(&Observed {
            now: self.now(),
            routing: seen.routing,
            journal: &journal,
            run,
            attempted: self.attempted.as_ref(),
            stepped: self.stepped,
            samples: samples.as_deref().map_err(|_| "throttled"),
            settled: Seconds(settled),
            ringing: ringing.as_deref().map_err(|_| "throttled"),
            stop: interrupted.then_some("interrupted"),
            hold: None,
        });
        let action = match tick.decision {
            Decision::Wait(_) => {
                if let Some(Action::Shift) = self.attempted.take().map(|write| write.action) {
                    self.stepped = Some(self.now());
                }
                return Ok(None);
            }
            Decision::Hold(_) => return Ok(Some(End::Held)),
            Decision::Moved(_) => return Ok(Some(End::Moved)),
            Decision::Landed(action) => action,
            Decision::Write(write) => {
                let action = write.action;
                self.write(&seen, &journal, write)?;
                action
            }
        };
        Ok(match action {
            Action::Shift | Action::Restamp => None,
            Action::Promote => Some(End::Promoted),
            Action::RollBack => Some(End::RolledBack),
        })
    }

    /// A write that fails may have been done: the next tick looks.
    fn write(&mut self, seen: &Seen, journal: &Journal, write: Write) -> Result<(), Failed> {
        let description = journal.with(write.entry.clone()).description();
        let written = self
            .retried(|cloud| cloud.update_alias(Some(seen.revision), write.routing, &description));
        if written.is_ok() && write.action == Action::Shift {
            self.stepped = Some(self.now());
        }
        self.attempted = written.is_err().then_some(write);
        written
    }

    /// As the SDK retries: what got no answer, and what was throttled.
    fn retried<T>(&mut self, call: impl Fn(&mut Cloud) -> Result<T, Failed>) -> Result<T, Failed> {
        let mut attempt = 1;
        loop {
            match call(&mut self.cloud) {
                Err(Failed::Lost | Failed::Throttled) if attempt < ATTEMPTS => attempt += 1,
                answered => return answered,
            }
        }
    }
}

fn not_dead<T>(answered: Result<T, Failed>) -> Result<Result<T, Failed>, Failed> {
    match answered {
        Err(Failed::Crashed) => Err(Failed::Crashed),
        other => Ok(other),
    }
}
