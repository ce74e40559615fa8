//! Series of numbers: how CloudWatch is asked for them, and what they say together.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{Dimension, Metric as CloudWatchMetric, MetricDataQuery, MetricStat},
};
use rollout::{
    Seconds, Timestamp, Version,
    signal::{Answers, Metric, Signal},
};

use super::CloudWatch;
use crate::aws::AwsError;

/// Values by the start of their period, in seconds since 1970.
pub(super) type Series = BTreeMap<u64, f64>;

/// One series to ask for.
pub(super) struct SeriesQuery {
    id: String,
    metric: Metric,
    version: Option<Version>,
}

impl SeriesQuery {
    /// Requests of a version, or of the alias, whichever version answered them.
    pub(super) fn invocations(of: &str, version: Option<Version>) -> Self {
        let statistic = "Sum".to_owned();
        let metric = Metric {
            name: "Invocations",
            statistic,
        };
        Self::new(of, "invocations", metric, version)
    }

    /// What tells of a signal: its metric, and how many values that had. A statistic that counts
    /// some of the values may be missing where there are none such.
    pub(super) fn signal(of: &str, signal: Signal, version: Version) -> Vec<Self> {
        let kind = signal.kind().name;
        let bad = Self::new(of, kind, signal.metric(), Some(version));
        let known = signal.values().map(|metric| {
            let of_values = values_of(kind);
            Self::new(of, &of_values, metric, Some(version))
        });
        std::iter::once(bad).chain(known).collect()
    }

    pub(super) fn new(of: &str, what: &str, metric: Metric, version: Option<Version>) -> Self {
        Self {
            id: format!("{of}_{what}"),
            metric,
            version,
        }
    }
}

fn values_of(kind: &str) -> String {
    format!("{kind}_values")
}

impl CloudWatch {
    /// Several series in as few calls as AWS allows: one, unless there are 100,800 values.
    pub(super) async fn series(
        &self,
        asked: &[SeriesQuery],
        (start, end): (Timestamp, Timestamp),
        period: Seconds,
    ) -> Result<AllSeries, AwsError> {
        let queries = asked
            .iter()
            .map(|asked| self.query(asked, period))
            .collect();
        let start = start.unix() - start.unix() % period.0;
        let pages = self
            .client
            .get_metric_data()
            .set_metric_data_queries(Some(queries))
            .start_time(DateTime::from_secs(start.cast_signed()))
            // The end is not included, and the period that is on counts as far as it has come.
            .end_time(DateTime::from_secs((end.unix() + period.0).cast_signed()));
        let mut pages = pages.into_paginator().send();
        let mut found = AllSeries::default();
        while let Some(page) = pages.next().await {
            for result in page?.metric_data_results.into_iter().flatten() {
                let series = found.0.entry(result.id.unwrap_or_default()).or_default();
                let times = result.timestamps.into_iter().flatten();
                let times = times.map(|time| time.secs().unsigned_abs());
                series.extend(times.zip(result.values.into_iter().flatten()));
            }
        }
        Ok(found)
    }

    fn query(&self, asked: &SeriesQuery, period: Seconds) -> MetricDataQuery {
        let dimension =
            |name: &str, value: String| Dimension::builder().name(name).value(value).build();
        let resource = format!("{}:{}", self.function, self.alias);
        let mut metric = CloudWatchMetric::builder()
            .namespace("AWS/Lambda")
            .metric_name(asked.metric.name)
            .dimensions(dimension("FunctionName", self.function.clone()))
            .dimensions(dimension("Resource", resource));
        if let Some(version) = asked.version {
            metric = metric.dimensions(dimension("ExecutedVersion", version.to_string()));
        }
        let stat = MetricStat::builder()
            .metric(metric.build())
            .period(i32::try_from(period.0).unwrap_or(i32::MAX))
            .stat(&asked.metric.statistic)
            .build();
        MetricDataQuery::builder()
            .id(&asked.id)
            .metric_stat(stat)
            .build()
    }
}

/// Whose series it is, in what CloudWatch is asked.
pub(super) const ALIAS: &str = "alias";
pub(super) const BLUE: &str = "blue";
pub(super) const GREEN: &str = "green";

/// The series that were asked for, by their ids.
#[derive(Default)]
pub(super) struct AllSeries(HashMap<String, Series>);

impl AllSeries {
    pub(super) fn take(&mut self, of: &str, what: &str) -> Series {
        self.0.remove(&format!("{of}_{what}")).unwrap_or_default()
    }

    pub(super) fn invocations(&mut self, of: &str) -> Series {
        self.take(of, "invocations")
    }

    /// What a version answered in the periods for which all its series have a value.
    pub(super) fn answers(
        &mut self,
        of: &str,
        signals: impl Iterator<Item = Signal>,
    ) -> BTreeMap<u64, Answers> {
        let requests = self.invocations(of).into_iter();
        let requests = requests.map(|(at, requests)| (at, Answers::new(count(requests))));
        signals.fold(requests.collect(), |answers, signal| {
            let kind = signal.kind().name;
            let mut bad: Series = self.take(of, &values_of(kind));
            bad.values_mut().for_each(|none| *none = 0.0);
            bad.extend(self.take(of, kind));
            complete(answers, signal, &bad)
        })
    }
}

fn complete(
    answers: BTreeMap<u64, Answers>,
    signal: Signal,
    bad: &Series,
) -> BTreeMap<u64, Answers> {
    let known = answers.into_iter();
    let known = known.filter_map(|(at, answers)| {
        let bad = count(*bad.get(&at)?);
        Some((at, answers.with(signal, bad)))
    });
    known.collect()
}

pub(super) fn count(value: f64) -> u64 {
    value.round().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use rollout::signal::Signal;

    use super::{AllSeries, BLUE, Series};

    #[test]
    fn a_period_with_a_missing_series_is_unknown_and_not_clean() {
        let series = |what: &str, pairs: &[(u64, f64)]| {
            let series: Series = pairs.iter().copied().collect();
            (format!("{BLUE}_{what}"), series)
        };
        let known = |signals: &[Signal]| -> Vec<(u64, u64, Vec<u64>)> {
            let mut found = AllSeries::default();
            found.0.extend([
                series("invocations", &[(60, 10.0), (120, 12.0), (180, 9.0)]),
                series("errors", &[(60, 1.0), (120, 0.0)]),
                series("slow", &[(120, 3.0)]),
            ]);
            let answers = found.answers(BLUE, signals.iter().copied()).into_iter();
            let plain = answers.map(|(at, answers)| {
                let bad = answers.bad().map(|(_, bad)| bad).collect();
                (at, answers.requests, bad)
            });
            plain.collect()
        };
        let errors = known(&[Signal::Errors]);
        assert_eq!(errors, [(60, 10, vec![1, 0]), (120, 12, vec![0, 0])]);
        let both = known(&[Signal::Errors, Signal::Slow(250)]);
        assert_eq!(both, [(120, 12, vec![0, 3])]);
    }

    #[test]
    fn where_requests_were_timed_and_none_is_counted_as_slow_there_were_none() {
        let series = |what: &str, pairs: &[(u64, f64)]| {
            let series: Series = pairs.iter().copied().collect();
            (format!("{BLUE}_{what}"), series)
        };
        let mut found = AllSeries::default();
        found.0.extend([
            series("invocations", &[(60, 10.0), (120, 12.0), (180, 9.0)]),
            series("slow", &[(120, 3.0)]),
            series("slow_values", &[(60, 10.0), (120, 12.0)]),
        ]);
        let answers = found.answers(BLUE, [Signal::Slow(250)].into_iter());
        let slow = Signal::Slow(250);
        let plain = answers
            .iter()
            .map(|(at, answers)| (*at, answers.counts(slow).bad));
        assert_eq!(plain.collect::<Vec<_>>(), [(60, 0), (120, 3)]);
    }
}
