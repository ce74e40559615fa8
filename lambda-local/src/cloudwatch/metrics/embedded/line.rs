//! A line: whether it embeds metrics, and whether they can be read.

use serde_json::{Map, Value};

use super::{fault::Fault, metadata::Metadata};
use crate::cloudwatch::metrics::custom::PutMetricData;

/// What a line embeds; `None` for one that is not in the format.
pub(crate) fn embedded_in(line: &str) -> Option<Result<Vec<PutMetricData>, Fault>> {
    // Most lines are not, and are not to be parsed.
    if !(line.starts_with('{') && line.contains(r#""_aws""#)) {
        return None;
    }
    let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(line) else {
        return Some(Err(Fault::Parsing));
    };
    let metadata = members.remove("_aws")?;
    let metadata = serde_json::from_value(metadata).map_err(|_| Fault::Parsing);
    Some(metadata.and_then(|metadata: Metadata| {
        let puts = metadata.puts(&members);
        puts.ok_or(Fault::Validation)
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cloudwatch::metrics::{Metric, Pace, Sources, Statistic, Window};

    /// Such as a function prints at 125 seconds, with these members in place of its own.
    fn line(members: &Value, directive: &Value) -> String {
        let mut whole = json!({ "Namespace": "Shop", "Dimensions": [["Version"]],
            "Metrics": [{ "Name": "Orders", "Unit": "Count" }] });
        for (name, value) in directive.as_object().unwrap() {
            whole[name] = value.clone();
        }
        let metadata = json!({ "Timestamp": 125_500, "CloudWatchMetrics": [whole] });
        let mut line = json!({ "_aws": metadata, "Version": "7", "Shop": "a", "Orders": 3 });
        for (name, value) in members.as_object().unwrap() {
            line[name] = value.clone();
        }
        line.to_string()
    }

    fn taken(line: &str) -> Sources {
        let mut sources = Sources::new(Pace::default());
        if let Some(embedded) = embedded_in(line) {
            sources.take(embedded, "/aws/lambda/f", 130);
        }
        sources
    }

    /// The sums by time.
    fn sums(line: &str, name: &str, dimensions: &[(&str, &str)]) -> Vec<(u64, f64)> {
        let dimension = |(name, value): &(&str, &str)| json!({ "Name": name, "Value": value });
        let dimensions: Vec<Value> = dimensions.iter().map(dimension).collect();
        let namespace = if name.starts_with("EMF") {
            "AWS/Logs"
        } else {
            "Shop"
        };
        let metric: Metric = serde_json::from_value(
            json!({ "Namespace": namespace, "MetricName": name, "Dimensions": dimensions }),
        )
        .unwrap();
        let window = Window {
            start: 0,
            end: 300,
            now: 130,
        };
        let series = taken(line).series(&metric, Statistic::Sum, window, 1);
        series.into_iter().collect()
    }

    #[track_caller]
    fn is_counted(line: &str, name: &str) {
        let group = [("LogGroupName", "/aws/lambda/f")];
        assert_eq!(sums(line, name, &group), [(130, 1.0)], "{line:.300}");
        assert_eq!(taken(line).custom.names(130).count(), 1, "{line:.300}");
    }

    #[test]
    fn a_line_becomes_a_metric_of_its_minute_or_of_its_second() {
        let none = json!({});
        let of_minute = line(&none, &none);
        assert_eq!(
            sums(&of_minute, "Orders", &[("Version", "7")]),
            [(120, 3.0)]
        );
        assert_eq!(sums(&of_minute, "Orders", &[]), []);
        let fine = json!({ "Metrics": [{ "Name": "Orders", "StorageResolution": 1 }] });
        let of_second = line(&none, &fine);
        assert_eq!(
            sums(&of_second, "Orders", &[("Version", "7")]),
            [(125, 3.0)]
        );
    }

    #[test]
    fn an_array_is_several_values() {
        let several = line(&json!({ "Orders": [1, 2.5, 3] }), &json!({}));
        assert_eq!(sums(&several, "Orders", &[("Version", "7")]), [(120, 6.5)]);
    }

    #[test]
    fn each_set_of_dimensions_makes_a_metric_of_its_own() {
        let sets = json!({ "Dimensions": [["Version"], ["Version", "Shop"], []] });
        let line = line(&json!({}), &sets);
        for dimensions in [
            &[("Shop", "a"), ("Version", "7")][..],
            &[("Version", "7")],
            &[],
        ] {
            assert_eq!(sums(&line, "Orders", dimensions), [(120, 3.0)]);
        }
        assert_eq!(taken(&line).custom.names(130).count(), 3);
    }

    #[test]
    fn other_lines_are_left_alone() {
        let quoted = json!({ "message": line(&json!({}), &json!({})) }).to_string();
        for other in ["", "{", "x", r#"{"a":1}"#, r#"{"a":{"_aws":1}}"#, &quoted] {
            assert!(embedded_in(other).is_none(), "{other}");
        }
    }

    #[test]
    fn what_has_not_the_form_counts_as_a_parsing_error() {
        let none = json!({});
        let whole = line(&none, &none);
        let deep = "[".repeat(100_000);
        for wrong in [
            whole[..whole.len() - 1].to_owned(),
            format!("{whole} x"),
            r#"{"_aws":7}"#.to_owned(),
            r#"{"_aws":{"Timestamp":1}}"#.to_owned(),
            whole.replace("125500", r#""2026-01-01""#),
            whole.replace("125500", "-1"),
            line(&none, &json!({ "Namespace": 7 })),
            line(&none, &json!({ "Metrics": [{ "Unit": "Count" }] })),
            format!(r#"{{"_aws":{deep}"#),
            format!(r#"{{"_aws":{{}},"a":{deep}"#),
        ] {
            is_counted(&wrong, "EMFParsingErrors");
        }
    }

    #[test]
    fn what_names_what_is_not_there_or_breaks_a_limit_counts_as_a_validation_error() {
        let none = json!({});
        let names = |count: usize| -> Vec<String> { (0..count).map(|n| n.to_string()).collect() };
        let metric = |name: &str, value: Value| {
            let mut metric = json!({ "Name": "Orders" });
            metric[name] = value;
            line(&none, &json!({ "Metrics": [metric] }))
        };
        for wrong in [
            line(&json!({ "Orders": null }), &none),
            line(&json!({ "Orders": "3" }), &none),
            line(&json!({ "Orders": [1, "2"] }), &none),
            line(&json!({ "Orders": [] }), &none),
            line(&json!({ "Orders": vec![1; 101] }), &none),
            line(&json!({ "Version": 7 }), &none),
            line(&json!({ "Version": "" }), &none),
            line(&json!({ "Version": "7".repeat(1025) }), &none),
            line(&none, &json!({ "Dimensions": [] })),
            line(&none, &json!({ "Dimensions": [["Missing"]] })),
            line(&none, &json!({ "Dimensions": [names(31)] })),
            line(&none, &json!({ "Namespace": "" })),
            line(&none, &json!({ "Namespace": "x".repeat(1025) })),
            line(&none, &json!({ "Namespace": "AWS/Lambda" })),
            metric("Name", json!("Missing")),
            metric("Unit", json!("ms")),
            metric("StorageResolution", json!(30)),
            line(
                &none,
                &json!({ "Metrics": vec![json!({ "Name": "Orders" }); 101] }),
            ),
        ] {
            is_counted(&wrong, "EMFValidationErrors");
        }
    }

    #[test]
    fn one_fault_is_enough_for_a_line_to_give_nothing() {
        let metrics = json!({ "Metrics": [{ "Name": "Orders" }, { "Name": "Missing" }] });
        is_counted(&line(&json!({}), &metrics), "EMFValidationErrors");
    }

    #[test]
    fn a_line_of_another_time_gives_nothing_and_is_no_fault() {
        let line = line(&json!({}), &json!({}));
        for at in ["125500000", "18446744073709551615"] {
            let line = line.replace("125500", at);
            assert_eq!(taken(&line).custom.names(130).count(), 0, "{at}");
        }
    }

    #[test]
    fn a_short_line_cannot_ask_for_millions() {
        let sets: Vec<Value> = vec![json!(["Version"]); 20_000];
        let metrics = vec![json!({ "Name": "Orders" }); 100];
        let directive = json!({ "Dimensions": sets, "Metrics": metrics });
        let values = json!({ "Orders": vec![1; 100] });
        is_counted(&line(&values, &directive), "EMFValidationErrors");
        let large = json!({ "Text": "x".repeat(250 << 10) });
        let large = line(&large, &json!({}));
        assert_eq!(sums(&large, "Orders", &[("Version", "7")]), [(120, 3.0)]);
    }
}
