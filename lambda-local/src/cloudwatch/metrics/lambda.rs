//! Lambda's metrics: what each version did, second by second, by how it was invoked.
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>

use std::{collections::BTreeMap, time::UNIX_EPOCH};

use super::{
    dimensions::{Dimension, Key},
    histogram::Histogram,
    observation::{Measured, Observation},
};

pub(crate) const NAMESPACE: &str = "AWS/Lambda";
const METRICS: [&str; 5] = [
    "Invocations",
    "Errors",
    "Throttles",
    "Duration",
    "ConcurrentExecutions",
];
/// What there is of versions that have provisioned concurrency.
const METRICS_OF_PROVISIONED: [&str; 4] = [
    "ProvisionedConcurrencyInvocations",
    "ProvisionedConcurrencySpilloverInvocations",
    "ProvisionedConcurrencyUtilization",
    "ProvisionedConcurrentExecutions",
];
/// As long as CloudWatch keeps data of one second.
pub(crate) const KEPT_SECONDS: u64 = 3 * 3600;

#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Of each function its series: a few, so that they are looked through.
    series: BTreeMap<String, Vec<Series>>,
}

type Series = (Key, BTreeMap<u64, Histogram>);

impl Metrics {
    pub(crate) fn add(&mut self, observation: &Observation<'_>) {
        let second = observation.began.duration_since(UNIX_EPOCH);
        let second = second.unwrap_or_default().as_secs();
        let histogram = self.series_of(observation).entry(second).or_default();
        match observation.measured {
            Measured::Ended { duration, failed } => {
                let milliseconds = duration.as_secs_f64() * 1e3;
                histogram.add(milliseconds, failed, observation.concurrent);
                if let Some(found) = observation.found {
                    histogram.provisioned.add(found);
                }
            }
            Measured::Throttled => histogram.throttles += 1,
        }
    }

    fn series_of(&mut self, observation: &Observation<'_>) -> &mut BTreeMap<u64, Histogram> {
        let all = self.series.entry(observation.function.to_owned());
        let all = all.or_default();
        let index = match all.iter().position(|(key, _)| key.counts(observation)) {
            Some(index) => index,
            None => {
                all.push((Key::new(observation), BTreeMap::new()));
                all.len() - 1
            }
        };
        &mut all[index].1
    }

    pub(crate) fn forget_before(&mut self, second: u64) {
        self.series.retain(|_, series| {
            series.retain_mut(|(_, seconds)| {
                *seconds = seconds.split_off(&second);
                !seconds.is_empty()
            });
            !series.is_empty()
        });
    }

    /// What each version of a function did in each of these seconds, however it was invoked.
    pub(crate) fn of_function(
        &self,
        function: &str,
        (start, end): (u64, u64),
    ) -> impl Iterator<Item = (&str, u64, &Histogram)> {
        let series = self.series.get(function).into_iter().flatten();
        series.flat_map(move |(key, seconds)| {
            let seconds = seconds.range(start..end);
            seconds.map(|(second, histogram)| (key.version(), *second, histogram))
        })
    }

    /// What there are data of, and under which names.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&Key, Vec<&'static str>)> {
        self.series.values().flatten().map(|(key, seconds)| {
            let mut names = METRICS.to_vec();
            if seconds.values().any(|second| second.provisioned.all() > 0) {
                names.extend(METRICS_OF_PROVISIONED);
            }
            (key, names)
        })
    }

    /// What the invocations with these dimensions did from `start` to before `end`, by period.
    /// A period without an invocation has no data.
    pub(crate) fn periods(
        &self,
        dimensions: &[Dimension],
        (start, end): (u64, u64),
        period: u64,
    ) -> BTreeMap<u64, Histogram> {
        let mut periods: BTreeMap<u64, Histogram> = BTreeMap::new();
        for (key, seconds) in self.series.values().flatten() {
            if start >= end || !key.has(dimensions) {
                continue;
            }
            for (second, histogram) in seconds.range(start..end) {
                periods
                    .entry(second - second % period)
                    .or_default()
                    .merge(histogram);
            }
        }
        periods
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn dimensions(pairs: &[(&str, &str)]) -> Vec<Dimension> {
        let dimension = |(name, value): &(&str, &str)| Dimension {
            name: (*name).to_owned(),
            value: Some((*value).to_owned()),
        };
        pairs.iter().map(dimension).collect()
    }

    fn observe(metrics: &mut Metrics, second: u64, qualifier: &str, executed: Option<&str>) {
        metrics.add(&Observation {
            function: "hello",
            qualifier: Some(qualifier),
            executed_version: executed,
            began: UNIX_EPOCH + Duration::from_secs(second),
            measured: Measured::Ended {
                duration: Duration::from_millis(2),
                failed: executed == Some("2"),
            },
            concurrent: 1,
            found: None,
        });
    }

    #[test]
    fn each_set_of_dimensions_counts_its_own() {
        let mut metrics = Metrics::default();
        observe(&mut metrics, 120, "live", Some("1"));
        observe(&mut metrics, 121, "live", Some("2"));
        observe(&mut metrics, 185, "2", None);
        let count = |pairs: &[(&str, &str)]| -> Vec<(u64, u64, u64)> {
            let periods = metrics.periods(&dimensions(pairs), (0, 1000), 60);
            periods
                .iter()
                .map(|(at, b)| (*at, b.invocations, b.errors))
                .collect()
        };
        assert_eq!(
            count(&[("FunctionName", "hello")]),
            [(120, 2, 1), (180, 1, 0)]
        );
        let live = [("FunctionName", "hello"), ("Resource", "hello:live")];
        assert_eq!(count(&live), [(120, 2, 1)]);
        assert_eq!(
            count(&[live[0], live[1], ("ExecutedVersion", "2")]),
            [(120, 1, 1)]
        );
        assert_eq!(count(&[live[0], ("Resource", "hello:2")]), [(180, 1, 0)]);
        assert_eq!(count(&[live[1]]), []);
    }

    #[test]
    fn what_is_too_old_is_forgotten() {
        let mut metrics = Metrics::default();
        observe(&mut metrics, 100, "live", Some("1"));
        observe(&mut metrics, 200, "live", Some("1"));
        metrics.forget_before(150);
        assert_eq!(metrics.periods(&[], (0, 1000), 1).len(), 1);
        metrics.forget_before(300);
        assert_eq!(metrics.names().count(), 0);
    }
}
