//! How a life of the deployer writes to the alias.

use bluegreen_rollout::{
    controller::{Answer, Call, Failure, Write},
    signal::Source,
};

use crate::{
    cloud::{EPOCH, Writer},
    log::{Outcome, Sent},
    process::{Event, Killed, Process, lost},
};

impl Process<'_> {
    /// The call that nothing interrupts. What happens meanwhile is told before its answer.
    pub(crate) fn write(&mut self, call: &Call, write: &Write) -> Result<(), Killed> {
        let from = self.cloud.now;
        let (mixed, looked) = (self.evidence_is_mixed(), self.looked.clone());
        self.log.sent.push(Sent {
            life: self.life,
            at: from,
            action: write.action,
            looked,
            mixed,
            asked: self.log.asks.iter().any(|(life, _)| *life == self.life),
        });
        let fate = self.fate(call)?;
        let lands = fate.arrives.filter(|_| !fate.throttled);
        let by = Writer::Life(self.life);
        let number = lands.map(|after| self.cloud.send(from + after, by, write));
        let deadline = from + call.deadline().0 * 1000;
        let answered = fate.answered.map_or(u64::MAX, |after| from + after);
        loop {
            match self.wait_until(answered.min(deadline)) {
                Event::Over => break,
                event => self.heed(&event),
            }
        }
        let came = number.and_then(|number| self.cloud.what_came_of(number));
        let (answer, outcome) = match came {
            _ if answered > deadline || fate.throttled => (lost(), Outcome::Failed),
            Some(Ok(_)) if fate.twice => (conflict(), Outcome::Conflict),
            Some(Ok(alias)) => (Answer::Alias(alias), Outcome::Answered),
            Some(Err(())) => (conflict(), Outcome::Conflict),
            None => (lost(), Outcome::Failed),
        };
        self.made(call, from, outcome);
        self.controller.answered(self.now(), answer);
        Ok(())
    }

    /// Whether a period that met another weight is taken for one of a step's.
    fn evidence_is_mixed(&self) -> bool {
        let Some(looked) = &self.looked else {
            return false;
        };
        let steps = looked.rollout.plan.strategy.steps();
        let counted = self.samples.lambda.iter().filter_map(|sample| {
            let step = looked.rollout.step_of(Source::Lambda, sample)?;
            Some((sample.at.unix() - EPOCH, steps.get(step)?.weight.share()))
        });
        let mut truths = counted.map(|(at, share)| {
            let period = self.cloud.traffic.periods.get(&at);
            period.is_some_and(|period| period.shares == [share])
        });
        truths.any(|truth| !truth)
    }
}

fn conflict() -> Answer {
    Answer::Failed(Failure::Conflict)
}
