//! One rollout that is being driven: the state between two calls to AWS. What was answered goes
//! in, the next call comes out; whoever drives it only carries out. All that has to be known is
//! in the alias, so that any other deployer can go on where this one stops.

mod act;
mod alias;
mod answered;
mod begin;
mod call;
mod decide;
mod look;
mod resume;
mod write;

use std::collections::VecDeque;

pub use alias::Alias;
pub use begin::BeginError;
pub use call::{Answer, Call, End, Failed, Failure, Foreign, Report};
pub use decide::Waiting;
pub use look::Look;
pub use resume::{NothingToResume, Resumable, ResumeError};
pub use write::{Action, Write};

use crate::{Rollout, Routing, Seconds, Timestamp, journal::Journal, samples::Samples};

/// A call that failed is tried again after so many seconds, beside the caller's own retries.
const RETRY: u64 = 1;

/// What is not in the journal: how this deployer goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// How long an invocation of green may take.
    pub timeout: Seconds,
    /// How often to look, where not by the period of the metrics.
    pub interval: Option<Seconds>,
    /// Whether there is a command to run at each step.
    pub after_step: bool,
    /// Whether the alias itself has provisioned concurrency: see [`Call::MakeWay`].
    pub alias_is_provisioned: bool,
}

#[derive(Debug)]
pub struct Controller {
    settings: Settings,
    once: bool,
    /// How long to wait for a verdict, where that is not what was planned.
    horizon: Option<Seconds>,
    /// As it was seen last, or, before the first write, as it is to begin.
    rollout: Rollout,
    phase: Phase,
    /// The alias that a write would meet, as far as is known.
    alias: Option<(Alias, Journal)>,
    /// Where it was seen last in this rollout's hands.
    ours: Option<Routing>,
    /// Revision ids that the alias had before: an answer that shows one is old.
    replaced: Vec<String>,
    /// Writes that got no answer that says whether they were done. All met the same revision id,
    /// so that at most one of them can be.
    attempted: Vec<Write>,
    /// From when on the step of this number was surely there.
    known: Option<(usize, Timestamp)>,
    ringing: Result<Vec<String>, String>,
    samples: Result<Samples, String>,
    hook: Hook,
    /// A rollback that was asked for, and why.
    stop: Option<String>,
    /// Nobody but the metrics asked for it.
    stop_is_evidence: bool,
    leave: Option<String>,
    /// Calls in a row that failed.
    failures: u32,
    reports: VecDeque<Report>,
}

/// What is under way, or next.
#[derive(Debug, Clone, PartialEq)]
enum Phase {
    ReadAlias,
    ReadAlarms,
    ReadMetrics,
    /// All is known that can be: decide.
    Decide,
    MakeWay(Box<Write>),
    Write(Box<Write>),
    /// The alias is known from the last answer: confirm the step, or look.
    Look,
    Rest {
        until: Timestamp,
        then: Box<Phase>,
    },
    Ended(End),
}

/// The command of the step that it was started for last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Hook {
    step: usize,
    is_running: bool,
    is_to_start: bool,
    /// Steps up to this one were not made here: in a `tick`, their command is run when nothing
    /// else is missing.
    found: usize,
}

impl Controller {
    fn new(rollout: Rollout, phase: Phase, settings: Settings) -> Self {
        Self {
            settings,
            once: false,
            horizon: None,
            rollout,
            phase,
            alias: None,
            ours: None,
            replaced: Vec::new(),
            attempted: Vec::new(),
            known: None,
            ringing: Ok(Vec::new()),
            samples: Ok(Samples::default()),
            hook: Hook::default(),
            stop: None,
            stop_is_evidence: false,
            leave: None,
            failures: 0,
            reports: VecDeque::new(),
        }
    }

    /// For a scheduler: ends when it has looked once, and nothing that it began is still open.
    #[must_use]
    pub fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// As it was seen last, or, before the first write, as it is to begin.
    #[must_use]
    pub const fn rollout(&self) -> &Rollout {
        &self.rollout
    }

    /// Whether it is known what the rollout came to: no call follows.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended(_))
    }

    /// Whether the alias is in this rollout's hands: not before its first write is seen.
    const fn has_begun(&self) -> bool {
        !self.rollout.started.is_empty()
    }

    /// Asks for a rollback. It waits for nothing but a write that is under way: the answer of any
    /// other call is of no interest any more.
    pub fn stop(&mut self, reason: impl Into<String>) {
        self.stop.get_or_insert_with(|| reason.into());
        self.stop_is_evidence = false;
        match &self.phase {
            Phase::Write(_) | Phase::Ended(_) => {}
            // A rollback that failed waits its moment.
            Phase::Rest { then, .. } if **then == Phase::Decide => {}
            _ => self.phase = Phase::Decide,
        }
    }

    /// Leaves the alias as it is, for another deployer, as soon as no write is under way.
    pub fn leave(&mut self, reason: impl Into<String>) {
        self.leave.get_or_insert_with(|| reason.into());
    }

    /// The command of a step has ended, or could not be started.
    pub fn hook_ended(&mut self, ended: Result<(), String>) {
        if !std::mem::take(&mut self.hook.is_running) {
            return;
        }
        match ended {
            Err(reason) => self.stop(reason),
            Ok(()) => {
                if let Phase::Rest { then, .. } = &self.phase {
                    self.phase = (**then).clone();
                }
            }
        }
    }

    /// What to do now. A call that takes an answer is given again until it has one.
    #[must_use]
    pub fn next(&mut self, now: Timestamp) -> Call {
        loop {
            if let Some(report) = self.reports.pop_front() {
                return Call::Say(report);
            }
            if let Some(call) = self.call(now) {
                return call;
            }
        }
    }

    /// The call of this phase; none where it has gone over to another.
    fn call(&mut self, now: Timestamp) -> Option<Call> {
        self.heed_leave();
        if std::mem::take(&mut self.hook.is_to_start) {
            return Some(Call::StartHook(Box::new(self.rollout.clone())));
        }
        match self.phase.clone() {
            Phase::ReadAlias => Some(Call::ReadAlias),
            Phase::ReadAlarms => self.read_alarms(),
            Phase::ReadMetrics => Some(Call::ReadMetrics(Box::new(self.rollout.clone()))),
            Phase::MakeWay(_) => Some(Call::MakeWay(self.rollout.green)),
            Phase::Write(write) => Some(Call::Write(write)),
            Phase::Ended(end) => Some(Call::End(end)),
            Phase::Rest { until, .. } if now < until => Some(Call::Wait(Seconds(until.since(now)))),
            Phase::Rest { then, .. } => self.go_on(*then),
            Phase::Look => self.look(),
            Phase::Decide => self.decide(now),
        }
    }

    fn go_on(&mut self, phase: Phase) -> Option<Call> {
        self.phase = phase;
        None
    }

    fn read_alarms(&mut self) -> Option<Call> {
        match self.rollout.plan.alarms.as_slice() {
            [] => self.go_on(Phase::ReadMetrics),
            names => Some(Call::ReadAlarms(names.to_vec())),
        }
    }

    fn heed_leave(&mut self) {
        let may_end = !matches!(self.phase, Phase::Write(_) | Phase::Ended(_));
        if may_end && let Some(reason) = self.leave.take() {
            self.phase = Phase::Ended(match self.has_begun() || !self.attempted.is_empty() {
                true => End::Left(reason),
                false => End::NotBegun(reason),
            });
        }
    }
}
