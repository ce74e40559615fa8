//! CloudWatch: what both versions answered, and which alarms ring.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::{
    Client,
    primitives::DateTime,
    types::{
        Dimension, Metric as CloudWatchMetric, MetricAlarm, MetricDataQuery, MetricStat, StateValue,
    },
};
use rollout::{
    Rollout, Seconds, Timestamp, Version,
    plan::Metrics,
    samples::Sample,
    signal::{Answers, Metric, Signal},
};

use super::AwsError;

/// Periods from which the traffic before a rollout is taken.
const PERIODS_BEFORE: u64 = 15;
/// Alarms of one `DescribeAlarms`.
const MAX_ALARMS: i32 = 100;

#[derive(Debug)]
pub(crate) struct CloudWatch {
    client: Client,
    function: String,
    alias: String,
}

/// Values by the start of their period, in seconds since 1970.
type Series = BTreeMap<u64, f64>;

/// An alarm, and what it watches.
#[derive(Debug)]
pub(crate) struct Alarm {
    pub(crate) rings: bool,
    /// Whether it is on one of Lambda's metrics.
    pub(crate) of_lambda: bool,
    pub(crate) dimensions: BTreeMap<String, String>,
}

/// One series to ask for.
struct SeriesQuery {
    id: String,
    metric: Metric,
    version: Option<Version>,
}

impl SeriesQuery {
    /// Requests of a version, or of the alias, whichever version answered them.
    fn invocations(of: &str, version: Option<Version>) -> Self {
        let statistic = "Sum".to_owned();
        let metric = Metric {
            name: "Invocations",
            statistic,
        };
        Self::new(of, "invocations", metric, version)
    }

    fn signal(of: &str, signal: Signal, version: Version) -> Self {
        Self::new(of, signal.kind().name, signal.metric(), Some(version))
    }

    fn new(of: &str, what: &str, metric: Metric, version: Option<Version>) -> Self {
        Self {
            id: format!("{of}_{what}"),
            metric,
            version,
        }
    }
}

impl CloudWatch {
    pub(crate) fn new(config: &SdkConfig, function: &str, alias: &str) -> Self {
        Self {
            client: Client::new(config),
            function: function.to_owned(),
            alias: alias.to_owned(),
        }
    }

    /// What both versions answered through the alias since the rollout's start, by period: one
    /// call. A version has reported a period when all its series are there: a missing value is
    /// not a zero.
    pub(crate) async fn samples(
        &self,
        rollout: &Rollout,
        now: Timestamp,
    ) -> Result<Vec<Sample>, AwsError> {
        let plan = &rollout.plan;
        let mut asked = vec![SeriesQuery::invocations(ALIAS, None)];
        for (of, version) in [(BLUE, rollout.blue), (GREEN, rollout.green)] {
            asked.push(SeriesQuery::invocations(of, Some(version)));
            let signals = plan.signals();
            asked.extend(signals.map(|signal| SeriesQuery::signal(of, signal, version)));
        }
        let times = (rollout.start(), now);
        let mut found = self.series(&asked, times, plan.metrics.period).await?;
        let (blue, green) = (
            found.answers(BLUE, plan.signals()),
            found.answers(GREEN, plan.signals()),
        );
        Ok(samples(&blue, &green, &found.invocations(ALIAS)))
    }

    /// Requests a second that the alias got lately, since the first that was seen; `None` if none
    /// was.
    pub(crate) async fn rate(
        &self,
        metrics: Metrics,
        now: Timestamp,
    ) -> Result<Option<f64>, AwsError> {
        let Metrics { period, delay } = metrics;
        let end = now.unix().saturating_sub(delay.0);
        let end = end - end % period.0;
        let start = end.saturating_sub(PERIODS_BEFORE * period.0);
        let times = (Timestamp::from_unix(start), Timestamp::from_unix(end));
        let asked = SeriesQuery::invocations(ALIAS, None);
        let mut found = self.series(&[asked], times, period).await?;
        let requests = found.invocations(ALIAS);
        let first = requests.iter().find(|(_, requests)| **requests > 0.0);
        Ok(first.map(|(first, _)| {
            let seconds = end.saturating_sub(*first).max(period.0);
            requests.values().sum::<f64>() / seconds as f64
        }))
    }

    /// Blue's 95th percentile in milliseconds over the last hour; `None` if nothing was seen.
    pub(crate) async fn p95(&self, now: Timestamp) -> Result<Option<f64>, AwsError> {
        let metric = Metric {
            name: "Duration",
            statistic: "p95".to_owned(),
        };
        let asked = SeriesQuery::new(ALIAS, "p95", metric, None);
        let hour = Seconds(3600);
        let start = Timestamp::from_unix(now.unix().saturating_sub(hour.0));
        let mut found = self.series(&[asked], (start, now), hour).await?;
        let values = found.take(ALIAS, "p95");
        Ok(values.into_values().reduce(f64::max))
    }

    /// The alarms of these names that are there.
    pub(crate) async fn alarms(
        &self,
        names: &[String],
    ) -> Result<BTreeMap<String, Alarm>, AwsError> {
        let mut found = BTreeMap::new();
        for names in names.chunks(MAX_ALARMS as usize) {
            let answered = self
                .client
                .describe_alarms()
                .set_alarm_names(Some(names.to_vec()))
                .max_records(MAX_ALARMS)
                .send()
                .await?;
            for alarm in answered.metric_alarms.into_iter().flatten() {
                let name = alarm.alarm_name.clone().unwrap_or_default();
                found.insert(name, Alarm::from(alarm));
            }
            for alarm in answered.composite_alarms.into_iter().flatten() {
                let rings = alarm.state_value == Some(StateValue::Alarm);
                let alarm_of_alarms = Alarm {
                    rings,
                    of_lambda: false,
                    dimensions: BTreeMap::new(),
                };
                found.insert(alarm.alarm_name.unwrap_or_default(), alarm_of_alarms);
            }
        }
        Ok(found)
    }

    /// Several series in as few calls as AWS allows: one, unless there are 100,800 values.
    async fn series(
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

impl From<MetricAlarm> for Alarm {
    fn from(alarm: MetricAlarm) -> Self {
        let dimensions = alarm.dimensions.into_iter().flatten();
        let pair = |dimension: Dimension| Some((dimension.name?, dimension.value?));
        Self {
            rings: alarm.state_value == Some(StateValue::Alarm),
            of_lambda: alarm.namespace.as_deref() == Some("AWS/Lambda"),
            dimensions: dimensions.filter_map(pair).collect(),
        }
    }
}

/// Whose series it is, in what CloudWatch is asked.
const ALIAS: &str = "alias";
const BLUE: &str = "blue";
const GREEN: &str = "green";

/// The series that were asked for, by their ids.
#[derive(Default)]
struct AllSeries(HashMap<String, Series>);

impl AllSeries {
    fn take(&mut self, of: &str, what: &str) -> Series {
        self.0.remove(&format!("{of}_{what}")).unwrap_or_default()
    }

    fn invocations(&mut self, of: &str) -> Series {
        self.take(of, "invocations")
    }

    /// What a version answered in the periods for which all its series have a value.
    fn answers(
        &mut self,
        of: &str,
        signals: impl Iterator<Item = Signal>,
    ) -> BTreeMap<u64, Answers> {
        let requests = self.invocations(of).into_iter();
        let requests = requests.map(|(at, requests)| (at, Answers::new(count(requests))));
        signals.fold(requests.collect(), |answers, signal| {
            let bad = self.take(of, signal.kind().name);
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

fn count(value: f64) -> u64 {
    value.round().max(0.0) as u64
}

fn samples(
    blue: &BTreeMap<u64, Answers>,
    green: &BTreeMap<u64, Answers>,
    total: &Series,
) -> Vec<Sample> {
    let periods: BTreeSet<u64> = blue.keys().chain(green.keys()).copied().collect();
    let sample = |at: u64| Sample {
        at: Timestamp::from_unix(at),
        blue: blue.get(&at).copied(),
        green: green.get(&at).copied(),
        total: total.get(&at).copied().map(count),
    };
    periods.into_iter().map(sample).collect()
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
}
