//! What the metrics say about a rollout.

use crate::{
    Probe, Rollout, Seconds, Timestamp, Weight,
    plan::Plan,
    samples::Sample,
    signal::{Answers, Signal},
    verdict::{Bounds, Evidence, Judgement, Stage, judge},
};

/// Periods that the breaker looks at, and the fewest requests in them that mean anything.
const BREAKER_PERIODS: usize = 5;
const BREAKER_REQUESTS: u64 = 20;

/// The evidence so far, and what it comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub judgement: Judgement,
    /// What blue and green answered since the start, as far as it is known of both.
    pub answered: [Answers; 2],
    /// What of it is evidence: a period in which the weight changed belongs to no step.
    pub blue: Answers,
    pub green: Answers,
    /// What green answered at the step that is on.
    pub green_at_step: Answers,
    /// The share of the latest requests that failed, where the plan's breaker is to open.
    pub broken: Option<f64>,
    /// One for each of the plan's signals, errors first.
    evidence: Vec<Evidence>,
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
        let evidence: Vec<Evidence> = rollout
            .plan
            .signals()
            .map(|signal| evidence(rollout, signal, &counted, settled))
            .collect();
        let last = rollout.step() == rollout.plan.strategy.steps().len();
        let judgement = judge(&evidence, last && rollout.step_time_left(now).0 == 0);
        let sum = |of: fn(&Sample) -> Answers, from: usize| {
            let counted = counted.iter().filter(|(step, _)| *step >= from);
            counted.fold(Answers::default(), |sum, (_, sample)| sum + of(sample))
        };
        Self {
            judgement,
            answered: answered(rollout, &whole),
            blue: sum(Sample::blue, 0),
            green: sum(Sample::green, 0),
            green_at_step: sum(Sample::green, rollout.step().saturating_sub(1)),
            broken: broken(&rollout.plan, &whole),
            evidence,
        }
    }

    /// Between which bounds the difference of the error shares lies: at least by all data, at most
    /// by those that are complete, as the verdict has it.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        let errors = self.evidence.first();
        errors.map_or(Bounds::NONE, |errors| Bounds {
            at_least: errors.rule.bounds(&errors.all).at_least,
            at_most: errors.rule.bounds(&errors.settled).at_most,
        })
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

fn answered(rollout: &Rollout, samples: &[Sample]) -> [Answers; 2] {
    let begun = samples.iter().filter(|sample| sample.at > rollout.start());
    begun.fold(Default::default(), |[blue, green], sample| {
        [blue + sample.blue(), green + sample.green()]
    })
}

fn evidence(
    rollout: &Rollout,
    signal: Signal,
    counted: &[(usize, Sample)],
    settled: Timestamp,
) -> Evidence {
    let probe = rollout.probe.filter(|_| signal.is_in_test_events());
    let first = probe.and_then(Probe::stage);
    let old = |(_, sample): &&(usize, Sample)| rollout.end_of(sample) <= settled;
    let spread = |(step, sample): &&(usize, Sample)| rollout.is_everywhere(*step, sample);
    Evidence {
        rule: signal.rule(rollout.plan.rule),
        all: rollout.epochs(counted.iter(), first, signal),
        settled: rollout.epochs(counted.iter().filter(old), first, signal),
        split: rollout.epochs(counted.iter().filter(spread), first, signal),
        tested: probe.map_or(0, |probe| probe.green.requests),
    }
}

/// The share of all latest requests that failed, where it is over the plan's limit.
fn broken(plan: &Plan, samples: &[Sample]) -> Option<f64> {
    let limit = plan.breaker?;
    let latest = samples.iter().rev().take(BREAKER_PERIODS);
    let sum = latest.fold(Answers::default(), |sum, sample| {
        sum + sample.blue() + sample.green()
    });
    let failed = sum.counts(Signal::Errors).bad;
    let share = failed as f64 / sum.requests.max(1) as f64;
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

#[cfg(test)]
mod tests {
    use super::{Answers, Assessment, Probe, Rollout, Sample, Seconds, Signal, Timestamp, Weight};
    use crate::{Started, Version, plan::Plan, verdict::Counts};

    fn rollout(also: Vec<Signal>) -> Rollout {
        let probe = Probe {
            blue: Counts {
                requests: 10,
                bad: 1,
            },
            green: Counts {
                requests: 9,
                bad: 2,
            },
        };
        Rollout {
            blue: Version::new(1).unwrap(),
            green: Version::new(2).unwrap(),
            plan: Plan {
                also,
                ..Plan::new("canary:10%/5m".parse().unwrap())
            },
            run: "run".to_owned(),
            started: vec![Started {
                at: Timestamp::from_unix(0),
                within: Some(Seconds(1)),
            }],
            probe: Some(probe),
            before: Vec::new(),
        }
    }

    fn assessed(rollout: &Rollout, samples: &[Sample]) -> Assessment {
        Assessment::new(rollout, samples, Timestamp::from_unix(600), Seconds(0))
    }

    #[test]
    fn test_events_tell_of_errors_and_not_of_slowness() {
        let rollout = rollout(vec![Signal::Slow(100)]);
        let assessment = assessed(&rollout, &[]);
        let tested: Vec<u64> = assessment.evidence.iter().map(|of| of.tested).collect();
        assert_eq!(tested, [9, 0]);
        let stages = |of: usize| assessment.evidence[of].all.stages[0].len();
        assert_eq!((stages(0), stages(1)), (1, 0));
        let reason = assessment.reason(&rollout.plan);
        assert!(reason.starts_with("errors 2/9 against 1/10; "), "{reason}");
        assert!(reason.ends_with(" 0/0 against 0/0"), "{reason}");
    }

    /// All of ten thousand to blue, where green has a tenth.
    #[test]
    fn a_weight_has_a_period_to_come_everywhere_before_the_share_is_judged() {
        let mut rollout = rollout(Vec::new());
        rollout.probe = None;
        let is_off = |at: u64| {
            let sample = Sample {
                at: Timestamp::from_unix(at),
                blue: Some(Answers::new(10_000)),
                green: Some(Answers::new(0)),
                total: None,
            };
            assessed(&rollout, &[sample]).judgement.split_is_off
        };
        // The step surely had begun a second after its start.
        assert_eq!([60, 61].map(is_off), [false, true]);
    }

    /// The period in which it begins is half of another time.
    #[test]
    fn what_was_answered_since_the_start_is_told_whatever_is_evidence_of_it() {
        let mut rollout = rollout(Vec::new());
        rollout.started[0].at = Timestamp::from_unix(60);
        let samples = [0, 60, 120, 180].map(|at| Sample {
            at: Timestamp::from_unix(at),
            blue: Some(Answers::new(1 + at)),
            green: Some(Answers::new(at)),
            total: None,
        });
        let [blue, green] = assessed(&rollout, &samples).answered;
        assert_eq!((blue.requests, green.requests), (121 + 181, 120 + 180));
    }

    #[test]
    fn a_sample_is_evidence_of_its_own_minute() {
        let mut rollout = rollout(Vec::new());
        rollout.probe = None;
        let samples = [60, 120, 540, 900].map(|at| Sample {
            at: Timestamp::from_unix(at),
            blue: Some(Answers::new(9)),
            green: Some(Answers::new(at)),
            total: None,
        });
        let assessment =
            Assessment::new(&rollout, &samples, Timestamp::from_unix(1000), Seconds(0));
        let epochs = &assessment.evidence[0].all.stages;
        let greens = epochs.iter().enumerate().flat_map(|(epoch, stages)| {
            stages
                .iter()
                .map(move |stage| (epoch, stage.green.requests))
        });
        let greens: Vec<(usize, u64)> = greens.collect();
        // What comes after the last that was planned belongs to the last.
        assert_eq!(greens, [(1, 60), (2, 120), (9, 540 + 900)]);
        let weights = epochs.iter().flatten().map(|stage| stage.weight);
        assert!(
            weights
                .into_iter()
                .all(|weight| weight == Weight::new(0.1).unwrap())
        );
    }
}
