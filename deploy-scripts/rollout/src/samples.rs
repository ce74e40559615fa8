//! What both versions answered, by period, and to which stage of a rollout it belongs.

use crate::{
    Rollout, Timestamp, Weight,
    signal::{Answers, Signal},
    verdict::{Counts, Epochs, Stage},
};

/// One period of the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When the period begins.
    pub at: Timestamp,
    /// What each version answered; `None` where it has not reported, which may mean that it had no
    /// request, or that its data are late.
    pub blue: Option<Answers>,
    pub green: Option<Answers>,
    /// Requests of the alias, whichever version answered them, where that is known.
    pub total: Option<u64>,
}

impl Sample {
    /// Whether both versions are known: both have reported, or the alias's total shows that the
    /// other one had no request. Without a total, who is silent when the period is settled had
    /// none. Half a period would show an outage of both as a fault of one.
    pub(crate) fn is_whole(&self, is_settled: bool) -> bool {
        match (self.blue, self.green, self.total) {
            (Some(_), Some(_), _) => true,
            (blue, green, Some(total)) => blue.or(green).is_some_and(|one| one.requests == total),
            (_, _, None) => is_settled,
        }
    }

    pub(crate) fn blue(&self) -> Answers {
        self.blue.unwrap_or_default()
    }

    pub(crate) fn green(&self) -> Answers {
        self.green.unwrap_or_default()
    }
}

impl Rollout {
    /// When the sample's period ends.
    pub(crate) fn end_of(&self, sample: &Sample) -> Timestamp {
        sample.at.after(self.plan.metrics.period.0)
    }

    /// The step, counted from 0, in whose time the whole period lies; none for a period in which
    /// the weight may have changed.
    #[must_use]
    pub fn step_of(&self, sample: &Sample) -> Option<usize> {
        let begun = |started: &crate::Started| started.at < self.end_of(sample);
        let step = self.started.iter().rposition(begun)?;
        let since = self.started[step].surely()?;
        (since <= sample.at).then_some(step)
    }

    /// Whether a step's weight has surely come to every place that routes by it before this sample
    /// begins: one period of the metrics after the write. AWS names no time; a minute is long.
    pub(crate) fn is_everywhere(&self, step: usize, sample: &Sample) -> bool {
        let started = self.started.get(step);
        let since = started.and_then(|started| started.surely());
        since.is_some_and(|since| since.after(self.plan.metrics.period.0) <= sample.at)
    }

    /// The samples as evidence, each with the step that it belongs to. `signal` says what is bad,
    /// `first` is a stage of its own before all others.
    pub(crate) fn epochs<'a>(
        &self,
        samples: impl Iterator<Item = &'a (usize, Sample)>,
        first: Option<Stage>,
        signal: Signal,
    ) -> Epochs {
        let (planned, length) = self.plan.epochs();
        let mut stages: Vec<Vec<Stage>> = vec![Vec::new(); planned];
        stages[0].extend(first);
        for (step, sample) in samples {
            let Some(step) = self.plan.strategy.steps().get(*step) else {
                continue;
            };
            let epoch = (sample.at.since(self.start()) / length) as usize;
            let stage = stage_at(&mut stages[epoch.min(planned - 1)], step.weight);
            add(&mut stage.blue, sample.blue().counts(signal));
            add(&mut stage.green, sample.green().counts(signal));
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
    sum.requests = sum.requests.saturating_add(more.requests);
    // Late data: the errors of a period may be there before its requests.
    sum.bad = sum.bad.saturating_add(more.bad.min(more.requests));
}
