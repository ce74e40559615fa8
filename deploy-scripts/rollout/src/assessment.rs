//! What the metrics say about a rollout.

use crate::{
    Answers, Bounds, Judgement, Plan, Probe, Rollout, Sample, Seconds, Signal, Stage, Timestamp,
    Verdict, Weight, judge,
};

/// Periods that the breaker looks at, and the fewest requests in them that mean anything.
const BREAKER_PERIODS: usize = 5;
const BREAKER_REQUESTS: u64 = 20;

/// The evidence so far, and what it comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub judgement: Judgement,
    /// What the versions answered in all steps so far, without the periods of a change.
    pub blue: Answers,
    pub green: Answers,
    /// What green answered at the step that is on.
    pub green_at_step: Answers,
    /// The share of the latest requests that failed, where the plan's breaker is to open.
    pub broken: Option<f64>,
    signals: Vec<Signal>,
}

impl Assessment {
    /// Judges the samples. Data that are older than `settled` before now are complete.
    pub(crate) fn new(
        rollout: &Rollout,
        samples: &[Sample],
        now: Timestamp,
        settled: Seconds,
    ) -> Self {
        let signals = signals(rollout, samples, now, settled);
        let last = rollout.step() == rollout.plan.strategy.steps().len();
        let judgement = judge(&signals, last && rollout.step_time_left(now).0 == 0);
        let counted: Vec<(usize, &Sample)> = samples
            .iter()
            .filter_map(|sample| Some((rollout.step_of(sample)?, sample)))
            .collect();
        let sum = |of: fn(&Sample) -> Answers, from: usize| {
            let counted = counted.iter().filter(|(step, _)| *step >= from);
            counted.fold(Answers::default(), |sum, (_, sample)| sum + of(sample))
        };
        Self {
            judgement,
            blue: sum(|sample| sample.blue, 0),
            green: sum(|sample| sample.green, 0),
            green_at_step: sum(|sample| sample.green, rollout.step().saturating_sub(1)),
            broken: broken(&rollout.plan, samples),
            signals,
        }
    }

    /// Between which bounds the difference of the error shares lies: at least by all data, at most
    /// by those that are complete, as the verdict has it.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        let errors = self.signals.first();
        errors.map_or(Bounds::NONE, |errors| Bounds {
            at_least: errors.rule.bounds(&errors.all).at_least,
            at_most: errors.rule.bounds(&errors.settled).at_most,
        })
    }

    /// Why green is rolled back: `errors 7/60 against 1/540`, and the same of slow requests.
    #[must_use]
    pub fn reason(&self, plan: &Plan, probe: Option<Probe>) -> String {
        let probe = probe.unwrap_or_default();
        let (blue, green) = (
            self.blue.errors() + probe.blue,
            self.green.errors() + probe.green,
        );
        let mut reasons = vec![format!(
            "errors {}/{} against {}/{}",
            green.bad, green.requests, blue.bad, blue.requests
        )];
        if let Some(limit) = plan.slow {
            reasons.push(format!(
                "over {limit} ms {}/{} against {}/{}",
                self.green.slow, self.green.requests, self.blue.slow, self.blue.requests
            ));
        }
        reasons.join("; ")
    }

    pub(crate) fn verdict(&self) -> Verdict {
        self.judgement.verdict
    }
}

fn signals(rollout: &Rollout, samples: &[Sample], now: Timestamp, settled: Seconds) -> Vec<Signal> {
    let until = Some(Timestamp::from_unix(now.unix().saturating_sub(settled.0)));
    let signal = |rule, first: Option<Stage>, counts: fn(Answers) -> crate::Counts| Signal {
        rule,
        all: rollout.epochs(samples, None, first, counts),
        settled: rollout.epochs(samples, until, first, counts),
    };
    let plan = &rollout.plan;
    let errors = signal(
        plan.rule,
        rollout.probe.and_then(Probe::stage),
        Answers::errors,
    );
    let slow = plan
        .slow
        .map(|_| signal(plan.slow_rule(), None, Answers::slow));
    std::iter::once(errors).chain(slow).collect()
}

/// The share of all latest requests that failed, where it is over the plan's limit.
fn broken(plan: &Plan, samples: &[Sample]) -> Option<f64> {
    let limit = plan.breaker?;
    let latest = samples.iter().rev().take(BREAKER_PERIODS);
    let sum = latest.fold(Answers::default(), |sum, sample| {
        sum + sample.blue + sample.green
    });
    let share = sum.errors as f64 / sum.requests.max(1) as f64;
    (sum.requests >= BREAKER_REQUESTS && share > limit).then_some(share)
}

impl Probe {
    /// The probe as a stage at the weight of a fair coin.
    #[must_use]
    pub fn stage(self) -> Option<Stage> {
        Some(Stage {
            weight: Weight::new(0.5)?,
            blue: self.blue,
            green: self.green,
        })
    }
}

impl Rollout {
    /// How long the step that is on still has to last.
    #[must_use]
    pub fn step_time_left(&self, now: Timestamp) -> Seconds {
        let steps = self.plan.strategy.steps();
        let lasts = steps
            .get(self.step().saturating_sub(1))
            .map_or(0, |step| step.lasts.0);
        Seconds(lasts.saturating_sub(now.since(self.step_started())))
    }

    /// How long there still is until the horizon.
    #[must_use]
    pub fn time_left(&self, now: Timestamp) -> Seconds {
        let horizon = self.plan.horizon().0;
        Seconds(horizon.saturating_sub(now.since(self.start())))
    }
}
