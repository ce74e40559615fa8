//! What functions print in the embedded metric format becomes metrics, as fine and as late as the
//! options say.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::{Server, until};

fn server(options: &[&str]) -> Server {
    let server = Server::with(options);
    server.create_misbehaving("f", &Value::Null);
    server
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap().as_secs()
}

/// Lets the function print three orders of a second, by version and by shop.
fn print_orders(server: &Server, second: u64) {
    let line = json!({
        "_aws": { "Timestamp": second * 1000 + 7, "CloudWatchMetrics": [{
            "Namespace": "Shop", "Dimensions": [["Version"], ["Version", "Shop"]],
            "Metrics": [{ "Name": "Orders", "Unit": "Count", "StorageResolution": 1 }],
        }] },
        "Version": "7", "Shop": "a", "Orders": 3,
    });
    assert_eq!(server.invoke("f", &line).status, 200);
}

/// The sums of a metric by second.
fn sums(server: &Server, (namespace, name): (&str, &str), dimensions: &Value) -> (Value, Value) {
    let metric = json!({ "Namespace": namespace, "MetricName": name, "Dimensions": dimensions });
    let stat = json!({ "Metric": metric, "Period": 1, "Stat": "Sum" });
    let query = json!({
        "StartTime": 0, "EndTime": 4_000_000_000_u64,
        "MetricDataQueries": [{ "Id": "a", "MetricStat": stat }],
    });
    let found = server.cloudwatch("GetMetricData", &query).json();
    let found = &found["MetricDataResults"][0];
    (found["Timestamps"].clone(), found["Values"].clone())
}

fn orders(server: &Server) -> (Value, Value) {
    let version = json!([{ "Name": "Version", "Value": "7" }]);
    sums(server, ("Shop", "Orders"), &version)
}

fn invocations(server: &Server) -> (Value, Value) {
    let function = json!([{ "Name": "FunctionName", "Value": "f" }]);
    sums(server, ("AWS/Lambda", "Invocations"), &function)
}

fn listed(server: &Server, namespace: &str) -> usize {
    let request = json!({ "Namespace": namespace });
    let found = server.cloudwatch("ListMetrics", &request).json();
    found["Metrics"].as_array().map_or(0, Vec::len)
}

fn pace(server: &Server) -> Option<String> {
    let answer = server.cloudwatch("ListMetrics", &json!({}));
    answer.header("x-lambda-local-metrics").map(str::to_owned)
}

#[test]
fn a_line_that_a_function_prints_becomes_a_metric_of_the_second_that_it_names() {
    let server = server(&[]);
    let second = now() - 100;
    print_orders(&server, second);
    print_orders(&server, second);
    assert_eq!(orders(&server), (json!([second]), json!([6.0])));
    let shop = json!([{ "Name": "Shop", "Value": "a" }, { "Name": "Version", "Value": "7" }]);
    assert_eq!(sums(&server, ("Shop", "Orders"), &shop).1, json!([6.0]));
    assert_eq!(
        (listed(&server, "Shop"), listed(&server, "AWS/Logs")),
        (2, 0)
    );
    assert_eq!(pace(&server).as_deref(), Some("1s+1s"));
}

#[test]
fn a_line_that_is_malformed_is_counted_as_aws_counts_it() {
    let server = server(&[]);
    let empty = json!({ "Timestamp": 1, "CloudWatchMetrics": [{
        "Namespace": "Shop", "Dimensions": [["Version"]], "Metrics": [{ "Name": "Orders" }],
    }] });
    let group = json!([{ "Name": "LogGroupName", "Value": "/aws/lambda/f" }]);
    for (metadata, fault) in [
        (json!(7), "EMFParsingErrors"),
        (empty, "EMFValidationErrors"),
    ] {
        server.invoke("f", &json!({ "_aws": metadata, "Orders": 3 }));
        let (_, counted) = sums(&server, ("AWS/Logs", fault), &group);
        assert_eq!(counted, json!([1.0]), "{fault}");
    }
    assert_eq!(
        (listed(&server, "Shop"), listed(&server, "AWS/Logs")),
        (0, 2)
    );
}

#[test]
fn what_functions_print_comes_as_late_as_was_asked_and_nothing_else_does() {
    let server = server(&["--outcome-delay", "3"]);
    let printed = Instant::now();
    print_orders(&server, now() - 100);
    assert_eq!(invocations(&server).1, json!([1.0]));
    let hidden = (orders(&server).1, listed(&server, "Shop"));
    assert!(
        printed.elapsed().as_secs() >= 2 || hidden == (json!([]), 0),
        "{hidden:?}"
    );
    until("what was printed is seen", || {
        (orders(&server).1 == json!([3.0]) && listed(&server, "Shop") == 2).then_some(())
    });
    assert!(printed.elapsed().as_secs() >= 2, "{:?}", printed.elapsed());
    assert_eq!(pace(&server), None);
}

#[test]
fn lambdas_own_metrics_bear_the_minute_as_on_aws_where_that_is_asked_for() {
    let server = server(&["--metric-period", "60"]);
    let before = now();
    print_orders(&server, before);
    let (times, values) = invocations(&server);
    let minute = |second: u64| second - second % 60;
    assert!(
        [minute(before), minute(now())]
            .map(|at| json!([at]))
            .contains(&times),
        "{times}"
    );
    assert_eq!(values, json!([1.0]));
    assert_eq!(orders(&server).0, json!([before]));
    assert_eq!(pace(&server), None);
}
