//! Where data come from: Lambda's own metrics, and those that clients put or functions print.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    custom::{CustomMetrics, PutMetricData, name},
    dimensions::Dimension,
    embedded::Fault,
    lambda::{Metrics, NAMESPACE},
    pace::Pace,
    statistic::{Series, Statistic},
    window::Window,
};
use crate::protocol::Exception;

#[derive(Debug, Default)]
pub(crate) struct Sources {
    pace: Pace,
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
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            ..Self::default()
        }
    }

    /// Adds what a line of a log group embeds, or counts what is wrong with it. It was printed now,
    /// in seconds since 1970.
    pub(crate) fn take(
        &mut self,
        embedded: Result<Vec<PutMetricData>, Fault>,
        group: &str,
        now: u64,
    ) {
        let seen_from = self.pace.seen_from(now);
        let taken = embedded.and_then(|puts| {
            let put = self.custom.put(&puts, now, seen_from);
            put.map_err(|_| Fault::Validation)
        });
        if let Err(fault) = taken {
            self.custom.add(&fault.counted(group), now, 0);
        }
    }

    /// Seconds after which all of these metrics have come.
    pub(crate) fn lateness<'a>(&self, metrics: impl Iterator<Item = &'a Metric>) -> u64 {
        let namespaces = metrics.filter_map(|metric| metric.namespace.as_deref());
        let delays = namespaces.map(|namespace| self.pace.delay_of(namespace));
        delays.max().unwrap_or_default()
    }

    /// The statistic of each of the window's periods that has data.
    pub(crate) fn series(
        &self,
        metric: &Metric,
        statistic: Statistic,
        window: Window,
        period: u64,
    ) -> Series {
        let namespace = metric.namespace.as_deref().unwrap_or_default();
        let of = metric.metric_name.as_deref().unwrap_or_default();
        if namespace != NAMESPACE {
            let name = name(namespace, of, &metric.dimensions);
            return self.custom.series(&name, statistic, window, period);
        }
        let resolution = self.pace.resolution;
        let times = window.resolved(period, resolution, self.pace.metric_delay);
        let period = period.max(resolution.seconds());
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{
        super::{
            observation::{Measured, Observation},
            pace::Resolution,
        },
        *,
    };

    fn invoked_at(second: u64, pace: Pace) -> Sources {
        let mut sources = Sources::new(pace);
        sources.lambda.add(&Observation {
            function: "hello",
            qualifier: None,
            executed_version: None,
            began: UNIX_EPOCH + Duration::from_secs(second),
            measured: Measured::Ended {
                duration: Duration::from_millis(2),
                failed: false,
            },
            concurrent: 1,
            found: None,
        });
        sources
    }

    #[test]
    fn lambdas_own_metrics_are_as_fine_and_as_late_as_was_asked() {
        let metric = Metric {
            namespace: Some(NAMESPACE.to_owned()),
            metric_name: Some("Invocations".to_owned()),
            dimensions: Vec::new(),
        };
        let late = |resolution| Pace {
            metric_delay: 30,
            outcome_delay: 600,
            resolution,
        };
        for (resolution, at) in [(Resolution::Second, 125), (Resolution::Minute, 120)] {
            let sources = invoked_at(125, late(resolution));
            let seen = |now| {
                let (start, end) = (0, 300);
                sources.series(&metric, Statistic::Sum, Window { start, end, now }, 1)
            };
            assert_eq!((seen(154), seen(155)), ([].into(), [(at, 1.0)].into()));
        }
    }
}
