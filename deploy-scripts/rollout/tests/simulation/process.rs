//! One life of the deployer: carries out what the controller calls for, as `bluegreen` does over
//! HTTP, with answers that are late or lost, signals, and commands that run beside it.

use bluegreen_rollout::{
    Timestamp,
    controller::{Answer, Call, Controller, End, Failure, Look, Report},
    samples::Samples,
};

use crate::{
    cloud::{Cloud, EPOCH, Writer},
    fate::Fate,
    log::{Kind, Log, Made, Outcome},
};

/// The command of a step, as long as it runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Command {
    step: usize,
    ends: u64,
    well: bool,
}

pub(crate) struct Process<'a> {
    pub(crate) cloud: &'a mut Cloud,
    pub(crate) log: &'a mut Log,
    pub(crate) life: usize,
    pub(crate) controller: Controller,
    /// What its clock shows beside the cloud's, in seconds.
    pub(crate) clock_is_ahead: i64,
    /// When a signal comes, and whether it means to leave.
    pub(crate) signal: Option<(u64, bool)>,
    command: Option<Command>,
    pub(crate) looked: Option<Look>,
    pub(crate) samples: Samples,
}

/// What ends a wait.
pub(crate) enum Event {
    /// It is over.
    Over,
    Signal(bool),
    Command(Command),
}

/// The deployer was killed.
pub(crate) struct Killed;

pub(crate) fn clock(cloud: &Cloud, ahead: i64) -> Timestamp {
    Timestamp::from_unix((EPOCH + cloud.now / 1000).saturating_add_signed(ahead))
}

impl<'a> Process<'a> {
    pub(crate) fn new(
        (cloud, log): (&'a mut Cloud, &'a mut Log),
        life: usize,
        controller: Controller,
        clock_is_ahead: i64,
    ) -> Self {
        Self {
            signal: cloud.scenario.signal.filter(|(at, _)| *at > cloud.now),
            cloud,
            log,
            life,
            controller,
            clock_is_ahead,
            command: None,
            looked: None,
            samples: Samples::default(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        clock(self.cloud, self.clock_is_ahead)
    }

    pub(crate) fn live(&mut self) -> Result<End, Killed> {
        loop {
            let call = self.controller.next(self.now());
            match &call {
                Call::End(end) => return Ok(end.clone()),
                Call::Say(Report::Looked(looked)) => self.looked = Some((**looked).clone()),
                Call::Say(_) => {}
                Call::StartHook(rollout) => self.start(rollout.step()),
                Call::Wait(seconds) => {
                    let event = self.wait_until(self.cloud.now + seconds.0 * 1000);
                    self.heed(&event);
                }
                Call::Write(write) => self.write(&call, write)?,
                read => self.read(read)?,
            }
        }
    }

    fn start(&mut self, step: usize) {
        let (well, seconds) = self.cloud.scenario.hook;
        let ends = self.cloud.now + seconds * 1000;
        self.command = Some(Command { step, ends, well });
    }

    /// Waits until something happens, at the latest until then.
    pub(crate) fn wait_until(&mut self, until: u64) -> Event {
        let signal = self.signal.map_or(u64::MAX, |(at, _)| at);
        let command = self.command.map_or(u64::MAX, |command| command.ends);
        self.cloud.advance(until.min(signal).min(command));
        match (self.signal, self.command) {
            (Some((at, leaves)), _) if at <= self.cloud.now => Event::Signal(leaves),
            (_, Some(command)) if command.ends <= self.cloud.now => Event::Command(command),
            _ => Event::Over,
        }
    }

    pub(crate) fn heed(&mut self, event: &Event) {
        match event {
            Event::Over => {}
            Event::Signal(true) => self.controller.leave("interrupted"),
            Event::Signal(false) => {
                self.log.asks.push((self.life, self.cloud.now));
                self.controller.stop("interrupted");
            }
            Event::Command(command) if command.well => {
                self.log
                    .passed
                    .push((self.life, command.step, self.cloud.now));
                self.controller.hook_ended(Ok(()));
            }
            Event::Command(_) => {
                self.log.asks.push((self.life, self.cloud.now));
                self.controller
                    .hook_ended(Err("the command failed".to_owned()));
            }
        }
        match event {
            Event::Over => {}
            Event::Signal(_) => self.signal = None,
            Event::Command(_) => self.command = None,
        }
    }

    /// A call that is dropped for whatever happens meanwhile.
    fn read(&mut self, call: &Call) -> Result<(), Killed> {
        let (from, fate) = (self.cloud.now, self.fate(call)?);
        let deadline = from + call.deadline().0 * 1000;
        let arrives = fate.arrives.map_or(u64::MAX, |after| from + after);
        let mut event = self.wait_until(arrives.min(deadline));
        let mut answer = None;
        if matches!(event, Event::Over) && arrives <= deadline {
            answer = fate
                .answered
                .map(|after| (from + after, self.answer(call, fate)));
            let until = answer
                .as_ref()
                .map_or(deadline, |(at, _)| deadline.min(*at));
            event = self.wait_until(until);
        }
        let outcome = match (&event, answer) {
            (Event::Over, Some((at, answer))) if at <= deadline => self.take(call, answer),
            (Event::Over, _) => self.take(call, lost()),
            _ => Outcome::Dropped,
        };
        self.made(call, from, outcome);
        self.heed(&event);
        Ok(())
    }

    fn answer(&mut self, call: &Call, fate: Fate) -> Answer {
        match call {
            _ if fate.throttled => lost(),
            Call::ReadAlias => Answer::Alias(self.cloud.shown()),
            Call::ReadAlarms(_) => Answer::Ringing(self.cloud.ringing()),
            Call::ReadMetrics(_) => Answer::Samples(self.cloud.samples()),
            _ => Answer::Done,
        }
    }

    fn take(&mut self, call: &Call, answer: Answer) -> Outcome {
        let outcome = match &answer {
            Answer::Failed(_) => Outcome::Failed,
            _ => Outcome::Answered,
        };
        match (&answer, call) {
            (Answer::Samples(samples), _) => self.samples.clone_from(samples),
            (Answer::Ringing(names), _) if !names.is_empty() => {
                self.log.asks.push((self.life, self.cloud.now));
            }
            _ => {}
        }
        self.controller.answered(self.now(), answer);
        outcome
    }

    pub(crate) fn made(&mut self, call: &Call, from: u64, outcome: Outcome) {
        self.log.made.push(Made {
            life: self.life,
            kind: Kind::of(call),
            from,
            to: self.cloud.now,
            outcome,
        });
    }

    /// Chooses what becomes of a call; the deployer may be killed in it.
    pub(crate) fn fate(&mut self, call: &Call) -> Result<Fate, Killed> {
        let fate = Fate::of(call, self.cloud);
        let kills = self.cloud.scenario.faults.kills;
        if self.cloud.rng.f64() >= kills {
            return Ok(fate);
        }
        // What it sent stays on its way.
        if let (Call::Write(write), Some(after)) = (call, fate.arrives.filter(|_| !fate.throttled))
        {
            let by = Writer::Life(self.life);
            self.cloud.send(self.cloud.now + after, by, write);
        }
        let rest = self.cloud.rng.u64(0..3000);
        self.cloud.advance(self.cloud.now + rest);
        Err(Killed)
    }
}

pub(crate) fn lost() -> Answer {
    Answer::Failed(Failure::Lost("no answer".to_owned()))
}
