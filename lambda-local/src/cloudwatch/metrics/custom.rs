//! Metrics that clients put themselves.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    lambda::{Dimension, KEPT_SECONDS},
    statistic::Statistic,
    statistic_set::{Datum, Values},
};
use crate::protocol::{Answer, Exception};

/// Of one call, as on AWS.
const MAX_DATA: usize = 1000;
/// Series in all: each has its own second-by-second data.
const MAX_SERIES: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PutMetricData {
    namespace: String,
    #[serde(default)]
    metric_data: Vec<Datum>,
}

/// A metric's name: with its namespace and its dimensions, in order.
pub(crate) type Name = (String, String, BTreeSet<(String, String)>);

#[derive(Debug, Default)]
pub(crate) struct CustomMetrics(BTreeMap<Name, BTreeMap<u64, Values>>);

impl CustomMetrics {
    pub(crate) fn put(&mut self, request: PutMetricData, now: u64) -> Answer {
        if request.namespace.starts_with("AWS/") {
            return Err(Exception::invalid_parameter(
                "The value AWS/ for parameter Namespace is invalid.",
            ));
        }
        if request.metric_data.len() > MAX_DATA {
            return Err(Exception::invalid_parameter(format!(
                "The collection MetricData must not have a size greater than {MAX_DATA}."
            )));
        }
        for datum in &request.metric_data {
            datum.check()?;
        }
        for datum in request.metric_data {
            self.add(&request.namespace, &datum, now)?;
        }
        Ok(json!({}))
    }

    fn add(&mut self, namespace: &str, datum: &Datum, now: u64) -> Result<(), Exception> {
        let name = name(namespace, &datum.metric_name, &datum.dimensions);
        if self.0.len() >= MAX_SERIES && !self.0.contains_key(&name) {
            return Err(Exception::invalid_parameter(format!(
                "lambda-local keeps {MAX_SERIES} metrics at most"
            )));
        }
        let second = datum
            .timestamp
            .map_or(now, |seconds| seconds.max(0.0) as u64);
        // What is older is forgotten at once; AWS takes two hours of the future.
        if (now.saturating_sub(KEPT_SECONDS)..now + 2 * 3600).contains(&second) {
            let seconds = self.0.entry(name).or_default();
            seconds.entry(second).or_default().add(datum);
        }
        Ok(())
    }

    pub(crate) fn forget_before(&mut self, second: u64) {
        self.0.retain(|_, seconds| {
            *seconds = seconds.split_off(&second);
            !seconds.is_empty()
        });
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.keys()
    }

    /// The statistic of each period that has data.
    pub(crate) fn series(
        &self,
        name: &Name,
        statistic: Statistic,
        (start, end): (u64, u64),
        period: u64,
    ) -> BTreeMap<u64, f64> {
        let mut periods: BTreeMap<u64, Values> = BTreeMap::new();
        let seconds = self.0.get(name).filter(|_| start < end);
        for (second, values) in seconds.into_iter().flat_map(|s| s.range(start..end)) {
            let begin = second - second % period;
            periods.entry(begin).or_default().merge(values);
        }
        let value = |(at, values): (u64, Values)| (at, values.statistic(statistic));
        periods.into_iter().map(value).collect()
    }
}

pub(crate) fn name(namespace: &str, metric: &str, dimensions: &[Dimension]) -> Name {
    let dimensions = dimensions.iter().map(|dimension| {
        let value = dimension.value.clone().unwrap_or_default();
        (dimension.name.clone(), value)
    });
    (namespace.into(), metric.into(), dimensions.collect())
}

/// The metrics as a listing shows them.
pub(crate) fn describe((namespace, metric, dimensions): &Name) -> Value {
    let dimension = |(name, value): &(String, String)| json!({ "Name": name, "Value": value });
    let dimensions: Vec<Value> = dimensions.iter().map(dimension).collect();
    json!({ "Namespace": namespace, "MetricName": metric, "Dimensions": dimensions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_as_they_were_put() {
        let mut own = CustomMetrics::default();
        let data = json!({ "Namespace": "Shop", "MetricData": [
            { "MetricName": "Orders", "Value": 4.0, "Timestamp": 100.0 },
            { "MetricName": "Orders", "Values": [1.0, 2.0], "Counts": [3.0, 1.0], "Timestamp": 101.0 },
            { "MetricName": "Orders", "Timestamp": 170.0,
              "StatisticValues": { "SampleCount": 2.0, "Sum": 9.0, "Minimum": 4.0, "Maximum": 5.0 } },
        ]});
        own.put(serde_json::from_value(data).unwrap(), 200).unwrap();
        let name = name("Shop", "Orders", &[]);
        let series = |statistic| own.series(&name, statistic, (0, 300), 60);
        assert_eq!(series(Statistic::Sum), [(60, 9.0), (120, 9.0)].into());
        assert_eq!(
            series(Statistic::SampleCount),
            [(60, 5.0), (120, 2.0)].into()
        );
        assert_eq!(series(Statistic::Maximum), [(60, 4.0), (120, 5.0)].into());
        assert_eq!(series(Statistic::Percentile(0.5))[&60], 1.0);
        assert_eq!(series(Statistic::TrimmedCount(1.0, 4.0))[&60], 2.0);
    }

    #[test]
    fn a_datum_has_one_kind_of_value_and_no_namespace_of_awss() {
        let mut own = CustomMetrics::default();
        for data in [
            json!({ "Namespace": "AWS/Lambda", "MetricData": [{ "MetricName": "m", "Value": 1.0 }] }),
            json!({ "Namespace": "a", "MetricData": [{ "MetricName": "m" }] }),
            json!({ "Namespace": "a", "MetricData": [{ "MetricName": "m", "Value": 1.0, "Values": [1.0] }] }),
        ] {
            assert!(
                own.put(serde_json::from_value(data.clone()).unwrap(), 0)
                    .is_err(),
                "{data}"
            );
        }
    }
}
