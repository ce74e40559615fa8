//! `doctor`: what a rollout relies on is broken, one thing at a time, and is named with what mends it.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Finished, Server, rollout, serves, until, zip_of};

fn ready() -> Server {
    let server = Server::with_blue();
    server.publish("green");
    server
}

fn doctor(server: &Server, options: &[&str]) -> Finished {
    server.bluegreen(&[&["doctor"], options].concat())
}

/// The doctor finds a problem and says these words.
#[track_caller]
fn finds(server: &Server, options: &[&str], words: &[&str]) {
    let found = doctor(server, options).exits(1);
    for word in words {
        assert!(
            found.stdout.contains(word),
            "no {word:?} in: {}",
            found.stdout
        );
    }
    assert_eq!(found.stdout.matches('✗').count(), 1, "{}", found.stdout);
}

fn api(server: &Server) -> String {
    let apis = server.request("GET", "/v2/apis", b"").json();
    apis["items"][0]["apiId"].as_str().unwrap().to_owned()
}

/// Changes the function's configuration and publishes it as the newest version.
fn publish_with(server: &Server, configuration: &Value) {
    let path = "/hello/configuration";
    assert_eq!(server.lambda("PUT", path, configuration).status, 200);
    until("the update is done", || {
        let found = server.lambda("GET", path, &Value::Null).json();
        (found["LastUpdateStatus"] == "Successful").then_some(())
    });
    let published = server.lambda("POST", "/hello/versions", &Value::Null);
    assert_eq!(published.status, 201);
}

fn put_alarm(server: &Server, name: &str, dimensions: &Value) {
    let alarm = json!({
        "AlarmName": name,
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 5,
        "ComparisonOperator": "GreaterThanThreshold",
        "Dimensions": dimensions,
    });
    server.cloudwatch("PutMetricAlarm", &alarm);
}

#[test]
fn a_sound_deployment_is_called_so() {
    let server = ready();
    let found = doctor(&server, &["--invoke"]).exits(0);
    for line in [
        "a rollout would find all it needs",
        "✓ alias     all on version 1",
        "leads to the alias and may invoke it",
        "1 and 2 have the same role",
        "version 2 starts and answers",
    ] {
        assert!(
            found.stdout.contains(line),
            "no {line:?} in: {}",
            found.stdout
        );
    }
    let json = doctor(&server, &["--output", "json"]).exits(0).json();
    assert_eq!(json["sound"], true);
    assert_eq!(json["findings"][0]["state"], "good");
}

#[test]
fn an_api_that_leads_past_the_alias_is_named_and_no_rollout_begins() {
    let server = ready();
    let api = api(&server);
    let integrations = format!("/v2/apis/{api}/integrations");
    let found = server.request("GET", &integrations, b"").json();
    let id = found["items"][0]["integrationId"].as_str().unwrap();
    let past = "arn:aws:lambda:us-east-1:000000000000:function:hello";
    let change = json!({ "integrationUri": past }).to_string();
    let changed = server.request("PATCH", &format!("{integrations}/{id}"), change.as_bytes());
    assert_eq!(changed.status, 200, "{}", changed.text());
    let mend = format!(
        "update-integration --api-id {api} --integration-id {id} --integration-uri {past}:live"
    );
    finds(
        &server,
        &[],
        &["leads to arn:aws:lambda", "not to the alias", &mend],
    );

    let refused = server.bluegreen(&rollout(&[]));
    refused.fails_with(1, &["nothing was moved", "--skip-checks", &mend]);
    serves(&server, "1");
}

#[test]
fn an_api_that_may_not_invoke_the_alias_is_named() {
    let server = ready();
    let api = api(&server);
    let statement = format!("/hello/policy/bluegreen-api-{api}?Qualifier=live");
    assert_eq!(
        server.lambda("DELETE", &statement, &Value::Null).status,
        204
    );
    let mend = format!(
        "aws lambda add-permission --function-name hello --qualifier live --statement-id bluegreen-api-{api}"
    );
    finds(
        &server,
        &[],
        &["may not invoke the alias", &mend, &format!("{api}/*'")],
    );
}

#[test]
fn versions_that_cannot_share_an_alias_are_named() {
    let server = ready();
    publish_with(
        &server,
        &json!({ "Role": "arn:aws:iam::000000000000:role/other" }),
    );
    finds(
        &server,
        &[],
        &["version 1 has the role", "version 3 has", "role/other"],
    );
    let refused = server.bluegreen(&rollout(&[]));
    refused.fails_with(1, &["version 3 has arn:aws:iam::000000000000:role/other"]);

    let server = ready();
    let queue = "arn:aws:sqs:us-east-1:000000000000:dead";
    publish_with(
        &server,
        &json!({ "DeadLetterConfig": { "TargetArn": queue } }),
    );
    finds(
        &server,
        &[],
        &["version 1's dead-letter target is none", queue],
    );
    finds(&server, &["--to", "9"], &["there is no version 9"]);
}

#[test]
fn a_version_of_another_architecture_is_mentioned() {
    let server = Server::with_blue();
    let native = server
        .lambda("GET", "/hello/configuration", &Value::Null)
        .json();
    let other = match native["Architectures"][0].as_str() {
        Some("arm64") => "x86_64",
        _ => "arm64",
    };
    publish_other_architecture(&server, other);
    let found = doctor(&server, &[]).exits(0);
    assert!(
        found.stdout.contains(&format!("version 2 on {other}")),
        "{}",
        found.stdout
    );
}

/// The same script for another CPU.
fn publish_other_architecture(server: &Server, architecture: &str) {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let zip = zip_of("bootstrap", 0o755, b"#!/bin/sh\n");
    let code = json!({ "ZipFile": BASE64_STANDARD.encode(zip), "Architectures": [architecture] });
    assert_eq!(server.lambda("PUT", "/hello/code", &code).status, 200);
    until("the update is done", || {
        let found = server.lambda("GET", "/hello/configuration", &Value::Null);
        (found.json()["LastUpdateStatus"] == "Successful").then_some(())
    });
    publish_with(server, &json!({}));
}

#[test]
fn an_alias_that_is_not_at_rest_is_named() {
    let server = ready();
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    finds(&server, &[], &["it is split by hand", "bluegreen promote"]);
    server.bluegreen(&["rollback"]).succeeds();
    let weights = json!({ "RoutingConfig": { "AdditionalVersionWeights": { "2": 0.3 } } });
    assert_eq!(
        server.lambda("PUT", "/hello/aliases/live", &weights).status,
        200
    );
    finds(&server, &[], &["somebody else splits it", "CodeDeploy"]);
    let moved = json!({ "FunctionVersion": "2", "RoutingConfig": {} });
    assert_eq!(
        server.lambda("PUT", "/hello/aliases/live", &moved).status,
        200
    );
    let found = doctor(&server, &["--to", "1"]).exits(0);
    let said = "somebody else moved it to version 2";
    assert!(found.stdout.contains(said), "{}", found.stdout);
}

#[test]
fn a_rollout_under_way_is_named() {
    let server = ready();
    let running = server.start_bluegreen(&rollout(&[
        "--strategy",
        "canary:10%/10m",
        "--on-interrupt",
        "leave",
    ]));
    until("the rollout has begun", || {
        let alias = server
            .lambda("GET", "/hello/aliases/live", &Value::Null)
            .json();
        alias["Description"]
            .as_str()?
            .contains("step 1 of")
            .then_some(())
    });
    finds(&server, &[], &["is under way", "bluegreen resume"]);
    running.signal("-INT");
    running.finish().exits(4);
}

#[test]
fn a_version_that_does_not_start_is_named_where_it_may_be_invoked() {
    let server = Server::with_blue();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(
        file.path(),
        zip_of("bootstrap", 0o755, b"#!/bin/sh\nexit 3\n"),
    )
    .unwrap();
    server
        .bluegreen(&["publish", "--zip", file.path().to_str().unwrap()])
        .succeeds();
    doctor(&server, &[]).exits(0);
    finds(
        &server,
        &["--invoke"],
        &[
            "version 2 does not start",
            "aws logs tail /aws/lambda/hello",
        ],
    );
}

#[test]
fn alarms_that_cannot_ring_for_green_are_named() {
    let server = ready();
    let dimensions = |pairs: &[(&str, &str)]| -> Value {
        let dimension = |(name, value): &(&str, &str)| json!({ "Name": name, "Value": value });
        pairs.iter().map(dimension).collect()
    };
    let of_alias = [("FunctionName", "hello"), ("Resource", "hello:live")];
    put_alarm(&server, "good", &dimensions(&of_alias));
    let found = doctor(&server, &["--alarm", "good"]).exits(0);
    assert!(
        found.stdout.contains("can ring for green"),
        "{}",
        found.stdout
    );
    for (name, pairs, words) in [
        (
            "blues",
            &[
                ("FunctionName", "hello"),
                ("Resource", "hello:live"),
                ("ExecutedVersion", "1"),
            ][..],
            "the old one",
        ),
        (
            "half",
            &[("FunctionName", "hello"), ("ExecutedVersion", "2")],
            "ExecutedVersion without Resource",
        ),
        (
            "others",
            &[("FunctionName", "checkout")],
            "of another function",
        ),
        (
            "test",
            &[("FunctionName", "hello"), ("Resource", "hello:test")],
            "of another alias",
        ),
        (
            "past",
            &[
                ("FunctionName", "hello"),
                ("Resource", "hello:live"),
                ("ExecutedVersion", "7"),
            ],
            "not released here",
        ),
    ] {
        put_alarm(&server, name, &dimensions(pairs));
        finds(&server, &["--alarm", name], &[words]);
    }
    finds(
        &server,
        &["--alarm", "nobody"],
        &["there is no alarm 'nobody'"],
    );
}

#[test]
fn a_plan_that_cannot_end_is_named() {
    let server = ready();
    let options = ["--strategy", "canary:10%/10m", "--horizon", "5m"];
    finds(&server, &options, &["plan"]);
    // A request that takes its whole time is counted only then.
    publish_with(&server, &json!({ "Timeout": 900 }));
    let options = ["--strategy", "canary:10%/5m", "--horizon", "10m"];
    let words = ["function's timeout of 15m", "--horizon 1201s, or more"];
    finds(&server, &options, &words);
}
