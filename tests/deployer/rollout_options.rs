//! Hooks, alarms, and what else a rollout can be asked for.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Load, Server, description, path, rollout, serves, until};

const QUICK: [&str; 4] = ["--strategy", "canary:50%/1s", "--certified", "20%"];

fn with_green() -> Server {
    let server = Server::with_blue();
    server.publish("green");
    server
}

fn put_alarm(server: &Server, name: &str) {
    let alarm = json!({
        "AlarmName": name, "Namespace": "AWS/Lambda", "MetricName": "Duration",
        "Dimensions": [{ "Name": "FunctionName", "Value": "hello" }], "Statistic": "Maximum",
        "Period": 3600, "EvaluationPeriods": 1, "Threshold": 1e9,
        "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "ignore",
    });
    server.cloudwatch("PutMetricAlarm", &alarm);
}

fn set_alarm(server: &Server, name: &str, state: &str) {
    let state = json!({ "AlarmName": name, "StateValue": state, "StateReason": "by the test" });
    server.cloudwatch("SetAlarmState", &state);
}

#[test]
fn an_alarm_that_rings_rolls_back_and_one_that_rang_before_does_not() {
    let server = with_green();
    for name in ["checkout, p99", "old"] {
        put_alarm(&server, name);
    }
    set_alarm(&server, "old", "ALARM");
    let options = [
        "--strategy",
        "canary:10%/5m",
        "--alarm",
        "checkout, p99",
        "--alarm",
        "old",
    ];
    let running = server.start_bluegreen(&rollout(&options));
    until("the rollout has begun", || {
        description(&server).contains("step 1 of").then_some(())
    });
    assert!(
        description(&server).ends_with("alarms=checkout%2C%20p99"),
        "{}",
        description(&server)
    );
    set_alarm(&server, "checkout, p99", "ALARM");
    let finished = running.finish().exits(3);
    assert!(
        finished.stdout.contains("alarm 'old' rings already"),
        "{}",
        finished.stdout
    );
    assert!(
        finished.stdout.contains("rolled back: alarm checkout, p99"),
        "{}",
        finished.stdout
    );
    serves(&server, "1");
    let unknown = server.bluegreen(&rollout(&["--alarm", "nowhere"]));
    unknown.fails_with(1, &["there is no CloudWatch alarm 'nowhere'"]);
}

#[test]
fn a_composite_alarm_is_a_veto_as_any_other() {
    let server = with_green();
    for name in ["5xx", "quiet hours"] {
        put_alarm(&server, name);
    }
    let composite = json!({
        "AlarmName": "checkout", "AlarmRule": r#"ALARM(5xx) AND NOT ALARM("quiet hours")"#,
    });
    server.cloudwatch("PutCompositeAlarm", &composite);
    let options = ["--strategy", "canary:10%/5m", "--alarm", "checkout"];
    let running = server.start_bluegreen(&rollout(&options));
    until("the rollout has begun", || {
        description(&server).contains("step 1 of").then_some(())
    });
    set_alarm(&server, "5xx", "ALARM");
    let finished = running.finish().exits(3);
    let said = finished.stdout.contains("rolled back: alarm checkout");
    assert!(said, "{}", finished.stdout);
    serves(&server, "1");
}

#[test]
fn hooks_are_run_at_their_time_and_know_what_happens() {
    let server = with_green();
    let load = Load::start(&server, 50);
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let note = |name: &str| {
        let variables =
            "$BLUEGREEN_BLUE $BLUEGREEN_GREEN $BLUEGREEN_WEIGHT $BLUEGREEN_STEP $BLUEGREEN_REASON";
        format!("echo {name} {variables} >> {}", log.display())
    };
    let (before, step) = (note("before"), note("step"));
    let (promote, rollback) = (note("promote"), note("rollback"));
    let hooks = [
        "--before-traffic",
        &before,
        "--after-step",
        &step,
        "--after-promote",
        &promote,
        "--after-rollback",
        &rollback,
    ];
    server
        .bluegreen(&rollout(&[&QUICK[..], &hooks].concat()))
        .exits(0);
    assert_eq!(
        fs::read_to_string(&log).unwrap(),
        "before hello:1 hello:2 0 0 start\nstep hello:1 hello:2 0.5 1 step\n\
         promote hello:1 hello:2 1 0 green is good enough\n"
    );
    load.ends_without_a_failure();
}

#[test]
fn a_hook_that_fails_keeps_green_from_its_traffic_or_takes_it_back() {
    let server = with_green();
    let before = description(&server);
    let options = [&QUICK[..], &["--before-traffic", "exit 7"]].concat();
    let finished = server.bluegreen(&rollout(&options)).exits(3);
    assert!(
        finished
            .stdout
            .contains("--before-traffic failed: exit status: 7"),
        "{}",
        finished.stdout
    );
    assert_eq!(description(&server), before);

    let options = [&QUICK[..], &["--after-step", "exit 8"]].concat();
    let finished = server.bluegreen(&rollout(&options)).exits(3);
    assert!(
        finished
            .stdout
            .contains("--after-step failed: exit status: 8"),
        "{}",
        finished.stdout
    );
    serves(&server, "1");
    assert!(
        description(&server).contains("rolled 2 back at 50%"),
        "{}",
        description(&server)
    );
}

#[test]
fn slow_requests_are_compared_where_a_limit_is_given() {
    let server = with_green();
    let load = Load::start(&server, 50);
    let options = [&QUICK[..], &["--slow", "p95"]].concat();
    let p95 = until("an hour's latency is known", || {
        let tried = server.bluegreen(&rollout(&[&options[..], &["--dry-run"]].concat()));
        (tried.code == Some(0)).then_some(tried)
    });
    assert!(p95.stdout.contains("nothing was written"), "{}", p95.stdout);
    serves(&server, "1");
    let options = [&QUICK[..], &["--slow", "2000ms"]].concat();
    server.bluegreen(&rollout(&options)).exits(0);
    serves(&server, "2");
    load.ends_without_a_failure();
}

#[test]
fn a_summary_says_how_it_ended_behind_what_is_there_already() {
    let server = Server::with_blue();
    server.publish("red");
    let load = Load::start(&server, 100);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("summary.md");
    fs::write(&file, "before\n").unwrap();
    let file = file.to_str().unwrap();
    let options = [
        "--strategy",
        "canary:30%/2s",
        "--no-outcomes",
        "--summary",
        file,
    ];
    let printed = server.bluegreen(&rollout(&options)).exits(3).stdout;
    drop(load);
    server.bluegreen(&["status", "--summary", file]).succeeds();
    let summary = fs::read_to_string(file).unwrap();
    // What was printed last stands there, too: the counts in the table, the rest as it is.
    let (_, end) = printed.split_once("is rolled back").unwrap();
    let (counts, rest): (Vec<&str>, Vec<&str>) = end
        .lines()
        .skip(1)
        .map(str::trim)
        .take_while(|line| !line.contains("printed of its errors"))
        .partition(|line| line.starts_with("version "));
    assert_eq!((counts.len(), rest.len()), (2, 2), "{printed}");
    for line in rest {
        // An address in it has an underscore, which is none of Markdown's.
        let plain = line.replace('_', "\\_");
        assert!(summary.contains(&format!("- {plain}\n")), "{summary}");
    }
    for (number, line) in (1..).zip(counts) {
        let (bad, requests) = line
            .rsplit_once("%  ")
            .unwrap()
            .1
            .split_once(" failed of ")
            .unwrap();
        let row = format!("| {number} | {requests} | {bad} |");
        assert!(summary.contains(&row), "no {row:?} in {summary}");
    }
    for text in [
        "before\n### bluegreen: ❌ rolled back",
        "| version | requests | failed |",
        "| 2 | ",
        "green is worse by at least",
        "30% on version 2",
        "```text\nhello:live  rolled back",
    ] {
        assert!(summary.contains(text), "no {text:?} in: {summary}");
    }
    let refused = server.bluegreen(&rollout(&["--summary", "/nonexistent/summary.md"]));
    refused.fails_with(1, &["failed to open /nonexistent/summary.md"]);
}

#[test]
fn what_a_version_says_of_itself_steers_no_terminal_and_forges_no_summary() {
    let server = Server::with_blue();
    let evil = "fine\u{1b}[2K\r\u{202e}```\n### bluegreen: done";
    let publish = ["publish", "--binary", &path("green"), "--description", evil];
    server.bluegreen(&publish).succeeds();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("summary.md");
    let summary = ["status", "--summary", file.to_str().unwrap()];
    let printed = server.bluegreen(&summary).succeeds().stdout;
    let says = "fine�[2K��```�### bluegreen: done";
    assert!(printed.contains(says), "{printed:?}");
    for steers in ['\u{1b}', '\r', '\u{202e}'] {
        assert!(!printed.contains(steers), "{printed:?}");
    }
    let summary = fs::read_to_string(&file).unwrap();
    assert!(summary.starts_with("````text\n"), "{summary}");
}
