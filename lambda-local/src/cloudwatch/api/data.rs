//! `GetMetricData` and `GetMetricStatistics`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    cloudwatch::{
        expressions::{Queries, Query},
        metrics::{Metric, Series, Sources, Statistic, Window, check_period},
    },
    protocol::{Answer, Exception},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetMetricData {
    metric_data_queries: Vec<Query>,
    start_time: f64,
    end_time: f64,
    #[serde(default)]
    scan_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetMetricStatistics {
    #[serde(flatten)]
    metric: Metric,
    start_time: f64,
    end_time: f64,
    period: u64,
    #[serde(default)]
    statistics: Vec<String>,
    #[serde(default)]
    extended_statistics: Vec<String>,
}

pub(crate) fn get(sources: &Sources, request: &GetMetricData, now: u64) -> Answer {
    let window = window(request.start_time, request.end_time, now)?;
    let queries = Queries::new(&request.metric_data_queries, sources, window)?;
    let ascending = request.scan_by.as_deref() == Some("TimestampAscending");
    let mut results = Vec::new();
    // Each is evaluated, also where its result is not wanted: a mistake in it is one all the same.
    for query in &request.metric_data_queries {
        let found = queries.results(query)?;
        if query.is_returned() {
            results.extend(
                found
                    .into_iter()
                    .map(|series| shown(query, series, ascending)),
            );
        }
    }
    Ok(json!({ "MetricDataResults": results, "Messages": [] }))
}

fn shown(query: &Query, series: Series, ascending: bool) -> Value {
    let mut points: Vec<(u64, f64)> = series.into_iter().collect();
    if !ascending {
        points.reverse();
    }
    let (timestamps, values): (Vec<u64>, Vec<f64>) = points.into_iter().unzip();
    json!({
        "Id": query.id,
        "Label": query.label(),
        "Timestamps": timestamps,
        "Values": values,
        "StatusCode": "Complete",
    })
}

pub(crate) fn get_statistics(sources: &Sources, request: &GetMetricStatistics, now: u64) -> Answer {
    check_period(request.period)?;
    let window = window(request.start_time, request.end_time, now)?;
    if request.statistics.is_empty() && request.extended_statistics.is_empty() {
        return Err(Exception::invalid_parameter(
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
        ));
    }
    let name = request.metric.metric_name.as_deref().unwrap_or_default();
    let mut points: BTreeMap<u64, Value> = BTreeMap::new();
    let plain = request.statistics.iter().map(|label| (label, false));
    let extended = request
        .extended_statistics
        .iter()
        .map(|label| (label, true));
    for (label, is_extended) in plain.chain(extended) {
        let statistic = Statistic::parse(label)?;
        for (at, value) in sources.series(&request.metric, statistic, window, request.period) {
            let point = points.entry(at);
            let point = point.or_insert_with(|| json!({ "Timestamp": at, "Unit": unit(name) }));
            match is_extended {
                true => point["ExtendedStatistics"][label] = json!(value),
                false => point[label] = json!(value),
            }
        }
    }
    let points: Vec<Value> = points.into_values().collect();
    Ok(json!({ "Label": name, "Datapoints": points }))
}

fn unit(metric: &str) -> &'static str {
    match metric {
        "Duration" => "Milliseconds",
        "Invocations" | "Errors" | "Throttles" | "ConcurrentExecutions" => "Count",
        _ => "None",
    }
}

fn window(start: f64, end: f64, now: u64) -> Result<Window, Exception> {
    if !(start >= 0.0 && start < end) {
        return Err(Exception::invalid_parameter(
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    Ok(Window {
        start: start as u64,
        end: end.ceil() as u64,
        now,
    })
}
