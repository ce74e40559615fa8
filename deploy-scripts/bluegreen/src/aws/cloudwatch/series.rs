//! Series of numbers: how CloudWatch is asked for them.

use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{Dimension, Metric as CloudWatchMetric, MetricDataQuery, MetricStat},
};
use bluegreen_rollout::{
    Seconds, Timestamp, Version,
    plan::{Metric, Name, Plan},
    signal::{Signal, Source},
};

use super::{
    CloudWatch,
    answers::AllSeries,
    names::{ALIAS, BLUE, GREEN, THROTTLES, id, requests_of, values_of},
};
use crate::aws::AwsError;

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

fn throttles() -> Metric {
    Name::of_lambda("Throttles").with("Sum".to_owned())
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
