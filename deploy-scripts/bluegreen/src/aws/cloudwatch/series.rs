//! Series of numbers: how CloudWatch is asked for them, and what they say together.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{Dimension, Metric as CloudWatchMetric, MetricDataQuery, MetricStat},
};
use rollout::{
    Seconds, Timestamp, Version,
    plan::{Metric, Name, Plan},
    signal::{Answers, Signal, Source},
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
    period: Seconds,
}

impl SeriesQuery {
    pub(super) fn new(
        (of, what): (&str, &str),
        metric: Metric,
        version: Option<Version>,
        period: Seconds,
    ) -> Self {
        Self {
            id: id(of, what),
            metric,
            version,
            period,
        }
    }

    /// Requests of the alias, whichever version answered them.
    pub(super) fn invocations(period: Seconds) -> Self {
        let metric = Name::of_lambda("Invocations").with("Sum".to_owned());
        let of = (ALIAS, requests_of(Source::Lambda));
        Self::new(of, metric, None, period)
    }

    /// All that a rollout has to know.
    pub(super) fn of_a_look(plan: &Plan, blue: Version, green: Version) -> Vec<Self> {
        let period = plan.metrics.period;
        let throttled = Self::new((ALIAS, THROTTLES), throttles(), None, period);
        let of_alias = [Self::invocations(period), throttled].into_iter();
        let of_blue = Self::of_version(BLUE, blue, plan);
        let of_green = Self::of_version(GREEN, green, plan);
        of_alias.chain(of_blue).chain(of_green).collect()
    }

    /// All that a plan's sources know of a version.
    fn of_version(of: &str, version: Version, plan: &Plan) -> Vec<Self> {
        let query = |source: Source, what: &str, metric: Metric| {
            let period = plan.metrics_of(source).period;
            Self::new((of, what), metric, Some(version), period)
        };
        let requests = plan
            .sources()
            .map(|source| query(source, requests_of(source), plan.requests(source)));
        let throttled = query(Source::Lambda, THROTTLES, throttles());
        let signals = plan.signals().flat_map(|signal| {
            let kind = signal.kind().name;
            let bad = query(signal.source(), kind, plan.bad(signal));
            let values = plan.values(signal).filter(|_| signal != Signal::Bad);
            let values = values.map(|metric| query(signal.source(), &values_of(kind), metric));
            std::iter::once(bad).chain(values)
        });
        requests.chain([throttled]).chain(signals).collect()
    }
}

/// Throttled requests are no invocations, and nobody's errors: to a client they are both.
pub(super) const THROTTLES: &str = "throttles";

fn throttles() -> Metric {
    Name::of_lambda("Throttles").with("Sum".to_owned())
}

fn id(of: &str, what: &str) -> String {
    format!("{of}_{what}")
}

fn values_of(kind: &str) -> String {
    format!("{kind}_values")
}

/// The name of a source's requests among its series.
pub(super) const fn requests_of(source: Source) -> &'static str {
    match source {
        Source::Lambda => "invocations",
        Source::Outcomes => "requests",
    }
}

impl CloudWatch {
    /// Several series in as few calls as AWS allows: one, unless there are 100,800 values.
    pub(super) async fn series(
        &self,
        asked: &[SeriesQuery],
        (start, end): (Timestamp, Timestamp),
    ) -> Result<AllSeries, AwsError> {
        let queries = asked.iter().map(|asked| self.query(asked)).collect();
        let period = asked.iter().map(|asked| asked.period.0).max().unwrap_or(1);
        let start = start.unix() - start.unix() % period;
        let pages = self
            .client
            .get_metric_data()
            .set_metric_data_queries(Some(queries))
            .start_time(DateTime::from_secs(start.cast_signed()))
            // The end is not included, and the period that is on counts as far as it has come.
            .end_time(DateTime::from_secs((end.unix() + period).cast_signed()));
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

    fn query(&self, asked: &SeriesQuery) -> MetricDataQuery {
        let dimension =
            |name: &str, value: String| Dimension::builder().name(name).value(value).build();
        let resource = format!("{}:{}", self.function, self.alias);
        let mut metric = CloudWatchMetric::builder()
            .namespace(&asked.metric.name.namespace)
            .metric_name(&asked.metric.name.name)
            .dimensions(dimension("FunctionName", self.function.clone()))
            .dimensions(dimension("Resource", resource));
        if let Some(version) = asked.version {
            metric = metric.dimensions(dimension("ExecutedVersion", version.to_string()));
        }
        let stat = MetricStat::builder()
            .metric(metric.build())
            .period(i32::try_from(asked.period.0).unwrap_or(i32::MAX))
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
        self.0.remove(&id(of, what)).unwrap_or_default()
    }

    /// What a version answered in the periods for which all series of a source have a value.
    pub(super) fn answers(
        &mut self,
        of: &str,
        source: Source,
        plan: &Plan,
    ) -> BTreeMap<u64, Answers> {
        let requests = self.take(of, requests_of(source));
        let known = requests.iter();
        let known = known.map(|(at, requests)| (*at, Answers::new(count(*requests))));
        let signals = plan.signals().filter(|signal| signal.source() == source);
        let answers = signals.fold(known.collect(), |answers, signal| {
            let kind = signal.kind().name;
            let mut bad = match signal {
                // Written where something was bad, or with each request: both say the same.
                Signal::Bad => requests.clone(),
                _ => self.take(of, &values_of(kind)),
            };
            bad.values_mut().for_each(|none| *none = 0.0);
            bad.extend(self.take(of, kind));
            complete(answers, signal, &bad)
        });
        match source {
            Source::Lambda => with_throttled(answers, &requests, &self.take(of, THROTTLES)),
            Source::Outcomes => answers,
        }
    }
}

/// Where nothing was invoked, but something was throttled, Lambda tells of nothing else.
fn with_throttled(
    mut answers: BTreeMap<u64, Answers>,
    invocations: &Series,
    throttles: &Series,
) -> BTreeMap<u64, Answers> {
    for (at, throttled) in throttles.iter().map(|(at, value)| (*at, count(*value))) {
        let throttled = Answers::new(throttled).with(Signal::Errors, throttled);
        let known = answers.contains_key(&at) || !invocations.contains_key(&at);
        if known && throttled.requests > 0 {
            let answered = answers.entry(at).or_default();
            *answered = *answered + throttled;
        }
    }
    answers
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
    use rollout::{
        plan::{Metrics, Outcomes, Plan},
        signal::{Signal, Source},
    };

    use super::{AllSeries, BLUE, Series, id};

    fn found(series: &[(&str, &[(u64, f64)])]) -> AllSeries {
        let named = |(what, pairs): &(&str, &[(u64, f64)])| {
            let series: Series = pairs.iter().copied().collect();
            (id(BLUE, what), series)
        };
        AllSeries(series.iter().map(named).collect())
    }

    fn plan(also: &[Signal]) -> Plan {
        Plan {
            also: also.to_vec(),
            outcomes: Some(Outcomes::of_the_layer(Metrics::default())),
            ..Plan::new("canary:10%/5m".parse().unwrap())
        }
    }

    /// Period, requests, and the bad ones by each of the source's signals.
    fn known(mut found: AllSeries, source: Source, plan: &Plan) -> Vec<(u64, u64, Vec<u64>)> {
        let answers = found.answers(BLUE, source, plan).into_iter();
        let plain = answers.map(|(at, answers)| {
            let bad = answers.bad(source).map(|(_, bad)| bad).collect();
            (at, answers.requests, bad)
        });
        plain.collect()
    }

    #[test]
    fn a_period_with_a_missing_series_is_unknown_and_not_clean() {
        let series = || {
            found(&[
                ("invocations", &[(60, 10.0), (120, 12.0), (180, 9.0)]),
                ("errors", &[(60, 1.0), (120, 0.0)]),
                ("slow", &[(120, 3.0)]),
            ])
        };
        let errors = known(series(), Source::Lambda, &plan(&[]));
        assert_eq!(errors, [(60, 10, vec![1, 0]), (120, 12, vec![0, 0])]);
        let both = known(series(), Source::Lambda, &plan(&[Signal::Slow(250)]));
        assert_eq!(both, [(120, 12, vec![0, 3])]);
    }

    #[test]
    fn where_requests_were_timed_and_none_is_counted_as_slow_there_were_none() {
        let series = found(&[
            ("invocations", &[(60, 10.0), (120, 12.0), (180, 9.0)]),
            ("errors", &[(60, 0.0), (120, 0.0), (180, 0.0)]),
            ("slow", &[(120, 3.0)]),
            ("slow_values", &[(60, 10.0), (120, 12.0)]),
        ]);
        let slow = known(series, Source::Lambda, &plan(&[Signal::Slow(250)]));
        assert_eq!(slow, [(60, 10, vec![0, 0]), (120, 12, vec![0, 3])]);
    }

    #[test]
    fn a_function_that_said_nothing_bad_of_its_requests_had_nothing_bad_to_say() {
        let series = found(&[
            ("requests", &[(60, 10.0), (61, 12.0)]),
            ("bad", &[(61, 3.0), (62, 1.0)]),
        ]);
        let said = known(series, Source::Outcomes, &plan(&[]));
        assert_eq!(said, [(60, 10, vec![0]), (61, 12, vec![3])]);
    }

    #[test]
    fn a_throttled_request_is_a_failed_one() {
        let series = found(&[
            ("invocations", &[(60, 10.0), (180, 5.0)]),
            ("errors", &[(60, 1.0)]),
            ("throttles", &[(60, 4.0), (120, 7.0), (180, 1.0)]),
        ]);
        let answered = known(series, Source::Lambda, &plan(&[]));
        // Of the last period the errors are missing still.
        assert_eq!(answered, [(60, 14, vec![5, 0]), (120, 7, vec![7, 0])]);
    }
}
