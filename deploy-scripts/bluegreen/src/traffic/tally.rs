//! Counts of answers by version, and what can be said from them.

use std::{collections::BTreeMap, time::Duration};

use hdrhistogram::Histogram;

/// Latencies are kept in microseconds, up to this many, to three digits.
const MAX_MICROSECONDS: u64 = 120_000_000;

#[derive(Debug)]
pub(crate) struct Tally {
    /// By what the version header said; answers without one are under `None`.
    pub(crate) versions: BTreeMap<Option<String>, VersionTally>,
    /// Requests that got no answer at all, and the reason of the last one.
    pub(crate) unanswered: u64,
    pub(crate) last_failure: Option<String>,
    latency: Histogram<u64>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VersionTally {
    pub(crate) answers: u64,
    /// Answers with a status of 500 or more.
    pub(crate) errors: u64,
}

impl Default for Tally {
    fn default() -> Self {
        let latency = Histogram::new_with_max(MAX_MICROSECONDS, 3);
        Self {
            versions: BTreeMap::new(),
            unanswered: 0,
            last_failure: None,
            latency: latency.expect("the bounds are constants that hdrhistogram accepts"),
        }
    }
}

impl Tally {
    pub(crate) fn answered(&mut self, version: Option<String>, status: u16, took: Duration) {
        let tally = self.versions.entry(version).or_default();
        tally.answers += 1;
        tally.errors += u64::from(status >= 500);
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(MAX_MICROSECONDS);
        self.latency.saturating_record(microseconds);
    }

    pub(crate) fn failed(&mut self, reason: String) {
        self.unanswered += 1;
        self.last_failure = Some(reason);
    }

    pub(crate) fn answers(&self) -> u64 {
        self.versions.values().map(|tally| tally.answers).sum()
    }

    pub(crate) fn errors(&self) -> u64 {
        self.unanswered
            + self
                .versions
                .values()
                .map(|tally| tally.errors)
                .sum::<u64>()
    }

    pub(crate) fn sent(&self) -> u64 {
        self.answers() + self.unanswered
    }

    /// Answers that said which version gave them.
    pub(crate) fn attributed(&self) -> u64 {
        let known = self
            .versions
            .iter()
            .filter(|(version, _)| version.is_some());
        known.map(|(_, tally)| tally.answers).sum()
    }

    /// The latency in milliseconds that this share of the answers did not exceed.
    pub(crate) fn latency_ms(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1e3
    }
}

/// The 95 % Wilson score interval of a share of which `count` of `total` were seen.
/// <https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval>
pub(crate) fn wilson(count: u64, total: u64) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    if total == 0 {
        return (0.0, 1.0);
    }
    let (count, total) = (count as f64, total as f64);
    let share = count / total;
    let centre = share + Z * Z / (2.0 * total);
    let spread = Z * (share * (1.0 - share) / total + Z * Z / (4.0 * total * total)).sqrt();
    let scale = 1.0 + Z * Z / total;
    (
        ((centre - spread) / scale).max(0.0),
        ((centre + spread) / scale).min(1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        // Values of statsmodels.stats.proportion.proportion_confint(…, method="wilson").
        for (count, total, low, high) in [
            (10, 100, 0.055_229_137, 0.174_365_68),
            (0, 20, 0.0, 0.161_125_16),
            (20, 20, 0.838_874_84, 1.0),
        ] {
            let (got_low, got_high) = wilson(count, total);
            assert!((got_low - low).abs() < 1e-6, "{got_low}");
            assert!((got_high - high).abs() < 1e-6, "{got_high}");
        }
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn answers_count_for_the_version_that_gave_them() {
        let mut tally = Tally::default();
        let took = Duration::from_millis(2);
        tally.answered(Some("1".into()), 200, took);
        tally.answered(Some("2".into()), 503, took);
        tally.answered(None, 500, took);
        tally.failed("connection refused".into());
        assert_eq!(
            tally.versions[&Some("2".into())],
            VersionTally {
                answers: 1,
                errors: 1
            }
        );
        assert_eq!((tally.answers(), tally.attributed()), (3, 2));
        assert_eq!((tally.errors(), tally.sent()), (3, 4));
        assert!((tally.latency_ms(0.5) - 2.0).abs() < 0.01);
    }
}
