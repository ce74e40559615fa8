//! One tick of a rollout: from what was observed to at most one write. Total and pure.

use std::fmt;

use crate::{
    Action, Assessment, Entry, Journal, Otherwise, Rollout, Routing, Sample, Seconds, Timestamp,
    Verdict, Write,
};

/// What is known at a tick.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    pub now: Timestamp,
    pub routing: Routing,
    pub journal: &'a Journal,
    /// The rollout that the caller drives.
    pub run: &'a str,
    /// The caller's last write, if it got no answer that says whether it was done.
    pub attempted: Option<&'a Write>,
    /// When the step that is on was surely made, if the caller made it.
    pub stepped: Option<Timestamp>,
    /// The metrics since its start, in the order of time; or why they could not be read, which says nothing about green.
    pub samples: Result<&'a [Sample], &'a str>,
    /// How old a period must be before nothing more of it is to come: requests that hang are
    /// counted when they end.
    pub settled: Seconds,
    /// Those of the plan's alarms that ring; or why that could not be seen.
    pub ringing: Result<&'a [String], &'a str>,
    /// A rollback that was asked for, and why.
    pub stop: Option<&'a str>,
    /// Why to go no further for now.
    pub hold: Option<&'a str>,
}

/// What a tick comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    pub decision: Decision,
    /// What the metrics say, where they could be read and the rollout still stands.
    pub assessment: Option<Assessment>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Write(Write),
    Wait(Waiting),
    /// The attempted write was done all the same, and was the last one.
    Landed(Action),
    /// The time is over without a verdict: the weight stays where it is.
    Hold(Waiting),
    /// Somebody else moved the alias, or ended the rollout: nothing is written over it.
    Moved(Foreign),
}

/// What a rollout waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum Waiting {
    /// AWS moves the alias itself.
    Settling,
    /// Metrics or alarms could not be read.
    Blind(String),
    StepTime(Seconds),
    /// The caller goes no further for now.
    Held(String),
    /// Green has answered nothing at this step that was seen so far.
    Requests,
    /// Green looks worse, but not surely enough.
    Suspicion,
    /// The alias does not seem to send the share that was asked for.
    SplitOff,
    /// There is not enough evidence that green is good enough.
    Verdict,
}

/// Where the alias should be by the journal, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreign {
    pub expected: Option<Routing>,
    pub found: Routing,
}

/// Decides what is next.
#[must_use]
pub fn decide(observed: &Observed<'_>) -> Tick {
    let rollout = match ours(observed) {
        Ok(rollout) => rollout,
        Err(elsewhere) => {
            return Tick {
                decision: match elsewhere {
                    Elsewhere::Landed(action) => Decision::Landed(action),
                    Elsewhere::Settling => Decision::Wait(Waiting::Settling),
                    Elsewhere::Foreign(foreign) => Decision::Moved(foreign),
                },
                assessment: None,
            };
        }
    };
    let samples = observed.samples.ok();
    let assessment =
        samples.map(|samples| Assessment::new(rollout, samples, observed.now, observed.settled));
    Tick {
        decision: rollout.next(observed, assessment.as_ref()),
        assessment,
    }
}

/// The alias is not where the caller's rollout left it.
enum Elsewhere {
    Landed(Action),
    Settling,
    Foreign(Foreign),
}

/// The rollout that the caller drives, if the alias is where that left it.
fn ours<'a>(observed: &Observed<'a>) -> Result<&'a Rollout, Elsewhere> {
    let found = observed.routing;
    let expected = observed.journal.entry.as_ref().map(Entry::routing);
    let foreign = Elsewhere::Foreign(Foreign { expected, found });
    match &observed.journal.entry {
        Some(Entry::Rollout(rollout)) if rollout.run == observed.run => match found {
            _ if found == rollout.routing() => Ok(rollout),
            Routing::Settling { .. } => Err(Elsewhere::Settling),
            _ => Err(foreign),
        },
        _ => match observed.attempted {
            Some(write) if write.is_done(found, observed.journal) => {
                Err(Elsewhere::Landed(write.action))
            }
            _ => Err(foreign),
        },
    }
}

impl Rollout {
    fn next(&self, observed: &Observed<'_>, assessment: Option<&Assessment>) -> Decision {
        let now = observed.now;
        if let Some(reason) = self.grounds_for_rollback(observed, assessment) {
            return Decision::Write(self.roll_back(now, reason));
        }
        if let Some(late) = observed.stepped.and_then(|stepped| self.restamped(stepped)) {
            return Decision::Write(late);
        }
        let waiting = self.waiting(observed, assessment);
        match waiting {
            None if self.is_at_last_step() => {
                let reason = "green is good enough".to_owned();
                Decision::Write(self.promote(now, reason))
            }
            None => Decision::Write(self.next_step(now)),
            Some(waiting) if self.time_left(now).0 > 0 => Decision::Wait(waiting),
            Some(waiting) => self.at_the_horizon(now, waiting),
        }
    }

    fn grounds_for_rollback(
        &self,
        observed: &Observed<'_>,
        assessment: Option<&Assessment>,
    ) -> Option<String> {
        if let Some(reason) = observed.stop {
            return Some(reason.to_owned());
        }
        if let Ok([alarm, ..]) = observed.ringing {
            return Some(format!("alarm {alarm}"));
        }
        let assessment = assessment?;
        if let Some(share) = assessment.broken {
            return Some(format!("{:.0}% of all requests fail", share * 100.0));
        }
        let condemned = assessment.verdict() == Verdict::Rollback;
        condemned.then(|| assessment.reason(&self.plan, self.probe))
    }

    /// What is missing for the next step or, at the last one, for the promotion.
    fn waiting(&self, observed: &Observed<'_>, assessment: Option<&Assessment>) -> Option<Waiting> {
        let blind = |reason: &str| Some(Waiting::Blind(reason.to_owned()));
        if let Err(reason) = observed.ringing {
            return blind(reason);
        }
        let Some(assessment) = assessment else {
            return blind(observed.samples.err().unwrap_or("there are no metrics"));
        };
        let left = self.step_time_left(observed.now);
        let judgement = assessment.judgement;
        match () {
            () if left.0 > 0 => Some(Waiting::StepTime(left)),
            () if observed.hold.is_some() => observed.hold.map(|why| Waiting::Held(why.to_owned())),
            () if assessment.green_at_step.requests == 0 => Some(Waiting::Requests),
            () if judgement.split_is_off => Some(Waiting::SplitOff),
            () if !judgement.calm => Some(Waiting::Suspicion),
            () if self.is_at_last_step() && judgement.verdict != Verdict::Promote => {
                Some(Waiting::Verdict)
            }
            () => None,
        }
    }

    /// The user's choice. One who promotes what is undecided wants it looked at all the same:
    /// without metrics nothing is promoted.
    fn at_the_horizon(&self, now: Timestamp, waiting: Waiting) -> Decision {
        let reason = format!("undecided after {}", self.plan.horizon());
        match (self.plan.otherwise, &waiting) {
            (Otherwise::Promote, Waiting::Blind(_)) | (Otherwise::Hold, _) => {
                Decision::Hold(waiting)
            }
            (Otherwise::Promote, _) => Decision::Write(self.promote(now, reason)),
            (Otherwise::RollBack, _) => Decision::Write(self.roll_back(now, reason)),
        }
    }

    fn is_at_last_step(&self) -> bool {
        self.step() >= self.plan.strategy.steps().len()
    }
}

/// Completes "waiting: …".
impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settling => f.write_str("AWS is moving the alias itself"),
            Self::Blind(reason) => write!(f, "green could not be observed: {reason}"),
            Self::StepTime(left) => write!(f, "this step lasts another {}", left.spoken()),
            Self::Held(reason) => f.write_str(reason),
            Self::Requests => f.write_str("no request of green has been seen at this step yet"),
            Self::Suspicion => {
                f.write_str("green looks worse than blue, but that may still be chance")
            }
            Self::SplitOff => f.write_str("the alias does not send the share that was asked for"),
            Self::Verdict => {
                f.write_str("too few complete data yet to say that green is good enough")
            }
        }
    }
}
