//! What the function says of its answers: to Lambda a 500 that a handler returns is a success.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::harness::{
    AS_AWS_DELIVERS, Load, Printed, Server, begins, description, path, program, rollout, says,
    serves, until,
};

/// Blue serves, red is published, which returns its 500s, and requests flow of which blue has said
/// something.
fn with_red_that_returns(server: Server, rate: u32) -> (Server, Load) {
    server.create("blue").succeeds();
    server.set_variable("FAIL_HOW", "status", true);
    server.publish("red");
    let load = Load::start(&server, rate);
    blue_has_spoken(&server);
    (server, load)
}

fn blue_has_spoken(server: &Server) {
    until("blue has said how it answers", || {
        let doctor = server.bluegreen(&["doctor", "--to", "2"]);
        doctor.stdout.contains("says how it answers").then_some(())
    });
}

/// Nothing is said of how late it is, so that the deployer expects what it expects of AWS.
#[test]
fn a_green_that_returns_500s_is_rolled_back_within_half_a_minute_as_aws_delivers() {
    let (server, load) = with_red_that_returns(Server::with(&AS_AWS_DELIVERS), 100);
    let running = server.start_bluegreen(&rollout(&[]));
    begins(&server);
    let begun = Instant::now();
    let finished = running.finish().exits(3);
    let took = begun.elapsed();
    assert!(
        took <= Duration::from_secs(30),
        "{took:?}: {}",
        finished.stdout
    );
    serves(&server, "1");
    let said = description(&server);
    assert!(said.contains("bad answers "), "{said}");
    assert!(load.requests().iter().any(|request| request.failed));
}

#[test]
fn a_rollback_says_why_green_failed() {
    let (server, _load) = with_red_that_returns(Server::with(&[]), 50);
    let finished = server.bluegreen(&rollout(&[])).exits(3);
    says(
        &finished,
        &[
            "judged by bluegreen/Bad too, up to 1s late",
            "what version 2 printed of its errors:",
            "red fails this request",
            "answered with status 500 (request ",
        ],
    );
    let logs = server.bluegreen(&["logs", "--version", "2", "--errors"]);
    says(&logs.succeeds(), &["red fails this request"]);
    let logs = ["logs", "--since", "5m", "--output", "json"];
    let lines = server.bluegreen(&logs).succeeds();
    // Blue serves everything again.
    assert!(lines.stdout.contains("hello from blue"), "{}", lines.stdout);
    assert!(!lines.stdout.contains("red fails"), "{}", lines.stdout);
}

#[test]
fn logs_are_followed_until_somebody_ends_it() {
    let server = Server::with_blue();
    let mut command = server.command(program("bluegreen"));
    let command = command.args(["logs", "--follow", "--version", "1"]);
    let mut following = command.stdout(Stdio::piped()).spawn().unwrap();
    let printed = Printed::by(following.stdout.take().unwrap());
    for requests in [3, 5] {
        server.bluegreen(&["traffic", "--requests", "1"]).succeeds();
        server.bluegreen(&["traffic", "--requests", "1"]).succeeds();
        until("each line is printed once", || {
            let lines = printed.text().matches("hello from blue").count();
            assert!(lines < requests, "{}", printed.text());
            (lines + 1 == requests).then_some(())
        });
    }
    following.kill().unwrap();
    following.wait().unwrap();
}

#[test]
fn lambdas_own_metrics_alone_see_no_500_that_is_returned() {
    let (server, _load) = with_red_that_returns(Server::with(&[]), 100);
    let quick = ["--strategy", "canary:50%/2s", "--certified", "20%"];
    let blind = [&quick[..], &["--no-outcomes"]].concat();
    let finished = server.bluegreen(&rollout(&blind)).succeeds();
    says(&finished, &["judged by Lambda's own metrics alone"]);
    serves(&server, "2");
}

/// It is not clean because nobody says otherwise; but what Lambda counts still condemns.
#[test]
fn a_green_that_says_nothing_is_not_promoted_and_still_rolled_back() {
    let server = Server::with_blue();
    let load = Load::start(&server, 100);
    blue_has_spoken(&server);
    let silent = path("panicking");
    let plan = [
        "--strategy",
        "canary:50%/2s",
        "--certified",
        "20%",
        "--horizon",
        "12s",
    ];
    let deploy = ["deploy", "--binary", &silent, "--outcomes"];
    let deploy = [&deploy[..], &plan].concat();
    let finished = server.bluegreen(&deploy).exits(4);
    says(&finished, &["green has not said how it answered"]);
    server.bluegreen(&["rollback"]).succeeds();
    drop(load);
    // It panics there, and blue does not.
    let _load = Load::on(format!("{}/panic", server.api_url()), 100);
    let again = [&["rollout", "--again"][..], &plan].concat();
    let finished = server.bluegreen(&again).exits(3);
    says(&finished, &["is rolled back: errors "]);
}

/// As any function can write them, with the dimensions of Lambda's own.
#[test]
fn metrics_of_ones_own_count_as_the_layers_do() {
    let server = Server::with_blue();
    server.publish("green");
    let _load = Load::start(&server, 20);
    let names = [
        "--bad-metric",
        "Shop/Failed",
        "--requests-metric",
        "Shop/Requests",
    ];
    let options = [&names[..], &["--outcome-delay", "1s"]].concat();
    let running = server.start_bluegreen(&rollout(&options));
    begins(&server);
    let said = description(&server);
    assert!(
        said.contains("outcomes=1s+1s|Shop/Requests|Shop/Failed"),
        "{said}"
    );
    until("it is rolled back", || {
        put(&server, "1", [30.0, 0.0]);
        put(&server, "2", [4.0, 3.0]);
        (!description(&server).contains("step 1 of")).then_some(())
    });
    says(
        &running.finish().exits(3),
        &["judged by Shop/Failed too", "bad answers "],
    );
    serves(&server, "1");
}

fn put(server: &Server, version: &str, [requests, failed]: [f64; 2]) {
    let dimension = |name: &str, value: &str| json!({ "Name": name, "Value": value });
    let dimensions = [
        dimension("FunctionName", "hello"),
        dimension("Resource", "hello:live"),
        dimension("ExecutedVersion", version),
    ];
    let datum = |name: &str, value: f64| {
        json!({
            "MetricName": name, "Value": value, "Dimensions": dimensions, "StorageResolution": 1,
        })
    };
    let data: [Value; 2] = [datum("Requests", requests), datum("Failed", failed)];
    server.cloudwatch(
        "PutMetricData",
        &json!({ "Namespace": "Shop", "MetricData": data }),
    );
}
