//! CloudWatch: what both versions answered, and which alarms ring.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::{
    Client,
    primitives::DateTime,
    types::{Dimension, Metric, MetricAlarm, MetricDataQuery, MetricStat, StateValue},
};
use rollout::{Answers, Metrics, Rollout, Sample, Seconds, Timestamp, Version};

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
struct Asked<'a> {
    id: &'a str,
    metric: &'a str,
    statistic: Cow<'static, str>,
    version: Option<Version>,
}

impl Asked<'static> {
    /// Requests of the alias, whichever version answered them.
    const TOTAL: Self = Self {
        id: "all",
        metric: "Invocations",
        statistic: Cow::Borrowed("Sum"),
        version: None,
    };
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
        let period = rollout.plan.metrics.period;
        let slow = rollout.plan.slow;
        let mut asked = vec![Asked::TOTAL];
        for (version, ids) in [(rollout.blue, BLUE), (rollout.green, GREEN)] {
            let series = |id, metric, statistic| Asked {
                id,
                metric,
                statistic,
                version: Some(version),
            };
            asked.push(series(ids.invocations, "Invocations", "Sum".into()));
            asked.push(series(ids.errors, "Errors", "Sum".into()));
            let slow = slow.map(|limit| format!("TC({limit}:)").into());
            asked.extend(slow.map(|statistic| series(ids.slow, "Duration", statistic)));
        }
        let mut found = self.series(&asked, (rollout.start(), now), period).await?;
        let mut answers = |ids: Ids| {
            let mut take = |id| found.remove(id).unwrap_or_default();
            let (invocations, errors) = (take(ids.invocations), take(ids.errors));
            complete(&invocations, &errors, slow.map(|_| take(ids.slow)).as_ref())
        };
        let (blue, green) = (answers(BLUE), answers(GREEN));
        let total = found.remove(Asked::TOTAL.id).unwrap_or_default();
        Ok(samples(&blue, &green, &total))
    }

    /// Requests a second that the alias got lately; `None` if nothing was seen.
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
        let mut found = self.series(&[Asked::TOTAL], times, period).await?;
        let total = found.remove(Asked::TOTAL.id).unwrap_or_default();
        let requests: f64 = total.values().sum();
        let seconds = (PERIODS_BEFORE * period.0) as f64;
        Ok((requests > 0.0).then_some(requests / seconds))
    }

    /// Blue's 95th percentile in milliseconds over the last hour; `None` if nothing was seen.
    pub(crate) async fn p95(&self, now: Timestamp) -> Result<Option<f64>, AwsError> {
        let asked = Asked {
            id: "p95",
            metric: "Duration",
            statistic: "p95".into(),
            version: None,
        };
        let hour = Seconds(3600);
        let start = Timestamp::from_unix(now.unix().saturating_sub(hour.0));
        let mut found = self.series(&[asked], (start, now), hour).await?;
        let values = found.remove("p95").unwrap_or_default();
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
        asked: &[Asked<'_>],
        (start, end): (Timestamp, Timestamp),
        period: Seconds,
    ) -> Result<HashMap<String, Series>, AwsError> {
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
        let mut found: HashMap<String, Series> = HashMap::new();
        while let Some(page) = pages.next().await {
            for result in page?.metric_data_results.into_iter().flatten() {
                let series = found.entry(result.id.unwrap_or_default()).or_default();
                let times = result.timestamps.into_iter().flatten();
                let times = times.map(|time| time.secs().unsigned_abs());
                series.extend(times.zip(result.values.into_iter().flatten()));
            }
        }
        Ok(found)
    }

    fn query(&self, asked: &Asked<'_>, period: Seconds) -> MetricDataQuery {
        let dimension =
            |name: &str, value: String| Dimension::builder().name(name).value(value).build();
        let resource = format!("{}:{}", self.function, self.alias);
        let mut metric = Metric::builder()
            .namespace("AWS/Lambda")
            .metric_name(asked.metric)
            .dimensions(dimension("FunctionName", self.function.clone()))
            .dimensions(dimension("Resource", resource));
        if let Some(version) = asked.version {
            metric = metric.dimensions(dimension("ExecutedVersion", version.to_string()));
        }
        let stat = MetricStat::builder()
            .metric(metric.build())
            .period(i32::try_from(period.0).unwrap_or(i32::MAX))
            .stat(asked.statistic.as_ref())
            .build();
        MetricDataQuery::builder()
            .id(asked.id)
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

/// The ids of a version's series.
#[derive(Clone, Copy)]
struct Ids {
    invocations: &'static str,
    errors: &'static str,
    slow: &'static str,
}

const BLUE: Ids = Ids {
    invocations: "blue_invocations",
    errors: "blue_errors",
    slow: "blue_slow",
};
const GREEN: Ids = Ids {
    invocations: "green_invocations",
    errors: "green_errors",
    slow: "green_slow",
};

/// The periods for which all series have a value.
fn complete(
    invocations: &Series,
    errors: &Series,
    slow: Option<&Series>,
) -> BTreeMap<u64, Answers> {
    let none = Some(&0.0);
    let answers = invocations.iter().filter_map(|(at, requests)| {
        let slow = slow.map_or(none, |slow| slow.get(at));
        let answers = Answers {
            requests: count(*requests),
            errors: count(*errors.get(at)?),
            slow: count(*slow?),
        };
        Some((*at, answers))
    });
    answers.collect()
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
    use super::{Answers, Series, complete};

    #[test]
    fn a_period_with_a_missing_series_is_unknown_and_not_clean() {
        let series = |pairs: &[(u64, f64)]| pairs.iter().copied().collect::<Series>();
        let invocations = series(&[(60, 10.0), (120, 12.0), (180, 9.0)]);
        let errors = series(&[(60, 1.0), (120, 0.0)]);
        let known: Vec<(u64, Answers)> =
            complete(&invocations, &errors, None).into_iter().collect();
        let answers = |requests, errors| Answers {
            requests,
            errors,
            slow: 0,
        };
        assert_eq!(known, [(60, answers(10, 1)), (120, answers(12, 0))]);
        let slow = series(&[(120, 3.0)]);
        assert_eq!(complete(&invocations, &errors, Some(&slow)).len(), 1);
    }
}
