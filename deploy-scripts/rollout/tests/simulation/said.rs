//! What the function says of its answers, and how that goes wrong.

use bluegreen_rollout::{
    Seconds,
    plan::{Metrics, Outcomes, Plan},
    samples::Sample,
    signal::{Answers, Signal},
};
use fastrand::Rng;

use crate::scenario::sometimes;

/// How a request that green fails ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failing {
    /// Lambda counts it, and the function says it.
    Error,
    /// A response with status 500: a success to Lambda.
    Returned,
    /// The function comes to say nothing.
    Timeout,
}

/// What is wrong with what the function says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    /// One version says nothing from this second on, for so long.
    Silent {
        green: bool,
        from: u64,
        lasts: u64,
    },
    /// Each line arrives twice.
    Doubled,
    /// No answer is called bad.
    Low,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    pub(crate) failing: Failing,
    pub(crate) flaw: Flaw,
    /// The chance that a period of a version never comes.
    pub(crate) lost: f64,
}

impl Said {
    pub(crate) fn any(rng: &mut Rng, plan: &Plan, worse: f64) -> Self {
        let span = plan.horizon().0;
        let silent = Flaw::Silent {
            green: rng.bool(),
            from: sometimes(rng, 0.5, span).unwrap_or_default(),
            lasts: *rng.choice(&[3, 60, u64::MAX / 2]).unwrap(),
        };
        let flaws = [Flaw::None, Flaw::None, silent, Flaw::Doubled, Flaw::Low];
        let failing = [Failing::Error, Failing::Returned, Failing::Timeout];
        let is_said = plan.outcomes.is_some() && worse > 0.0;
        Self {
            failing: match is_said {
                true => *rng.choice(&failing).unwrap(),
                false => Failing::Error,
            },
            flaw: *rng.choice(&flaws).unwrap(),
            lost: *rng.choice(&[0.0, 0.0, 0.01]).unwrap(),
        }
    }

    /// Whether some source sees that green fails, from the start on.
    pub(crate) fn shows_failures(&self) -> bool {
        self.failing != Failing::Returned || matches!(self.flaw, Flaw::None | Flaw::Doubled)
    }

    /// What Lambda counts, and what the function says.
    pub(crate) fn split(&self, requests: u64, failed: u64, green: bool) -> (Answers, Answers) {
        let failing = if green { self.failing } else { Failing::Error };
        let (errors, said, bad) = match failing {
            Failing::Error => (failed, requests, failed),
            Failing::Returned => (0, requests, failed),
            Failing::Timeout => (failed, requests - failed, 0),
        };
        let (times, bad) = match self.flaw {
            Flaw::Doubled => (2, bad),
            Flaw::Low => (1, 0),
            _ => (1, bad),
        };
        let lambda = Answers::new(requests).with(Signal::Errors, errors);
        (
            lambda,
            Answers::new(said * times).with(Signal::Bad, bad * times),
        )
    }

    /// Without what is not said at this second.
    pub(crate) fn heard(&self, mut sample: Sample, at: u64, rng: &mut Rng) -> Sample {
        if let Flaw::Silent { green, from, lasts } = self.flaw
            && at >= from
            && at - from < lasts
        {
            let silent = if green {
                &mut sample.green
            } else {
                &mut sample.blue
            };
            *silent = None;
        }
        sample.blue = sample.blue.filter(|_| rng.f64() >= self.lost);
        sample.green = sample.green.filter(|_| rng.f64() >= self.lost);
        sample
    }
}

/// Outcomes of a period that is not too fine for the rollout's length.
pub(crate) fn outcomes(rng: &mut Rng, plan: &Plan) -> Option<Outcomes> {
    let delay = Seconds(*rng.choice(&[0, 1, 10, 30]).unwrap());
    let wanted = rng.f64() < 0.4;
    let coarse = [1, 5, 10, 60].into_iter();
    let mut fine = coarse.filter(|period| plan.horizon().0 / period <= 300);
    let period = Seconds(fine.next().unwrap_or(60));
    let metrics = Metrics { period, delay };
    wanted.then(|| Outcomes::of_the_layer(metrics))
}
