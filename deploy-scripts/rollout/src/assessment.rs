//! What the metrics say about a rollout.

use crate::{
    Answers, Bounds, Counts, Judgement, Plan, Probe, Rollout, Sample, Seconds, Signal, Stage,
    Timestamp, Weight, judge,
};

/// Periods that the breaker looks at, and the fewest requests in them that mean anything.
const BREAKER_PERIODS: usize = 5;
const BREAKER_REQUESTS: u64 = 20;

/// The evidence so far, and what it comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub judgement: Judgement,
    /// What the versions answered in all steps so far, without the periods of a change and those of
    /// which only half is known.
    pub blue: Answers,
    pub green: Answers,
    /// What green answered at the step that is on.
    pub green_at_step: Answers,
    /// The share of the latest requests that failed, where the plan's breaker is to open.
    pub broken: Option<f64>,
    signals: Vec<Signal>,
}

impl Assessment {
    /// Judges the samples, which are in the order of time. Data that are older than `settled` before
    /// now are complete.
    #[must_use]
    pub fn new(rollout: &Rollout, samples: &[Sample], now: Timestamp, settled: Seconds) -> Self {
        let settled = now.before(settled.0);
        let whole = |sample: &&Sample| sample.is_whole(rollout.end_of(sample) <= settled);
        let whole: Vec<Sample> = samples.iter().filter(whole).copied().collect();
        let counted = whole.iter();
        let counted = counted.filter_map(|sample| Some((rollout.step_of(sample)?, *sample)));
        let counted: Vec<(usize, Sample)> = counted.collect();
        let signals = signals(rollout, &counted, settled);
        let last = rollout.step() == rollout.plan.strategy.steps().len();
        let judgement = judge(&signals, last && rollout.step_time_left(now).0 == 0);
        let sum = |of: fn(&Sample) -> Answers, from: usize| {
            let counted = counted.iter().filter(|(step, _)| *step >= from);
            counted.fold(Answers::default(), |sum, (_, sample)| sum + of(sample))
        };
        Self {
            judgement,
            blue: sum(Sample::blue, 0),
            green: sum(Sample::green, 0),
            green_at_step: sum(Sample::green, rollout.step().saturating_sub(1)),
            broken: broken(&rollout.plan, &whole),
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
}

fn signals(rollout: &Rollout, counted: &[(usize, Sample)], settled: Timestamp) -> Vec<Signal> {
    let plan = &rollout.plan;
    let tested = rollout.probe.map_or(0, |probe| probe.green.requests);
    let signal = |rule, first: Option<Stage>, counts: fn(Answers) -> Counts| Signal {
        rule,
        all: rollout.epochs(counted.iter(), first, counts),
        settled: {
            let old = |(_, sample): &&(usize, Sample)| rollout.end_of(sample) <= settled;
            rollout.epochs(counted.iter().filter(old), first, counts)
        },
        tested: if first.is_some() { tested } else { 0 },
    };
    let probe = rollout.probe.and_then(Probe::stage);
    let errors = signal(plan.rule, probe, Answers::errors);
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
        sum + sample.blue() + sample.green()
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
    /// How long the step that is on still has to last, from when it surely was there.
    #[must_use]
    pub fn step_time_left(&self, now: Timestamp) -> Seconds {
        let steps = self.plan.strategy.steps();
        let step = steps.get(self.step().saturating_sub(1));
        let lasts = step.map_or(0, |step| step.lasts.0);
        let last = self.started.last().copied().unwrap_or_default();
        let since = last.surely().unwrap_or(now);
        Seconds(lasts.saturating_sub(now.since(since)))
    }

    /// How long there still is until the horizon.
    #[must_use]
    pub fn time_left(&self, now: Timestamp) -> Seconds {
        let horizon = self.plan.horizon().0;
        Seconds(horizon.saturating_sub(now.since(self.start())))
    }
}
