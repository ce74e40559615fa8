//! `GetMetricData`, `GetMetricStatistics`, `ListMetrics`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Answer, Refusal,
    metrics::{Dimension, Key, METRICS, Metrics, NAMESPACE},
    statistic::Statistic,
};

/// Queries of one call, as on AWS.
const MAX_QUERIES: usize = 500;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetMetricData {
    metric_data_queries: Vec<Query>,
    start_time: f64,
    end_time: f64,
    #[serde(default)]
    scan_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    id: String,
    metric_stat: Option<MetricStat>,
    label: Option<String>,
    return_data: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: Metric,
    period: u64,
    stat: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetMetricStatistics {
    namespace: String,
    metric_name: String,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    start_time: f64,
    end_time: f64,
    period: u64,
    #[serde(default)]
    statistics: Vec<String>,
    #[serde(default)]
    extended_statistics: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListMetrics {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

/// `visible` is the first second whose data have not been delivered yet.
pub(super) fn get(metrics: &Metrics, request: GetMetricData, visible: u64) -> Answer {
    if request.metric_data_queries.len() > MAX_QUERIES {
        return Err(Refusal::invalid(format!(
            "The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}."
        )));
    }
    let times = times(request.start_time, request.end_time, visible)?;
    let ascending = request.scan_by.as_deref() == Some("TimestampAscending");
    let mut results = Vec::new();
    for query in request.metric_data_queries {
        let returned = query.return_data != Some(false);
        let result = query.result(metrics, times, ascending)?;
        results.extend(returned.then_some(result));
    }
    Ok(json!({ "MetricDataResults": results, "Messages": [] }))
}

impl Query {
    fn result(self, metrics: &Metrics, times: (u64, u64), ascending: bool) -> Answer {
        let Some(stat) = self.metric_stat else {
            return Err(Refusal::invalid(format!(
                "lambda-local has no metric math: query '{}' needs a MetricStat",
                self.id
            )));
        };
        let name = stat.metric.metric_name.unwrap_or_default();
        let statistic = Statistic::parse(&stat.stat)?;
        check_period(stat.period)?;
        let known = stat.metric.namespace.as_deref() == Some(NAMESPACE);
        let periods = known.then(|| metrics.periods(&stat.metric.dimensions, times, stat.period));
        let mut points: Vec<(u64, f64)> = periods
            .iter()
            .flatten()
            .filter_map(|(at, bucket)| Some((*at, statistic.of(&name, bucket)?)))
            .collect();
        if !ascending {
            points.reverse();
        }
        let (timestamps, values): (Vec<u64>, Vec<f64>) = points.into_iter().unzip();
        Ok(json!({
            "Id": self.id,
            "Label": self.label.unwrap_or(name),
            "Timestamps": timestamps,
            "Values": values,
            "StatusCode": "Complete",
        }))
    }
}

pub(super) fn get_statistics(
    metrics: &Metrics,
    request: &GetMetricStatistics,
    visible: u64,
) -> Answer {
    check_period(request.period)?;
    let times = times(request.start_time, request.end_time, visible)?;
    let parse = |names: &[String]| -> Result<Vec<(String, Statistic)>, Refusal> {
        let parsed = names
            .iter()
            .map(|name| Ok((name.clone(), Statistic::parse(name)?)));
        parsed.collect()
    };
    let (plain, extended) = (
        parse(&request.statistics)?,
        parse(&request.extended_statistics)?,
    );
    if plain.is_empty() && extended.is_empty() {
        return Err(Refusal::invalid(
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
        ));
    }
    let name = &request.metric_name;
    let known = request.namespace == NAMESPACE;
    let periods = known.then(|| metrics.periods(&request.dimensions, times, request.period));
    let points = periods.into_iter().flatten().map(|(at, bucket)| {
        let mut point = json!({ "Timestamp": at, "Unit": unit(name) });
        for (label, statistic) in &plain {
            point[label] = json!(statistic.of(name, &bucket));
        }
        for (label, statistic) in &extended {
            point["ExtendedStatistics"][label] = json!(statistic.of(name, &bucket));
        }
        point
    });
    Ok(json!({ "Label": name, "Datapoints": points.collect::<Vec<_>>() }))
}

fn unit(metric: &str) -> &'static str {
    if metric == "Duration" {
        "Milliseconds"
    } else {
        "Count"
    }
}

pub(super) fn list(metrics: &Metrics, request: &ListMetrics) -> Value {
    let namespace = request
        .namespace
        .as_deref()
        .is_none_or(|name| name == NAMESPACE);
    let sets: BTreeSet<Vec<(&str, String)>> = metrics.keys().flat_map(sets_of).collect();
    let has = |set: &[(&str, String)]| {
        request.dimensions.iter().all(|wanted| {
            let fits = |(name, value): &(&str, String)| {
                *name == wanted.name && wanted.value.as_ref().is_none_or(|wanted| wanted == value)
            };
            set.iter().any(fits)
        })
    };
    let wanted = |name: &&&str| {
        request
            .metric_name
            .as_deref()
            .is_none_or(|wanted| wanted == **name)
    };
    let mut found = Vec::new();
    for set in sets.iter().filter(|set| namespace && has(set)) {
        let dimensions: Vec<Value> = set
            .iter()
            .map(|(name, value)| json!({ "Name": name, "Value": value }))
            .collect();
        for name in METRICS.iter().filter(wanted) {
            found.push(
                json!({ "Namespace": NAMESPACE, "MetricName": name, "Dimensions": dimensions }),
            );
        }
    }
    json!({ "Metrics": found })
}

/// The sets of dimensions under which an invocation of this kind counts.
fn sets_of(key: &Key) -> Vec<Vec<(&'static str, String)>> {
    let function = ("FunctionName", key.function.clone());
    let resource = ("Resource", key.resource.clone());
    let mut sets = vec![
        vec![],
        vec![function.clone()],
        vec![function.clone(), resource.clone()],
    ];
    sets.extend(
        key.executed_version
            .as_ref()
            .map(|version| vec![function, resource, ("ExecutedVersion", version.clone())]),
    );
    sets
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html>
fn check_period(period: u64) -> Result<(), Refusal> {
    match period {
        1 | 5 | 10 | 20 | 30 => Ok(()),
        period if period > 0 && period.is_multiple_of(60) => Ok(()),
        _ => Err(Refusal::invalid(
            "The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.",
        )),
    }
}

fn times(start: f64, end: f64, visible: u64) -> Result<(u64, u64), Refusal> {
    if !(start >= 0.0 && start < end) {
        return Err(Refusal::invalid(
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    // The second that is on is visible too, as far as it has come.
    Ok((start as u64, (end.ceil() as u64).min(visible + 1)))
}
