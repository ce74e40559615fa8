//! What the metrics say about a rollout.

use crate::{
    Probe, Rollout, Seconds, Timestamp, Weight,
    plan::Plan,
    samples::{Placed, Samples},
    signal::{Answers, Signal, Source},
    silence::Known,
    verdict::{Bounds, Evidence, Judgement, Stage, judge},
};

/// Periods that the breaker looks at, and the fewest requests in them that mean anything.
const BREAKER_PERIODS: usize = 5;
const BREAKER_REQUESTS: u64 = 20;

/// The evidence so far, and what it comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub judgement: Judgement,
    /// What each of the plan's sources tells; Lambda's own metrics are first.
    pub told: Vec<Told>,
    /// Requests that green answered at the step that is on, as far as any source knows.
    pub green_at_step: u64,
    /// The share of the latest requests that failed, where the plan's breaker is to open.
    pub broken: Option<f64>,
    /// One for each of the plan's signals, errors first.
    evidence: Vec<Evidence>,
}

/// What one source tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub source: Source,
    /// What blue and green answered since the start, as far as it is known of both.
    pub answered: [Answers; 2],
    /// What of it met a weight that is known.
    pub counted: [Answers; 2],
    /// When the latest period ends that is known of both.
    pub until: Option<Timestamp>,
}

impl Assessment {
    /// Judges the samples. Requests of green may take as long as `timeout`.
    #[must_use]
    pub fn new(rollout: &Rollout, samples: &Samples, now: Timestamp, timeout: Seconds) -> Self {
        let plan = &rollout.plan;
        let known = |source| {
            let settled = now.before(plan.settled(source, timeout).0);
            rollout.known(source, samples.of(source), settled)
        };
        let known: Vec<Known> = plan.sources().map(known).collect();
        let evidence = plan.signals().filter_map(|signal| {
            let known = known.iter().find(|known| known.source == signal.source());
            known.map(|known| evidence(rollout, signal, known))
        });
        let evidence: Vec<Evidence> = evidence.collect();
        let last = rollout.step() == plan.strategy.steps().len();
        Self {
            judgement: judge(&evidence, last && rollout.step_time_left(now).0 == 0),
            told: known.iter().map(|known| known.told(rollout)).collect(),
            green_at_step: known
                .iter()
                .map(|known| known.green_at(rollout))
                .max()
                .unwrap_or_default(),
            broken: known.iter().find_map(|known| broken(plan, known)),
            evidence,
        }
    }

    /// What Lambda's own metrics tell.
    #[must_use]
    pub fn answered(&self) -> [Answers; 2] {
        let lambda = self.told.first();
        lambda.map(|told| told.answered).unwrap_or_default()
    }

    /// What of that met a weight that is known.
    #[must_use]
    pub fn counted(&self) -> [Answers; 2] {
        let lambda = self.told.first();
        lambda.map(|told| told.counted).unwrap_or_default()
    }

    /// A version that the function's own counts are to say something of and do not, where Lambda's
    /// have: green, if it is one of both.
    #[must_use]
    pub fn says_nothing(&self) -> Option<&'static str> {
        let [lambda, outcomes] = self.told.as_slice() else {
            return None;
        };
        let both = lambda.answered.iter().zip(&outcomes.counted);
        let silent =
            |(lambda, said): (&Answers, &Answers)| lambda.requests > 0 && said.requests == 0;
        let names = ["blue", "green"].into_iter().zip(both);
        let mut silent = names.filter(|(_, both)| silent(*both));
        silent.next_back().map(|(name, _)| name)
    }

    /// Between which bounds the difference of the shares of bad requests lies, by whichever source
    /// finds it larger: at least by all data, at most by those that are complete, as the verdict
    /// has it.
    #[must_use]
    pub fn bounds(&self, plan: &Plan) -> Bounds {
        let shares = plan.signals().zip(&self.evidence);
        let shares = shares.filter(|(signal, _)| matches!(signal, Signal::Errors | Signal::Bad));
        let bounds = shares.map(|(_, of)| Bounds {
            at_least: of.rule.bounds(&of.all).at_least,
            at_most: of.rule.bounds(&of.settled).at_most,
        });
        bounds.reduce(Bounds::or_worse).unwrap_or(Bounds::NONE)
    }

    /// Why green is rolled back: `errors 7/60 against 1/540`, and the same of each other signal.
    #[must_use]
    pub fn reason(&self, plan: &Plan) -> String {
        let reason = |(signal, evidence): (Signal, &Evidence)| {
            let (blue, green) = evidence.all.counts();
            format!(
                "{signal} {}/{} against {}/{}",
                green.bad, green.requests, blue.bad, blue.requests
            )
        };
        let reasons: Vec<String> = plan.signals().zip(&self.evidence).map(reason).collect();
        reasons.join("; ")
    }
}

impl Known {
    fn told(&self, rollout: &Rollout) -> Told {
        let begun = self
            .all
            .iter()
            .filter(|placed| placed.sample.at > rollout.start());
        let steady = self.all.iter().filter(|placed| !placed.rising);
        let last = self.all.last().map(|placed| &placed.sample);
        Told {
            source: self.source,
            answered: sums(begun),
            counted: sums(steady),
            until: last.map(|sample| rollout.end_of(self.source, sample)),
        }
    }

    /// Requests of green at the step that is on.
    fn green_at(&self, rollout: &Rollout) -> u64 {
        let step = rollout.step().saturating_sub(1);
        let here = |placed: &&Placed| !placed.rising && placed.step >= step;
        let [_, green] = sums(self.all.iter().filter(here));
        green.requests
    }
}

fn sums<'a>(periods: impl Iterator<Item = &'a Placed>) -> [Answers; 2] {
    periods.fold(
        Default::default(),
        |[blue, green], Placed { sample, .. }| [blue + sample.blue(), green + sample.green()],
    )
}

fn evidence(rollout: &Rollout, signal: Signal, known: &Known) -> Evidence {
    let probe = rollout.probe.filter(|_| signal.is_in_test_events());
    let first = probe.and_then(Probe::stage);
    let spread = known.all.iter();
    let spread = spread.filter(|placed| rollout.is_everywhere(known.source, placed));
    Evidence {
        rule: signal.rule(rollout.plan.rule),
        all: rollout.epochs(known.all.iter(), first, signal),
        settled: rollout.epochs(known.settled.iter(), first, signal),
        split: rollout.epochs(spread, first, signal),
        tested: probe.map_or(0, |probe| probe.green.requests),
    }
}

/// The share of all latest requests that failed, where it is over the plan's limit.
fn broken(plan: &Plan, known: &Known) -> Option<f64> {
    let limit = plan.breaker?;
    let [blue, green] = sums(known.all.iter().rev().take(BREAKER_PERIODS));
    let sum = blue + green;
    let failed = match known.source {
        Source::Lambda => sum.counts(Signal::Errors).bad,
        Source::Outcomes => sum.counts(Signal::Bad).bad,
    };
    let share = failed as f64 / sum.requests.max(1) as f64;
    (sum.requests >= BREAKER_REQUESTS && share > limit).then_some(share)
}

impl Probe {
    /// The probe as a stage at the weight of a fair coin.
    #[must_use]
    pub fn stage(self) -> Option<Stage> {
        Some(Stage {
            weight: Weight::new(0.5)?,
            rising: false,
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

#[cfg(test)]
mod tests;
