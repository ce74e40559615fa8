//! CloudWatch: what both versions answered, and which alarms ring.

mod alarms;
mod answers;
mod names;
mod series;

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use bluegreen_rollout::{
    Rollout, Seconds, Timestamp, Version,
    plan::{Metrics, Name, Outcomes, Plan},
    samples::{Sample, Samples},
    signal::{Answers, Source},
};

use super::AwsError;
pub(crate) use alarms::Alarm;
use answers::{AllSeries, count};
use names::{ALIAS, BLUE, GREEN, Series, THROTTLES, requests_of};
use series::SeriesQuery;

/// Periods from which the traffic before a rollout is taken.
const PERIODS_BEFORE: u64 = 15;
/// What blue's latency is taken from.
const HOUR: u64 = 3600;
/// US dollars for one metric of a `GetMetricData`, from memory of AWS's list of 2026.
const PRICE_OF_A_SERIES: f64 = 0.01 / 1000.0;
const TWO_WEEKS: u64 = 14 * 24 * HOUR;
const FIVE_MINUTES: Seconds = Seconds(300);

#[derive(Debug)]
pub(crate) struct CloudWatch {
    client: Client,
    function: String,
    alias: String,
}

/// What the looks of a rollout until its horizon cost at the most, in US dollars.
pub(crate) fn price_of_looks(rollout: &Rollout) -> f64 {
    let asked = SeriesQuery::of_a_look(&rollout.plan, rollout.blue, rollout.green);
    rollout.plan.looks() as f64 * asked.len() as f64 * PRICE_OF_A_SERIES
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
    ) -> Result<Samples, AwsError> {
        let (plan, blue, green) = (&rollout.plan, rollout.blue, rollout.green);
        let asked = SeriesQuery::of_a_look(plan, blue, green);
        let mut found = self.series(&asked, (rollout.start(), now)).await?;
        let mut total = found.take(ALIAS, requests_of(Source::Lambda));
        for (at, throttled) in found.take(ALIAS, THROTTLES) {
            *total.entry(at).or_default() += throttled;
        }
        let mut of = |source, total| samples(&mut found, (source, plan), total);
        let lambda = of(Source::Lambda, Some(&total));
        let outcomes = match plan.outcomes {
            Some(_) => of(Source::Outcomes, None),
            None => Vec::new(),
        };
        Ok(Samples { lambda, outcomes })
    }

    /// Whether a version has said how it answered, in the last two weeks.
    pub(crate) async fn has_said(
        &self,
        version: Version,
        outcomes: &Outcomes,
        now: Timestamp,
    ) -> Result<bool, AwsError> {
        let of = (BLUE, requests_of(Source::Outcomes));
        let metric = outcomes.requests.clone().with("Sum".to_owned());
        let asked = SeriesQuery::new(of, metric, Some(version), Seconds(HOUR));
        let start = now.before(TWO_WEEKS);
        let mut found = self.series(&[asked], (start, now)).await?;
        Ok(!found.take(of.0, of.1).is_empty())
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
        let mut found = self
            .series(&[SeriesQuery::invocations(metrics.period)], times)
            .await?;
        let requests = found.take(ALIAS, requests_of(Source::Lambda));
        let first = requests.iter().find(|(_, requests)| **requests > 0.0);
        Ok(first.map(|(first, _)| {
            let seconds = end.saturating_sub(*first).max(period.0);
            requests.values().sum::<f64>() / seconds as f64
        }))
    }

    /// Blue's 95th percentile in milliseconds: the middle one of those of the last hour's periods
    /// of five minutes; `None` if nothing was seen. Periods of an hour would start on the hour.
    pub(crate) async fn p95(&self, now: Timestamp) -> Result<Option<f64>, AwsError> {
        let metric = Name::of_lambda("Duration").with("p95".to_owned());
        let asked = SeriesQuery::new((ALIAS, "p95"), metric, None, FIVE_MINUTES);
        let start = Timestamp::from_unix(now.unix().saturating_sub(HOUR));
        let mut found = self.series(&[asked], (start, now)).await?;
        let mut values: Vec<f64> = found.take(ALIAS, "p95").into_values().collect();
        values.sort_by(f64::total_cmp);
        Ok(values.get(values.len() / 2).copied())
    }
}

fn samples(
    found: &mut AllSeries,
    (source, plan): (Source, &Plan),
    total: Option<&Series>,
) -> Vec<Sample> {
    let blue = found.answers(BLUE, source, plan);
    let green = found.answers(GREEN, source, plan);
    let periods: BTreeSet<u64> = blue.keys().chain(green.keys()).copied().collect();
    let reported = |of: &BTreeMap<u64, Answers>, at| of.get(&at).copied();
    let sample = |at: u64| Sample {
        at: Timestamp::from_unix(at),
        blue: reported(&blue, at),
        green: reported(&green, at),
        total: total.and_then(|total| total.get(&at)).copied().map(count),
    };
    periods.into_iter().map(sample).collect()
}
