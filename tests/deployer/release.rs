//! The whole walk: create, publish, shift, promote, roll back, with requests flowing.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use serde_json::{Value, json};

use crate::harness::{Server, alias, description, serves, weights};

fn traffic(server: &Server, requests: &str) -> Value {
    let args = ["traffic", "--requests", requests, "--output", "json"];
    server.bluegreen(&args).succeeds().json()
}

fn answers(traffic: &Value, version: &str) -> u64 {
    let versions = traffic["versions"].as_array().unwrap();
    let found = versions.iter().find(|found| found["name"] == version);
    found.map_or(0, |found| found["answers"].as_u64().unwrap())
}

#[test]
fn a_release_goes_from_blue_to_green_and_back_again() {
    let server = Server::with_blue();
    assert_eq!(answers(&traffic(&server, "20"), "1"), 20);

    assert_eq!(server.publish("green"), 2);
    assert_eq!(weights(&server), json!({ "1": 1.0 }));

    server.bluegreen(&["shift", "25%", "--to", "2"]).succeeds();
    assert_eq!(weights(&server), json!({ "1": 0.75, "2": 0.25 }));
    server.bluegreen(&["shift", "50%"]).succeeds();
    assert_eq!(weights(&server), json!({ "1": 0.5, "2": 0.5 }));

    server.bluegreen(&["promote"]).succeeds();
    assert_eq!(weights(&server), json!({ "2": 1.0 }));
    assert_eq!(alias(&server).get("RoutingConfig"), None);
    assert_eq!(answers(&traffic(&server, "20"), "2"), 20);

    server.bluegreen(&["rollback"]).succeeds();
    assert_eq!(weights(&server), json!({ "1": 1.0 }));
    assert_eq!(answers(&traffic(&server, "20"), "1"), 20);
}

#[test]
fn rolling_back_a_split_clears_the_weights_and_leaves_the_version() {
    let server = Server::with_blue();
    server.publish("red");
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    server.bluegreen(&["rollback"]).succeeds();
    let alias = alias(&server);
    assert_eq!(
        (
            alias["FunctionVersion"].as_str(),
            alias.get("RoutingConfig")
        ),
        (Some("1"), None)
    );
}

#[test]
fn each_rollback_goes_one_version_further_back() {
    let server = Server::with_blue();
    for (color, number) in [("green", "2"), ("red", "3")] {
        server.publish(color);
        server.bluegreen(&["promote", "--to", number]).succeeds();
    }
    assert!(
        description(&server).ends_with(", before it 2 1"),
        "{}",
        description(&server)
    );
    server.bluegreen(&["rollback"]).succeeds();
    assert_eq!(weights(&server), json!({ "2": 1.0 }));
    server.bluegreen(&["rollback"]).succeeds();
    assert_eq!(weights(&server), json!({ "1": 1.0 }));
    server.bluegreen(&["rollback"]).fails_with(
        1,
        &[
            "version 1 serves everything",
            "`bluegreen status` lists",
            "--to",
        ],
    );
    server.bluegreen(&["rollback", "--to", "3"]).succeeds();
    assert_eq!(weights(&server), json!({ "3": 1.0 }));
}

#[test]
fn the_share_that_is_seen_is_the_share_that_was_asked_for() {
    let server = Server::with_blue();
    server.publish("green");
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    let seen = traffic(&server, "2000");
    let green = answers(&seen, "2");
    assert_eq!(green + answers(&seen, "1"), 2000);
    // 200 expected, standard deviation 13.4: outside five of them once in 1.7 million runs.
    assert!(
        (133..=267).contains(&green),
        "{green} of 2000 went to green"
    );
    assert_eq!(seen["errors"], 0);
}

#[test]
fn a_seed_makes_the_choices_repeatable() {
    let run = || {
        let server = Server::with(&["--seed", "7"]);
        server.create("blue").succeeds();
        server.publish("green");
        server.bluegreen(&["shift", "50%", "--to", "2"]).succeeds();
        let url = server.api_url();
        let answer = |_| server.request("GET", &url, b"").text();
        (0..40).map(answer).collect::<Vec<String>>()
    };
    let first = run();
    assert_eq!(first, run());
    let blues = first
        .iter()
        .filter(|answer| answer.contains("Blue"))
        .count();
    assert!((5..35).contains(&blues), "both serve: {first:?}");
}

#[test]
fn a_release_under_constant_load_drops_no_request() {
    let server = Server::with_blue();
    server.publish("green");
    let url = server
        .bluegreen(&["create", "--output", "json"])
        .succeeds()
        .json()["apiUrl"]
        .clone();
    let url = url.as_str().unwrap();
    let stop = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let answer = server.request("GET", url, b"");
                        seen.push((answer.status, answer.text()));
                    }
                    seen
                })
            })
            .collect();
        for args in [["shift", "10%", "--to", "2"], ["shift", "90%", "--to", "2"]] {
            server.bluegreen(&args).succeeds();
        }
        server.bluegreen(&["promote"]).succeeds();
        server.bluegreen(&["rollback"]).succeeds();
        server.bluegreen(&["promote", "--to", "2"]).succeeds();
        stop.store(true, Ordering::Relaxed);
        clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect::<Vec<_>>()
    });
    let (blue, green) = ("Hello From Blue Deployment", "Hello From Green Deployment");
    for (status, body) in &seen {
        assert_eq!(*status, 200, "{body}");
        assert!(body == blue || body == green, "{body}");
    }
    assert!(seen.iter().any(|(_, body)| body == green));
}

#[test]
fn reds_failures_are_errors_of_lambda() {
    let server = Server::with_blue();
    server.set_variable("FAIL_SHARE", "0.2", true);
    server.publish("red");
    server.bluegreen(&["promote", "--to", "2"]).succeeds();
    let failed = traffic(&server, "500")["errors"].as_u64().unwrap();
    // 100 expected, standard deviation 8.9.
    assert!((55..=145).contains(&failed), "{failed} of 500 failed");
}

#[test]
fn a_version_that_is_not_there_is_named_with_where_to_look() {
    let server = Server::with_blue();
    for command in [
        &["rollback", "--to", "99"][..],
        &["promote", "--to", "99"],
        &["shift", "10%", "--to", "99"],
    ] {
        let advice = "`bluegreen status` lists the versions of 'hello'";
        server
            .bluegreen(command)
            .fails_with(1, &["Function not found", advice]);
    }
    serves(&server, "1");
}

#[test]
fn a_rivals_write_is_named_and_not_written_over() {
    let server = Server::with_blue();
    server.publish("green");
    let stop = AtomicBool::new(false);
    let refused = thread::scope(|scope| {
        // Somebody who writes to the alias all the time: between our read and our write as well.
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let change = json!({ "Description": "a rival's" });
                server.lambda("PUT", "/hello/aliases/live", &change);
            }
        });
        let mut tries = (0..20).map(|_| server.bluegreen(&["shift", "10%", "--to", "2"]));
        let refused = tries.find(|shifted| shifted.code != Some(0));
        stop.store(true, Ordering::Relaxed);
        refused
    });
    let refused = refused.expect("the rival was quicker at least once in 20 times");
    refused.fails_with(
        5,
        &[
            "failed to shift 10% to version 2",
            "someone else",
            "bluegreen status",
        ],
    );
}
