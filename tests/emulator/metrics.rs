//! CloudWatch's oldest protocol, a form in and XML out, says the same as the others.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

fn form(server: &Server, action: &str, members: &[(&str, &str)]) -> Answer {
    let mut body = format!("Action={action}&Version=2010-08-01");
    for (name, value) in members {
        body += &format!("&{name}={value}");
    }
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    server.request_with("POST", "/", &headers, body.as_bytes())
}

const TIMES: [(&str, &str); 2] = [
    ("StartTime", "2020-01-01T00:00:00Z"),
    ("EndTime", "2100-01-01T00:00:00Z"),
];

#[test]
fn metrics_are_put_and_read_by_form() {
    let server = Server::start();
    let put = form(
        &server,
        "PutMetricData",
        &[
            ("Namespace", "Shop"),
            ("MetricData.member.1.MetricName", "Orders"),
            ("MetricData.member.1.Values.member.1", "1.5"),
            ("MetricData.member.1.Values.member.2", "2"),
            ("MetricData.member.1.Dimensions.member.1.Name", "Shop"),
            ("MetricData.member.1.Dimensions.member.1.Value", "1"),
        ],
    );
    assert_eq!(put.status, 200, "{}", put.text());
    let query = |name: &str| format!("MetricDataQueries.member.1.{name}");
    let names = [
        query("Id"),
        query("MetricStat.Metric.Namespace"),
        query("MetricStat.Metric.MetricName"),
        query("MetricStat.Metric.Dimensions.member.1.Name"),
        query("MetricStat.Metric.Dimensions.member.1.Value"),
        query("MetricStat.Period"),
        query("MetricStat.Stat"),
    ];
    let values = ["q", "Shop", "Orders", "Shop", "1", "60", "Sum"];
    let mut members: Vec<(&str, &str)> = TIMES.to_vec();
    members.extend(names.iter().map(String::as_str).zip(values));
    let read = form(&server, "GetMetricData", &members).text();
    assert!(
        read.contains("<Values><member>3.5</member></Values>"),
        "{read}"
    );
    assert!(read.contains("<Timestamps><member>20"), "{read}");
    let statistics = form(
        &server,
        "GetMetricStatistics",
        &[
            TIMES[0],
            TIMES[1],
            ("Namespace", "Shop"),
            ("MetricName", "Orders"),
            ("Dimensions.member.1.Name", "Shop"),
            ("Dimensions.member.1.Value", "1"),
            ("Period", "60"),
            ("Statistics.member.1", "Maximum"),
        ],
    );
    let text = statistics.text();
    assert!(text.contains("<Maximum>2.0</Maximum>"), "{text}");
}

#[test]
fn alarms_are_set_by_form_and_errors_are_told_in_xml() {
    let server = Server::start();
    let alarm = [
        ("AlarmName", "orders"),
        ("Namespace", "Shop"),
        ("MetricName", "Orders"),
        ("Statistic", "Sum"),
        ("Period", "60"),
        ("EvaluationPeriods", "1"),
        ("Threshold", "1.5"),
        ("ComparisonOperator", "GreaterThanThreshold"),
    ];
    assert_eq!(form(&server, "PutMetricAlarm", &alarm).status, 200);
    let described = server.cloudwatch("DescribeAlarms", &json!({})).json();
    assert_eq!(described["MetricAlarms"][0]["Threshold"], 1.5);
    let state = [
        ("AlarmName", "nobody"),
        ("StateValue", "OK"),
        ("StateReason", "x"),
    ];
    let missing = form(&server, "SetAlarmState", &state);
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("<Code>ResourceNotFound</Code>"));
    let wrong = form(&server, "PutMetricAlarm", &alarm[..4]);
    assert_eq!(wrong.status, 400, "{}", wrong.text());
    assert_eq!(form(&server, "PutDashboard", &[]).status, 501);
}

#[test]
fn a_request_that_is_too_deep_is_an_error_in_xml_and_the_server_goes_on() {
    let server = Server::start();
    let deep = "a.".repeat(10_000) + "a";
    let refused = form(&server, "PutMetricData", &[(&deep, "1")]);
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("too deep"), "{}", refused.text());
    assert_eq!(form(&server, "DescribeAlarms", &[]).status, 200);
}

/// Put over 40 seconds that lie in the middle of two minutes.
fn put_forty(server: &Server, from: u64) {
    let data: Vec<_> = (0..40)
        .map(|n| json!({ "MetricName": "Orders", "Value": 1.0, "Timestamp": from + n }))
        .collect();
    let put = json!({ "Namespace": "Shop", "MetricData": data });
    assert_eq!(server.cloudwatch("PutMetricData", &put).status, 200);
}

#[test]
fn a_start_or_an_end_within_a_period_gives_all_of_that_period() {
    let server = Server::start();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let minute = (now.as_secs() - 600) / 60 * 60;
    put_forty(&server, minute + 40);
    let (start, end) = (minute + 50, minute + 70);
    let statistics = json!({
        "Namespace": "Shop", "MetricName": "Orders", "Statistics": ["Sum"], "Period": 60,
        "StartTime": start, "EndTime": end,
    });
    let statistics = server.cloudwatch("GetMetricStatistics", &statistics).json();
    let points = statistics["Datapoints"].as_array().unwrap();
    let sums: Vec<&Value> = points.iter().map(|point| &point["Sum"]).collect();
    assert_eq!(sums, [20.0, 20.0]);
    let data = |period: u64| {
        let stat = json!({
            "Metric": { "Namespace": "Shop", "MetricName": "Orders" },
            "Period": period, "Stat": "Sum",
        });
        let query = json!({
            "StartTime": start, "EndTime": end, "ScanBy": "TimestampAscending",
            "MetricDataQueries": [{ "Id": "orders", "MetricStat": stat }],
        });
        server.cloudwatch("GetMetricData", &query).json()["MetricDataResults"][0].clone()
    };
    assert_eq!(data(60)["Values"], json!([20.0, 20.0]));
    assert_eq!(data(60)["Timestamps"], json!([minute, minute + 60]));
    assert_eq!(data(5)["Values"], json!([5.0, 5.0, 5.0, 5.0]));
}
