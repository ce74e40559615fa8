//! Lambda's own lines in the log, as text and as JSON.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::logs::{call, messages};
use crate::harness::{Answer, Server};

fn log(answer: &Answer) -> String {
    let tail = answer.header("x-amz-log-result").unwrap();
    String::from_utf8(BASE64_STANDARD.decode(tail).unwrap()).unwrap()
}

/// The platform events of an invocation's log: type, and status where there is one.
fn events(answer: &Answer) -> Vec<(String, Value)> {
    let lines = log(answer);
    let events = lines.lines().filter_map(|line| {
        let event: Value = serde_json::from_str(line).ok()?;
        let kind = event["type"].as_str()?.to_owned();
        Some((kind, event["record"]["status"].clone()))
    });
    events.collect()
}

fn server_that_logs(logging: &Value) -> Server {
    let server = Server::start();
    let configuration = json!({ "Timeout": 1, "LoggingConfig": logging });
    server.create_misbehaving("f", &configuration);
    server
}

fn json_of(level: &str) -> Value {
    json!({ "LogFormat": "JSON", "SystemLogLevel": level })
}

#[test]
fn an_error_that_the_handler_returned_is_a_success_in_the_report_and_a_crash_is_not() {
    let server = Server::start();
    server.create_misbehaving("f", &json!({ "Timeout": 1 }));
    let report = |event: &str| {
        let log = log(&server.invoke("f", &json!(event)));
        log.lines().last().unwrap().to_owned()
    };
    assert!(!report("error").contains("Status"));
    let crashed = report("exit-7");
    assert!(
        crashed.ends_with("\tStatus: error\tError Type: Runtime.ExitError"),
        "{crashed}"
    );
    let timed_out = report("hang");
    assert!(timed_out.ends_with("\tStatus: timeout"), "{timed_out}");
}

#[test]
fn a_function_that_logs_json_has_the_events_of_its_system_log_level() {
    let event = |kind: &str, status: Value| (format!("platform.{kind}"), status);
    let server = server_that_logs(&json_of("DEBUG"));
    assert_eq!(
        events(&server.invoke("f", &json!("error"))),
        [
            event("start", Value::Null),
            event("runtimeDone", json!("success")),
            event("report", json!("success"))
        ]
    );
    let server = server_that_logs(&json_of("INFO"));
    assert_eq!(
        events(&server.invoke("f", &json!(1))),
        [
            event("start", Value::Null),
            event("report", json!("success"))
        ]
    );
    let server = server_that_logs(&json_of("WARN"));
    assert_eq!(events(&server.invoke("f", &json!(1))), []);
    assert_eq!(
        events(&server.invoke("f", &json!("hang"))),
        [
            event("runtimeDone", json!("timeout")),
            event("report", json!("timeout"))
        ]
    );
}

#[test]
fn the_start_of_an_environment_has_events_of_its_own() {
    let started = |level: &str, variables: Value| {
        let server = Server::start();
        let variables = json!({ "Variables": variables });
        let configuration = json!({ "LoggingConfig": json_of(level), "Environment": variables });
        server.create_misbehaving("f", &configuration);
        server.invoke("f", &json!(1));
        let group = json!({ "logGroupName": "/aws/lambda/f", "filterPattern": "phase" });
        let lines = messages(&call(&server, "FilterLogEvents", &group));
        let events = lines.iter().map(|line| serde_json::from_str(line).unwrap());
        events.collect::<Vec<Value>>()
    };
    let kinds = |events: &[Value]| {
        let kinds = events.iter().map(|event| event["type"].clone());
        kinds.collect::<Vec<_>>()
    };
    let (start, done, report) = (
        "platform.initStart",
        "platform.initRuntimeDone",
        "platform.initReport",
    );
    let all = started("DEBUG", json!({}));
    assert_eq!(kinds(&all), [start, done, report]);
    assert_eq!(all[0]["record"]["initializationType"], "on-demand");
    assert!(all[2]["record"]["metrics"]["durationMs"].as_f64() > Some(0.0));
    assert_eq!(kinds(&started("INFO", json!({}))), [start]);
    assert_eq!(kinds(&started("WARN", json!({}))), [""; 0]);
    let failed = started("WARN", json!({ "INIT": "exit" }));
    assert_eq!(kinds(&failed), [done, report]);
    let expected = (json!("error"), json!("Runtime.ExitError"));
    for event in failed {
        let record = &event["record"];
        assert_eq!(
            (record["status"].clone(), record["errorType"].clone()),
            expected
        );
    }
}

#[test]
fn the_log_holds_what_was_printed_between_lambdas_own_lines() {
    let server = server_that_logs(&json!({ "LogFormat": "Text" }));
    let printed = log(&server.invoke("f", &json!("print")));
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines[0].starts_with("START RequestId: ") && lines[0].ends_with(" Version: $LATEST"));
    assert_eq!(
        lines[1..3],
        ["a line of the function's", "and one on standard error"]
    );
    assert!(lines[3].starts_with("END RequestId: "));
    assert!(lines[4].starts_with("REPORT RequestId: ") && lines[4].contains("Init Duration: "));
    let timed_out = log(&server.invoke("f", &json!("hang")));
    assert!(
        timed_out.contains("Task timed out after 1.00 seconds"),
        "{timed_out}"
    );
}

#[test]
fn the_log_can_be_read_as_cloudwatch_logs() {
    let server = server_that_logs(&json!({ "LogFormat": "Text" }));
    server.invoke("f", &json!("print"));
    let target = [("x-amz-target", "Logs_20140328.FilterLogEvents")];
    let request = json!({ "logGroupName": "/aws/lambda/f", "filterPattern": "line" });
    let answer = server.request_with("POST", "/", &target, request.to_string().as_bytes());
    let events = answer.json()["events"].clone();
    assert_eq!(events[0]["message"], "a line of the function's");
    assert_eq!(events.as_array().unwrap().len(), 1);
}
