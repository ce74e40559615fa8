//! What an alarm watches, and what it takes for too much.

use serde::{Deserialize, Serialize};

use crate::{
    cloudwatch::{
        expressions::{Queries, Query},
        metrics::{Metric, Series, Sources, Statistic, Window},
    },
    protocol::Exception,
};

/// What `PutMetricAlarm` says of an alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Definition {
    pub(crate) alarm_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm_description: Option<String>,
    #[serde(default = "enabled")]
    actions_enabled: bool,
    #[serde(default)]
    alarm_actions: Vec<String>,
    #[serde(default, rename = "OKActions")]
    ok_actions: Vec<String>,
    #[serde(default)]
    insufficient_data_actions: Vec<String>,
    #[serde(flatten)]
    metric: Metric,
    /// In place of a metric: queries, of which one gives what is watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    metrics: Vec<Query>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statistic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extended_statistic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<u64>,
    pub(crate) evaluation_periods: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) datapoints_to_alarm: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    comparison_operator: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    treat_missing_data: Option<String>,
}

pub(super) const fn enabled() -> bool {
    true
}

impl Definition {
    /// Either a metric with a statistic, or queries of which exactly one gives a result.
    pub(crate) fn check(&self) -> Result<(), Exception> {
        if compare(&self.comparison_operator, 0.0, 0.0).is_none() {
            return Err(Exception::invalid_parameter(format!(
                "lambda-local does not know the comparison '{}'",
                self.comparison_operator
            )));
        }
        let returned = self.metrics.iter().filter(|query| query.is_returned());
        match (self.statistic(), self.metrics.is_empty(), returned.count()) {
            (Some(name), true, _) => Statistic::parse(name).map(|_| ()),
            (None, false, 1) => Ok(()),
            (None, false, _) => Err(Exception::invalid_parameter(
                "Exactly one element of the metrics list should return data.",
            )),
            _ => Err(Exception::invalid_parameter(
                "give MetricName with Statistic or ExtendedStatistic, or Metrics",
            )),
        }
    }

    fn statistic(&self) -> Option<&str> {
        let extended = self.extended_statistic.as_deref();
        extended.or(self.statistic.as_deref())
    }

    /// What is watched. What cannot be evaluated has no data.
    pub(crate) fn series(&self, sources: &Sources, window: Window) -> Series {
        let period = self.period();
        if let Some(statistic) = self.statistic() {
            let statistic = Statistic::parse(statistic);
            let series = |statistic| sources.series(&self.metric, statistic, window, period);
            return statistic.map(series).unwrap_or_default();
        }
        let watched = self.metrics.iter().find(|query| query.is_returned());
        let queries = Queries::new(&self.metrics, sources, window);
        let results = queries.and_then(|queries| match watched {
            Some(query) => queries.results(query),
            None => Ok(Vec::new()),
        });
        results.unwrap_or_default().pop().unwrap_or_default()
    }

    /// The metrics that it takes to know what is watched.
    pub(crate) fn watched(&self) -> impl Iterator<Item = &Metric> {
        let of_queries = self.metrics.iter().filter_map(Query::metric);
        std::iter::once(&self.metric).chain(of_queries)
    }

    /// Seconds between two datapoints.
    pub(crate) fn period(&self) -> u64 {
        let of_queries = || self.metrics.iter().filter_map(Query::own_period).min();
        self.period.or_else(of_queries).unwrap_or(60).max(1)
    }

    pub(crate) fn threshold(&self) -> f64 {
        self.threshold.unwrap_or_default()
    }

    pub(crate) fn breaches(&self, value: f64) -> bool {
        compare(&self.comparison_operator, value, self.threshold()) == Some(true)
    }

    /// How a period without data counts.
    pub(crate) fn missing(&self) -> &str {
        self.treat_missing_data.as_deref().unwrap_or("missing")
    }
}

fn compare(operator: &str, value: f64, threshold: f64) -> Option<bool> {
    Some(match operator {
        "GreaterThanThreshold" => value > threshold,
        "GreaterThanOrEqualToThreshold" => value >= threshold,
        "LessThanThreshold" => value < threshold,
        "LessThanOrEqualToThreshold" => value <= threshold,
        _ => return None,
    })
}
