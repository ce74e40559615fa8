//! What follows from a look at a rollout. Total and pure.

use std::fmt;

use crate::{
    Rollout, Seconds, Timestamp, assessment::Assessment, journal::Unwritable, plan::Otherwise,
    verdict::Verdict,
};

/// What is known when a decision is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observation<'a> {
    pub(crate) now: Timestamp,
    /// What the metrics say; or why they could not be read, which says nothing about green.
    pub(crate) assessment: Result<&'a Assessment, &'a str>,
    /// Those of the plan's alarms that ring; or why that could not be seen.
    pub(crate) ringing: Result<&'a [String], &'a str>,
    /// Whether AWS moves the alias itself.
    pub(crate) settling: bool,
    /// Whether the command at this step has ended well, or there is none.
    pub(crate) passed: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Decision {
    /// An alarm rings: nothing else counts.
    RollBack(String),
    /// The metrics or the clock are against green.
    Condemn(String),
    NextStep,
    Promote(String),
    Wait(Waiting),
    /// The time is over without a verdict: the weight stays where it is.
    Hold(Waiting),
}

/// What a rollout waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum Waiting {
    /// AWS moves the alias itself.
    Settling,
    /// Metrics or alarms could not be read.
    Blind(String),
    StepTime(Seconds),
    /// Green has answered nothing at this step that was seen so far.
    Requests,
    /// Green looks worse, but not surely enough.
    Suspicion,
    /// The alias does not seem to send the share that was asked for.
    SplitOff,
    /// One of the versions has had requests, and has not said how it answered them.
    Silent(&'static str),
    /// There is not enough evidence that green is good enough.
    Verdict,
    /// All is well but for the command of this step, which has not ended yet.
    Hook,
    /// The next step cannot be written into the journal.
    Room(Unwritable),
}

impl Observation<'_> {
    /// Whether green may be promoted at all, whatever the user chose for the horizon: nobody meant
    /// to promote what was not looked at, and the rule forbids it where the split is off.
    fn allows_promotion(&self) -> bool {
        let seen = self
            .assessment
            .is_ok_and(|seen| !seen.judgement.split_is_off);
        seen && self.ringing.is_ok() && !self.settling
    }
}

impl Rollout {
    pub(crate) fn decide(&self, observed: &Observation<'_>) -> Decision {
        if let Ok([alarm, ..]) = observed.ringing {
            return Decision::RollBack(format!("alarm {alarm}"));
        }
        if let Some(reason) = self.evidence_against_green(observed) {
            return Decision::Condemn(reason);
        }
        match self.waiting(observed) {
            // However late it is: a command that was started again after a restart gets its time.
            None if !observed.passed => Decision::Wait(Waiting::Hook),
            None if self.is_at_last_step() => Decision::Promote("green is good enough".to_owned()),
            None => Decision::NextStep,
            Some(waiting) if self.time_left(observed.now).0 > 0 => Decision::Wait(waiting),
            Some(waiting) => self.at_the_horizon(observed, waiting),
        }
    }

    fn evidence_against_green(&self, observed: &Observation<'_>) -> Option<String> {
        let assessment = observed.assessment.ok()?;
        if let Some(share) = assessment.broken {
            return Some(format!("{:.0}% of all requests fail", share * 100.0));
        }
        let condemned = assessment.judgement.verdict == Verdict::Rollback;
        condemned.then(|| assessment.reason(&self.plan))
    }

    /// What is missing for the next step or, at the last one, for the promotion, beside its
    /// command.
    fn waiting(&self, observed: &Observation<'_>) -> Option<Waiting> {
        let blind = |reason: &str| Some(Waiting::Blind(reason.to_owned()));
        let assessment = match (observed.ringing, observed.assessment) {
            _ if observed.settling => return Some(Waiting::Settling),
            (Err(reason), _) | (_, Err(reason)) => return blind(reason),
            (Ok(_), Ok(assessment)) => assessment,
        };
        let left = self.step_time_left(observed.now);
        let judgement = assessment.judgement;
        match () {
            () if left.0 > 0 => Some(Waiting::StepTime(left)),
            () if assessment.green_at_step == 0 => Some(Waiting::Requests),
            () if judgement.split_is_off => Some(Waiting::SplitOff),
            () if !judgement.calm => Some(Waiting::Suspicion),
            () if self.is_at_last_step() && judgement.verdict != Verdict::Promote => {
                let silent = assessment.says_nothing().map(Waiting::Silent);
                Some(silent.unwrap_or(Waiting::Verdict))
            }
            () => None,
        }
    }

    fn at_the_horizon(&self, observed: &Observation<'_>, waiting: Waiting) -> Decision {
        let reason = format!("undecided after {}", self.plan.horizon());
        match self.plan.otherwise {
            Otherwise::RollBack => Decision::Condemn(reason),
            Otherwise::Hold => Decision::Hold(waiting),
            Otherwise::Promote if !observed.allows_promotion() => Decision::Hold(waiting),
            Otherwise::Promote if !observed.passed => Decision::Wait(Waiting::Hook),
            Otherwise::Promote => Decision::Promote(reason),
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
            Self::Requests => f.write_str("no request of green has been seen at this step yet"),
            Self::Suspicion => {
                f.write_str("green looks worse than blue, but that may still be chance")
            }
            Self::SplitOff => f.write_str("the alias does not send the share that was asked for"),
            Self::Silent(version) => write!(
                f,
                "{version} has not said how it answered: does it have the outcome layer?"
            ),
            Self::Verdict => f.write_str("too few complete data for a verdict yet"),
            Self::Hook => f.write_str("the command of --after-step still runs"),
            Self::Room(error) => write!(f, "the next step cannot be written: {error}"),
        }
    }
}
