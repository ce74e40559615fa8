//! What the member `_aws` of a line says of the others. Its limits are from memory.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::cloudwatch::metrics::{
    custom::{MAX_DATA, PutMetricData},
    dimensions::Dimension,
    pace::Resolution,
    statistic_set::Datum,
};

/// Of one directive, of one set of dimensions, of one metric.
const MAX_METRICS: usize = 100;
const MAX_DIMENSIONS: usize = 30;
const MAX_VALUES: usize = 100;
/// Characters of a namespace, of a metric's name and of a dimension's value.
const MAX_NAME: usize = 1024;
/// Of a dimension's name.
const MAX_KEY: usize = 250;

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>
const UNITS: &str = "Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes \
    Terabytes Bits Kilobits Megabits Gigabits Terabits Percent Count Bytes/Second \
    Kilobytes/Second Megabytes/Second Gigabytes/Second Terabytes/Second Bits/Second \
    Kilobits/Second Megabits/Second Gigabits/Second Terabits/Second Count/Second None";

#[derive(Deserialize)]
pub(super) struct Metadata {
    /// Milliseconds since 1970.
    #[serde(rename = "Timestamp")]
    timestamp: u64,
    #[serde(rename = "CloudWatchMetrics")]
    directives: Vec<Directive>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: String,
    /// Sets of members of the line. Each set makes a metric of its own.
    dimensions: Vec<Vec<String>>,
    metrics: Vec<Definition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    /// The member of the line that has the value, or an array of them.
    name: String,
    unit: Option<String>,
    storage_resolution: Option<u64>,
}

impl Metadata {
    /// `None` where it names what is not there, or breaks a limit.
    pub(super) fn puts(&self, members: &Map<String, Value>) -> Option<Vec<PutMetricData>> {
        // Before they are made: a short line can ask for millions. AWS's own limit is not known.
        let data = self.directives.iter().map(Directive::data);
        if data.sum::<usize>() > MAX_DATA {
            return None;
        }
        let second = self.timestamp / 1000;
        let directives = self.directives.iter();
        directives
            .map(|directive| directive.put(members, second))
            .collect()
    }
}

impl Directive {
    fn data(&self) -> usize {
        self.dimensions.len() * self.metrics.len()
    }

    fn put(&self, members: &Map<String, Value>, second: u64) -> Option<PutMetricData> {
        if self.metrics.len() > MAX_METRICS || self.dimensions.is_empty() {
            return None;
        }
        let sets = self.dimensions.iter().map(|set| dimensions(set, members));
        let sets: Vec<Vec<Dimension>> = sets.collect::<Option<_>>()?;
        let mut metric_data = Vec::with_capacity(self.data());
        for metric in &self.metrics {
            for set in &sets {
                metric_data.push(metric.datum(members, set, second)?);
            }
        }
        Some(PutMetricData {
            namespace: sound(&self.namespace, MAX_NAME)?,
            metric_data,
        })
    }
}

fn dimensions(set: &[String], members: &Map<String, Value>) -> Option<Vec<Dimension>> {
    let dimension = |name: &String| {
        let value = members.get(name)?.as_str()?;
        Some(Dimension {
            name: sound(name, MAX_KEY)?,
            value: Some(sound(value, MAX_NAME)?),
        })
    };
    let few = set.len() <= MAX_DIMENSIONS;
    few.then(|| set.iter().map(dimension).collect())?
}

impl Definition {
    fn datum(
        &self,
        members: &Map<String, Value>,
        dimensions: &[Dimension],
        second: u64,
    ) -> Option<Datum> {
        if !self.unit.as_deref().is_none_or(is_unit) {
            return None;
        }
        let resolution = Resolution::of_seconds(self.storage_resolution.unwrap_or(60))?;
        let second = second - second % resolution.seconds();
        Some(Datum::new(
            sound(&self.name, MAX_NAME)?,
            dimensions.to_vec(),
            Some(second as f64),
            values(members.get(&self.name)?)?,
        ))
    }
}

fn values(target: &Value) -> Option<Vec<f64>> {
    match target {
        Value::Array(values) if values.len() <= MAX_VALUES => {
            values.iter().map(Value::as_f64).collect()
        }
        Value::Number(number) => Some(vec![number.as_f64()?]),
        _ => None,
    }
}

/// The text, if it is neither empty nor too long.
fn sound(text: &str, longest: usize) -> Option<String> {
    let length = text.chars().take(longest + 1).count();
    (1..=longest).contains(&length).then(|| text.to_owned())
}

fn is_unit(unit: &str) -> bool {
    UNITS.split(' ').any(|known| known == unit)
}
