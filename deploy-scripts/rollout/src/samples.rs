//! What both versions answered, by period, and to which stage of a rollout it belongs.

use crate::{Counts, Epochs, Rollout, Stage, Timestamp, Weight};

/// Seconds after the moment that the journal names in which the weight may have changed: that
/// moment is the last one before the write, in whole seconds.
pub(crate) const CHANGE: u64 = 2;

/// What a version answered in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answers {
    pub requests: u64,
    pub errors: u64,
    /// Requests over the plan's limit; 0 where there is none.
    pub slow: u64,
}

/// One period of the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When the period begins.
    pub at: Timestamp,
    pub blue: Answers,
    pub green: Answers,
}

impl Answers {
    /// Requests, and those of them that failed.
    #[must_use]
    pub const fn errors(self) -> Counts {
        Counts {
            requests: self.requests,
            bad: self.errors,
        }
    }

    /// Requests, and those of them that were slow.
    #[must_use]
    pub const fn slow(self) -> Counts {
        Counts {
            requests: self.requests,
            bad: self.slow,
        }
    }
}

impl std::ops::Add for Answers {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            errors: self.errors + other.errors,
            slow: self.slow + other.slow,
        }
    }
}

impl Rollout {
    /// The step, counted from 0, in whose time the whole period lies; none for a period in which
    /// the weight changed.
    pub(crate) fn step_of(&self, sample: &Sample) -> Option<usize> {
        let begun = |started: &Timestamp| started.unix() + CHANGE <= sample.at.unix();
        let step = self.started.iter().rposition(begun)?;
        let end = sample.at.unix() + self.plan.metrics.period.0;
        let over = self
            .started
            .get(step + 1)
            .is_some_and(|next| next.unix() < end);
        (!over).then_some(step)
    }

    /// The samples as evidence. `counts` says what is bad, `first` is a stage of its own before
    /// all others, and samples that end after `until` are left out.
    pub(crate) fn epochs(
        &self,
        samples: &[Sample],
        until: Option<Timestamp>,
        first: Option<Stage>,
        counts: fn(Answers) -> Counts,
    ) -> Epochs {
        let (planned, length) = self.plan.epochs();
        let steps = self.plan.strategy.steps();
        let mut stages: Vec<Vec<Stage>> = vec![Vec::new(); planned];
        stages[0].extend(first);
        for sample in samples {
            let end = sample.at.unix() + self.plan.metrics.period.0;
            if until.is_some_and(|until| end > until.unix()) {
                continue;
            }
            let Some(step) = self.step_of(sample).and_then(|step| steps.get(step)) else {
                continue;
            };
            let epoch = (sample.at.since(self.start()) / length) as usize;
            let stage = stage_at(&mut stages[epoch.min(planned - 1)], step.weight);
            add(&mut stage.blue, counts(sample.blue));
            add(&mut stage.green, counts(sample.green));
        }
        Epochs { stages, planned }
    }
}

/// The last stage of an epoch if it has this weight, or a new one.
fn stage_at(stages: &mut Vec<Stage>, weight: Weight) -> &mut Stage {
    let index = match stages.iter().rposition(|stage| stage.weight == weight) {
        Some(index) => index,
        None => {
            stages.push(Stage::empty(weight));
            stages.len() - 1
        }
    };
    &mut stages[index]
}

fn add(sum: &mut Counts, more: Counts) {
    sum.requests += more.requests;
    // Late data: the errors of a period may be there before its requests.
    sum.bad += more.bad.min(more.requests);
}
