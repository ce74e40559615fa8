//! Where data come from: Lambda's own metrics, and those that clients put.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    custom::{CustomMetrics, name},
    lambda::{Dimension, Metrics, NAMESPACE},
    statistic::{Series, Statistic},
    window::Window,
};
use crate::protocol::Exception;

#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) lambda: Metrics,
    pub(crate) custom: CustomMetrics,
}

/// A metric with its dimensions, in a query or an alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Metric {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metric_name: Option<String>,
    #[serde(default)]
    pub(crate) dimensions: Vec<Dimension>,
}

impl Sources {
    /// The statistic of each of the window's periods that has data.
    pub(crate) fn series(
        &self,
        metric: &Metric,
        statistic: Statistic,
        window: Window,
        period: u64,
    ) -> Series {
        let times = window.whole(period);
        let namespace = metric.namespace.as_deref().unwrap_or_default();
        let of = metric.metric_name.as_deref().unwrap_or_default();
        if namespace != NAMESPACE {
            let name = name(namespace, of, &metric.dimensions);
            return self.custom.series(&name, statistic, times, period);
        }
        let periods = self.lambda.periods(&metric.dimensions, times, period);
        let values: BTreeMap<u64, f64> = periods
            .iter()
            .filter_map(|(at, histogram)| Some((*at, statistic.of(of, histogram)?)))
            .collect();
        values
    }

    pub(crate) fn forget_before(&mut self, second: u64) {
        self.lambda.forget_before(second);
        self.custom.forget_before(second);
    }
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html>
pub(crate) fn check_period(period: u64) -> Result<(), Exception> {
    match period {
        1 | 5 | 10 | 20 | 30 => Ok(()),
        period if period > 0 && period.is_multiple_of(60) => Ok(()),
        _ => Err(Exception::invalid_parameter(
            "The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.",
        )),
    }
}
