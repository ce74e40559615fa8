//! Which periods are known of both versions. Of Lambda's own metrics the alias's total says it; of
//! what the function says nobody counts along, and a version that says nothing may have had no
//! request, or may have lost what it said.

use crate::{
    Rollout, Timestamp,
    samples::{Placed, Sample},
    signal::Source,
};

/// What is less likely than this is not taken for chance. Leaving something out because of what it
/// is adds as much to the chance of a wrong verdict, each time; so it is to be small.
const IMPOSSIBLE: f64 = 1e-4;

/// The periods of one source that are known of both versions.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) source: Source,
    /// What may roll back.
    pub(crate) all: Vec<Placed>,
    /// What may promote: nothing more of it is to come.
    pub(crate) settled: Vec<Placed>,
}

impl Rollout {
    /// `settled`: data of periods that ended before are complete.
    pub(crate) fn known(&self, source: Source, samples: &[Sample], settled: Timestamp) -> Known {
        let old = |sample: &Sample| self.end_of(source, sample) <= settled;
        let placed = samples
            .iter()
            .filter_map(|sample| self.place(source, sample));
        let all: Vec<Placed> = match source {
            Source::Lambda => placed
                .filter(|placed| self.is_whole(placed, old(&placed.sample)))
                .collect(),
            Source::Outcomes => self.heard(&placed.collect::<Vec<_>>()),
        };
        let settled = all.iter().filter(|placed| old(&placed.sample));
        Known {
            source,
            settled: settled.copied().collect(),
            all,
        }
    }

    /// Whether both versions are known: both have reported, or the alias's total shows that the
    /// other one had no request. Without a total, who is silent when the period is settled had
    /// none, unless that is unlikely. Half a period would show an outage of both as a fault of one.
    fn is_whole(&self, placed: &Placed, is_settled: bool) -> bool {
        let Sample {
            blue, green, total, ..
        } = placed.sample;
        match (blue, green, total) {
            (Some(_), Some(_), _) => true,
            (blue, green, Some(total)) => blue.or(green).is_some_and(|one| one.requests == total),
            (_, _, None) => {
                is_settled && !placed.rising && self.ln_chance(placed) >= IMPOSSIBLE.ln()
            }
        }
    }

    /// Those of the periods in which no version is silent, or one that said something before and
    /// afterwards and whose silence is likely enough: to look at any beginning of what was answered
    /// is free, and so is to leave out what follows a version's last word.
    fn heard(&self, periods: &[Placed]) -> Vec<Placed> {
        let green = self.told(periods, |placed| placed.sample.green.is_none());
        let blue = self.told(periods, |placed| placed.sample.blue.is_none());
        let both = green.into_iter().zip(blue);
        let known = periods.iter().zip(both);
        let known = known.filter(|(_, (green, blue))| *green && *blue);
        known.map(|(placed, _)| *placed).collect()
    }

    /// For each period whether a version is known in it.
    fn told(&self, periods: &[Placed], is_silent: impl Fn(&Placed) -> bool) -> Vec<bool> {
        let mut known = Vec::with_capacity(periods.len());
        for run in periods.chunk_by(|a, b| is_silent(a) == is_silent(b)) {
            let is_last = known.len() + run.len() == periods.len();
            let ln_chance: f64 = run.iter().map(|placed| self.ln_chance(placed)).sum();
            let is_chance = !is_last && ln_chance >= IMPOSSIBLE.ln();
            let is_known = !is_silent(&run[0]) || is_chance;
            known.extend(std::iter::repeat_n(is_known, run.len()));
        }
        known
    }

    /// The logarithm of the chance that the coin sent no request to a version that is silent.
    /// While the weight rises nobody knows what blue alone means.
    fn ln_chance(&self, placed: &Placed) -> f64 {
        let Sample { blue, green, .. } = placed.sample;
        let weight = self.weight_of(placed).map(|weight| weight.share());
        match (blue, green, weight) {
            (None, Some(green), Some(weight)) => green.requests as f64 * weight.ln(),
            (Some(blue), None, Some(weight)) if !placed.rising => {
                blue.requests as f64 * (-weight).ln_1p()
            }
            _ => 0.0,
        }
    }
}
