//! What both versions answered, by period, and to which stage of a rollout it belongs.

use crate::{
    Rollout, Timestamp, Weight,
    signal::{Answers, Signal, Source},
    verdict::{Counts, Epochs, Stage},
};

/// What each source tells of a rollout, in the order of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Samples {
    pub lambda: Vec<Sample>,
    pub outcomes: Vec<Sample>,
}

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

/// A period of which both versions are known, and what it is evidence of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    /// The step, counted from 0.
    pub(crate) step: usize,
    /// The weight rose in it to the step's.
    pub(crate) rising: bool,
    pub(crate) sample: Sample,
}

impl Samples {
    #[must_use]
    pub fn of(&self, source: Source) -> &[Sample] {
        match source {
            Source::Lambda => &self.lambda,
            Source::Outcomes => &self.outcomes,
        }
    }
}

/// Lambda's alone.
impl From<Vec<Sample>> for Samples {
    fn from(lambda: Vec<Sample>) -> Self {
        Self {
            lambda,
            outcomes: Vec::new(),
        }
    }
}

impl Sample {
    pub(crate) fn blue(&self) -> Answers {
        self.blue.unwrap_or_default()
    }

    pub(crate) fn green(&self) -> Answers {
        self.green.unwrap_or_default()
    }
}

impl Rollout {
    /// When the period of a source's sample ends.
    pub(crate) fn end_of(&self, source: Source, sample: &Sample) -> Timestamp {
        sample.at.after(self.plan.metrics_of(source).period.0)
    }

    /// The step, counted from 0, in whose time the whole period lies; none for a period in which
    /// the weight may have changed.
    #[must_use]
    pub fn step_of(&self, source: Source, sample: &Sample) -> Option<usize> {
        let step = self.latest_step_in(source, sample)?;
        let since = self.started[step].surely()?;
        (since <= sample.at).then_some(step)
    }

    /// The step that was begun last when the period ended. No request in it met a larger weight.
    fn latest_step_in(&self, source: Source, sample: &Sample) -> Option<usize> {
        let end = self.end_of(source, sample);
        self.started.iter().rposition(|started| started.at < end)
    }

    /// What a period is evidence of; nothing before the first step.
    pub(crate) fn place(&self, source: Source, sample: &Sample) -> Option<Placed> {
        let steady = self.step_of(source, sample);
        Some(Placed {
            step: steady.or_else(|| self.latest_step_in(source, sample))?,
            rising: steady.is_none(),
            sample: *sample,
        })
    }

    /// Green's share at the step of a period, or the one to which it rose.
    pub(crate) fn weight_of(&self, placed: &Placed) -> Option<Weight> {
        let step = self.plan.strategy.steps().get(placed.step)?;
        Some(step.weight)
    }

    /// Whether a step's weight has surely come to every place that routes by it before this period
    /// begins: a minute or a period of the metrics after the write. AWS names no time; a minute is
    /// long.
    pub(crate) fn is_everywhere(&self, source: Source, placed: &Placed) -> bool {
        let started = self.started.get(placed.step);
        let since = started.and_then(|started| started.surely());
        let period = self.plan.metrics_of(source).period.0;
        since.is_some_and(|since| since.after(period) <= placed.sample.at)
    }

    /// The periods as evidence. `signal` says what is bad, `first` is a stage of its own before all
    /// others.
    pub(crate) fn epochs<'a>(
        &self,
        periods: impl Iterator<Item = &'a Placed>,
        first: Option<Stage>,
        signal: Signal,
    ) -> Epochs {
        let (planned, length) = self.plan.epochs();
        let mut stages: Vec<Vec<Stage>> = vec![Vec::new(); planned];
        stages[0].extend(first);
        for placed in periods {
            let Some(weight) = self.weight_of(placed) else {
                continue;
            };
            let sample = &placed.sample;
            let epoch = (sample.at.since(self.start()) / length) as usize;
            let stage = stage_at(&mut stages[epoch.min(planned - 1)], weight, placed.rising);
            add(&mut stage.blue, sample.blue().counts(signal));
            add(&mut stage.green, sample.green().counts(signal));
        }
        Epochs { stages, planned }
    }
}

/// The last stage of an epoch that is such, or a new one.
fn stage_at(stages: &mut Vec<Stage>, weight: Weight, rising: bool) -> &mut Stage {
    let such = |stage: &Stage| stage.weight == weight && stage.rising == rising;
    let index = match stages.iter().rposition(such) {
        Some(index) => index,
        None => {
            stages.push(Stage::empty(weight, rising));
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
