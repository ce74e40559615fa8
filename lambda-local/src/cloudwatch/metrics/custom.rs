//! Metrics that clients put themselves, or that functions print.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    dimensions::Dimension,
    lambda::KEPT_SECONDS,
    statistic::{Series, Statistic},
    statistic_set::{Datum, Values},
    window::Window,
};
use crate::protocol::{ApiResult, Exception};

/// Of one call, as on AWS.
pub(super) const MAX_DATA: usize = 1000;
/// Series in all: each has its own second-by-second data.
const MAX_SERIES: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PutMetricData {
    pub(super) namespace: String,
    #[serde(default)]
    pub(super) metric_data: Vec<Datum>,
}

impl PutMetricData {
    fn check(&self) -> ApiResult<()> {
        if self.namespace.starts_with("AWS/") {
            return Err(Exception::invalid_parameter(
                "The value AWS/ for parameter Namespace is invalid.",
            ));
        }
        if self.metric_data.len() > MAX_DATA {
            return Err(Exception::invalid_parameter(format!(
                "The collection MetricData must not have a size greater than {MAX_DATA}."
            )));
        }
        self.metric_data.iter().try_for_each(Datum::check)
    }

    fn names(&self) -> impl Iterator<Item = Name> {
        let data = self.metric_data.iter();
        data.map(|datum| name(&self.namespace, &datum.metric_name, &datum.dimensions))
    }
}

/// A metric's name: with its namespace and its dimensions, in order.
pub(crate) type Name = (String, String, BTreeSet<(String, String)>);

/// The second of some data, and the one from which on they are seen: 0 where that is at once.
type At = (u64, u64);

#[derive(Debug, Default)]
pub(crate) struct CustomMetrics(BTreeMap<Name, BTreeMap<At, Values>>);

impl CustomMetrics {
    /// Adds all of it, or nothing where some of it is wrong or has no room. It comes now, and is
    /// seen from a second on, both since 1970.
    pub(crate) fn put(&mut self, all: &[PutMetricData], now: u64, seen_from: u64) -> ApiResult<()> {
        all.iter().try_for_each(PutMetricData::check)?;
        self.check_room(all)?;
        for put in all {
            self.add(put, now, seen_from);
        }
        Ok(())
    }

    fn check_room(&self, all: &[PutMetricData]) -> ApiResult<()> {
        let names = all.iter().flat_map(PutMetricData::names);
        let new: BTreeSet<Name> = names.filter(|name| !self.0.contains_key(name)).collect();
        if new.is_empty() || self.0.len() + new.len() <= MAX_SERIES {
            return Ok(());
        }
        Err(Exception::invalid_parameter(format!(
            "lambda-local keeps {MAX_SERIES} metrics at most"
        )))
    }

    /// See [`Self::put`]; also where there is no room, and in AWS's own namespaces.
    pub(super) fn add(&mut self, put: &PutMetricData, now: u64, seen_from: u64) {
        for (name, datum) in put.names().zip(&put.metric_data) {
            let second = datum
                .timestamp
                .map_or(now, |seconds| seconds.max(0.0) as u64);
            // What is older is forgotten at once; AWS takes two hours of the future.
            if (now.saturating_sub(KEPT_SECONDS)..now + 2 * 3600).contains(&second) {
                let data = self.0.entry(name).or_default();
                data.entry((second, seen_from)).or_default().add(datum);
            }
        }
    }

    pub(crate) fn forget_before(&mut self, second: u64) {
        self.0.retain(|_, data| {
            *data = data.split_off(&(second, 0));
            !data.is_empty()
        });
    }

    /// Those of which something is seen by now.
    pub(crate) fn names(&self, now: u64) -> impl Iterator<Item = &Name> {
        let is_seen = move |data: &BTreeMap<At, Values>| data.keys().any(|(_, from)| *from <= now);
        let seen = self.0.iter().filter(move |(_, data)| is_seen(data));
        seen.map(|(name, _)| name)
    }

    /// The statistic of each period that has data.
    pub(crate) fn series(
        &self,
        name: &Name,
        statistic: Statistic,
        window: Window,
        period: u64,
    ) -> Series {
        let (start, end) = window.known(period, 0);
        let mut periods: BTreeMap<u64, Values> = BTreeMap::new();
        let data = self.0.get(name).filter(|_| start < end);
        let data = data.into_iter().flat_map(|d| d.range((start, 0)..(end, 0)));
        for ((second, _), values) in data.filter(|((_, from), _)| *from <= window.now) {
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

    fn put_of(request: Value) -> [PutMetricData; 1] {
        [serde_json::from_value(request).unwrap()]
    }

    const fn asked_at(now: u64) -> Window {
        Window {
            start: 0,
            end: 300,
            now,
        }
    }

    #[test]
    fn values_are_counted_as_they_were_put() {
        let mut own = CustomMetrics::default();
        let data = json!({ "Namespace": "Shop", "MetricData": [
            { "MetricName": "Orders", "Value": 4.0, "Timestamp": 100.0 },
            { "MetricName": "Orders", "Values": [1.0, 2.0], "Counts": [3.0, 1.0], "Timestamp": 101.0 },
            { "MetricName": "Orders", "Timestamp": 170.0,
              "StatisticValues": { "SampleCount": 2.0, "Sum": 9.0, "Minimum": 4.0, "Maximum": 5.0 } },
        ]});
        own.put(&put_of(data), 200, 0).unwrap();
        let name = name("Shop", "Orders", &[]);
        let series = |statistic| own.series(&name, statistic, asked_at(300), 60);
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
            assert!(own.put(&put_of(data.clone()), 0, 0).is_err(), "{data}");
        }
    }

    #[test]
    fn what_comes_late_is_not_seen_before() {
        let mut own = CustomMetrics::default();
        let data = json!({ "MetricName": "m", "Value": 1.0 });
        let put = put_of(json!({ "Namespace": "a", "MetricData": [data] }));
        own.put(&put, 100, 130).unwrap();
        let name = name("a", "m", &[]);
        let sums = |now| own.series(&name, Statistic::Sum, asked_at(now), 60);
        assert_eq!((sums(129), sums(130)), ([].into(), [(60, 1.0)].into()));
        assert_eq!((own.names(129).count(), own.names(130).count()), (0, 1));
    }

    #[test]
    fn what_has_no_room_is_not_put_in_part() {
        let mut own = CustomMetrics::default();
        let numbered = |from: usize, to| -> Vec<Value> {
            let datum = |n| json!({ "MetricName": format!("m{n}"), "Value": 1.0 });
            (from..to).map(datum).collect()
        };
        for from in (0..MAX_SERIES - 1).step_by(999) {
            let data = numbered(from, (from + 999).min(MAX_SERIES - 1));
            let put = put_of(json!({ "Namespace": "a", "MetricData": data }));
            own.put(&put, 0, 0).unwrap();
        }
        let put = |data| put_of(json!({ "Namespace": "a", "MetricData": data }));
        let two = put(numbered(MAX_SERIES - 1, MAX_SERIES + 1));
        assert!(own.put(&two, 0, 0).is_err());
        assert_eq!(own.names(0).count(), MAX_SERIES - 1);
        let one = put(numbered(MAX_SERIES - 2, MAX_SERIES));
        assert!(own.put(&one, 0, 0).is_ok());
    }
}
