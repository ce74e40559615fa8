//! Test events, hooks, alarms, and what else a rollout can be asked for.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Load, Server, description, events, repository, rollout, serves, until};

const QUICK: [&str; 4] = ["--strategy", "canary:50%/1s", "--certified", "20%"];

fn with_green() -> Server {
    let server = Server::with_blue();
    server.publish("green");
    server
}

/// An event of an HTTP API, and what its answer must hold.
fn event(folder: &TempDir, expect: &Value) -> String {
    let sample = repository().join("functions/events/http-api.json");
    let sample: Value = serde_json::from_slice(&fs::read(sample).unwrap()).unwrap();
    let file = folder.path().join("event.json");
    fs::write(
        &file,
        json!({ "event": sample, "expect": expect }).to_string(),
    )
    .unwrap();
    file.to_str().unwrap().to_owned()
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
fn a_green_that_fails_its_test_events_gets_no_traffic() {
    let server = with_green();
    let folder = TempDir::new().unwrap();
    let blues = event(&folder, &json!({ "body": "Hello From Blue Deployment" }));
    let options = [&QUICK[..], &["--event", &blues, "--output", "json"]].concat();
    let before = description(&server);
    let finished = server.bluegreen(&rollout(&options)).exits(3);
    let events = events(&finished);
    let probed = events
        .iter()
        .find(|event| event["event"] == "probed")
        .unwrap();
    assert_eq!(
        (&probed["condemned"], &probed["blue"]["errors"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(
        (&probed["green"]["errors"], &probed["fault"]),
        (&json!(1), &json!("it fails a test event that blue passes"))
    );
    let failure = probed["failure"].as_str().unwrap();
    assert!(
        failure.contains("\"Hello From Green Deployment\" instead of"),
        "{failure}"
    );
    serves(&server, "1");
    assert_eq!(description(&server), before);
}

/// Version 2 fails the event that blue passes; version 1 passes each of the others, too.
fn failing_event(folder: &TempDir) -> [String; 2] {
    let blues = event(folder, &json!({ "body": "Hello From Blue Deployment" }));
    let kept = folder.path().join("blues.json");
    fs::rename(&blues, &kept).unwrap();
    let both = event(folder, &json!({ "statusCode": 200 }));
    [both, kept.to_str().unwrap().to_owned()]
}

#[test]
fn one_event_that_green_fails_and_blue_passes_is_enough_whatever_the_coin_chooses() {
    let server = with_green();
    let folder = TempDir::new().unwrap();
    let [both, blues] = failing_event(&folder);
    // One throw of the coin for two events: green is asked the second one all the same.
    for probes in ["1", "2", "40"] {
        let options = ["--event", &both, "--event", &blues, "--probes", probes];
        let options = [&QUICK[..], &options].concat();
        let refused = server.bluegreen(&rollout(&options)).exits(3);
        let said = "it fails a test event that blue passes: green gets no traffic";
        assert!(refused.stdout.contains(said), "{}", refused.stdout);
        let verify = [
            "verify", "--event", &both, "--event", &blues, "--probes", probes,
        ];
        let verified = server.bluegreen(&verify).exits(3);
        let said = "green gets no traffic: it fails a test event that blue passes";
        assert!(verified.stdout.contains(said), "{}", verified.stdout);
    }
    serves(&server, "1");
}

#[test]
fn an_event_that_blue_fails_too_does_not_keep_green_from_its_traffic() {
    let server = with_green();
    let folder = TempDir::new().unwrap();
    let nobodys = event(&folder, &json!({ "statusCode": 201 }));
    server
        .bluegreen(&["verify", "--event", &nobodys, "--probes", "6"])
        .exits(4);
}

#[test]
fn those_who_want_the_statistics_alone_ask_for_them() {
    let server = with_green();
    let folder = TempDir::new().unwrap();
    let [both, blues] = failing_event(&folder);
    // Two of the events that green gets cannot condemn it.
    let events = ["--event", &both, "--event", &blues];
    let verify = [
        &["verify", "--event-tolerance", "--probes", "2"][..],
        &events,
    ]
    .concat();
    let verified = server.bluegreen(&verify);
    assert!(
        [0, 4].contains(&verified.code.unwrap()),
        "{}",
        verified.stdout
    );
}

#[test]
fn test_events_are_evidence_that_is_kept_in_the_alias() {
    let server = with_green();
    let folder = TempDir::new().unwrap();
    let both = event(
        &folder,
        &json!({ "statusCode": 200, "headers": { "content-type": "text/plain" } }),
    );
    let options = [
        "--strategy",
        "canary:10%/5m",
        "--event",
        &both,
        "--probes",
        "20",
        "--warm",
        "3",
    ];
    let running = server.start_bluegreen(&rollout(&options));
    let kept = until("the rollout has begun", || {
        Some(description(&server)).filter(|text| text.contains("step 1 of"))
    });
    let counts = kept.split("probe=").nth(1).unwrap().split([':', ' ', ',']);
    let requests = counts
        .take(2)
        .map(|c| c.split('/').next().unwrap().parse::<u64>().unwrap());
    assert_eq!(requests.sum::<u64>(), 20, "{kept}");
    running.signal("-INT");
    running.finish().exits(3);
}

#[test]
fn one_test_event_is_sent_to_both_versions() {
    let server = Server::with_blue();
    server.publish("green");
    let event = repository().join("functions/events/http-api.json");
    let verify = [
        "verify",
        "--event",
        event.to_str().unwrap(),
        "--probes",
        "1",
    ];
    for _ in 0..5 {
        let verified = server.bluegreen(&[&verify[..], &["--output", "json"]].concat());
        let verified = verified.succeeds().json();
        let asked = |version: &str| verified[version]["requests"].as_u64().unwrap();
        assert!(asked("blue") > 0 && asked("green") > 0, "{verified}");
    }
}

#[test]
fn verify_says_by_its_exit_code_whether_green_is_worse() {
    let server = with_green();
    let folder = TempDir::new().unwrap();
    let both = event(&folder, &json!({ "statusCode": 200 }));
    let verified = server.bluegreen(&["verify", "--event", &both]).exits(0);
    assert!(
        verified.stdout.contains("green answered all of them"),
        "{}",
        verified.stdout
    );
    let greens = event(&folder, &json!({ "body": "Hello From Blue Deployment" }));
    let worse = server
        .bluegreen(&["verify", "--event", &greens, "--output", "json"])
        .exits(3);
    assert_eq!(worse.json()["verdict"], "worse");
    server
        .bluegreen(&["verify"])
        .fails_with(1, &["name a test event"]);
    server
        .bluegreen(&["verify", "--event", "nowhere.json"])
        .fails_with(1, &["failed to read nowhere.json"]);
    serves(&server, "1");
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
    let options = ["--strategy", "canary:30%/2s", "--summary", file];
    server.bluegreen(&rollout(&options)).exits(3);
    drop(load);
    server.bluegreen(&["status", "--summary", file]).succeeds();
    let summary = fs::read_to_string(file).unwrap();
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
