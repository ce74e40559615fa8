//! Test events, before any user is exposed: those of a rollout, and `verify`.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Server, description, events, repository, rollout, serves, until};

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
