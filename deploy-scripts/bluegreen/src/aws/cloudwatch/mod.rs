//! CloudWatch: what both versions answered, and which alarms ring.

mod alarms;
mod series;

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use rollout::{
    Rollout, Seconds, Timestamp,
    plan::Metrics,
    samples::Sample,
    signal::{Answers, Metric},
};

use super::AwsError;
pub(crate) use alarms::Alarm;
use series::{ALIAS, BLUE, GREEN, Series, SeriesQuery, count};

/// Periods from which the traffic before a rollout is taken.
const PERIODS_BEFORE: u64 = 15;
/// What blue's latency is taken from.
const HOUR: u64 = 3600;
const FIVE_MINUTES: Seconds = Seconds(300);

#[derive(Debug)]
pub(crate) struct CloudWatch {
    client: Client,
    function: String,
    alias: String,
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
            asked.extend(signals.flat_map(|signal| SeriesQuery::signal(of, signal, version)));
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

    /// Blue's 95th percentile in milliseconds: the middle one of those of the last hour's periods
    /// of five minutes; `None` if nothing was seen. Periods of an hour would start on the hour.
    pub(crate) async fn p95(&self, now: Timestamp) -> Result<Option<f64>, AwsError> {
        let metric = Metric {
            name: "Duration",
            statistic: "p95".to_owned(),
        };
        let asked = SeriesQuery::new(ALIAS, "p95", metric, None);
        let start = Timestamp::from_unix(now.unix().saturating_sub(HOUR));
        let mut found = self.series(&[asked], (start, now), FIVE_MINUTES).await?;
        let mut values: Vec<f64> = found.take(ALIAS, "p95").into_values().collect();
        values.sort_by(f64::total_cmp);
        Ok(values.get(values.len() / 2).copied())
    }
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
