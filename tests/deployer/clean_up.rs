//! `prune` and `destroy`: what is not needed any more goes, and nothing else.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Server, program, says, zip_of};

/// A server whose function has this many versions: 1 is blue, the others are scripts.
fn with_versions(count: u64) -> Server {
    let server = Server::with_blue();
    let folder = tempfile::tempdir().unwrap();
    for version in 2..=count {
        let file = folder.path().join(format!("{version}.zip"));
        let script = format!("#!/bin/sh\n# {version}\n");
        fs::write(&file, zip_of("bootstrap", 0o755, script.as_bytes())).unwrap();
        server
            .bluegreen(&["publish", "--zip", file.to_str().unwrap()])
            .succeeds();
    }
    server
}

fn versions(server: &Server) -> Vec<u64> {
    let status = server.bluegreen(&["status", "--output", "json"]).succeeds();
    let versions = status.json()["versions"].as_array().unwrap().clone();
    let number = |version: &Value| version["version"].as_u64().unwrap();
    versions.iter().map(number).collect()
}

#[test]
fn prune_keeps_what_an_alias_points_at_what_a_journal_names_and_the_newest() {
    let server = with_versions(8);
    // `live` has served 1 and 3; another alias points at 4 and 5.
    server.bluegreen(&["promote", "--to", "3"]).succeeds();
    let weights = json!({ "AdditionalVersionWeights": { "5": 0.5 } });
    let alias = json!({ "Name": "test", "FunctionVersion": "4", "RoutingConfig": weights });
    server.lambda("POST", "/hello/aliases", &alias);
    let dry = server
        .bluegreen(&["prune", "--keep", "2", "--dry-run"])
        .succeeds();
    assert!(
        dry.stdout.contains("versions 2, 6 would be deleted"),
        "{}",
        dry.stdout
    );
    assert_eq!(versions(&server).len(), 8);
    let pruned = server
        .bluegreen(&["prune", "--keep", "2", "--yes"])
        .succeeds();
    for line in [
        "versions 2, 6 deleted",
        "version 1  kept: in the journal of alias live",
        "version 3  kept: alias live points at it",
        "version 5  kept: alias test points at it",
        "version 7  kept: one of the newest 2",
    ] {
        assert!(pruned.stdout.contains(line), "{}", pruned.stdout);
    }
    assert_eq!(versions(&server), [1, 3, 4, 5, 7, 8]);
    let again = server
        .bluegreen(&["prune", "--keep", "2", "--yes"])
        .succeeds();
    assert!(
        again.stdout.contains("no version deleted"),
        "{}",
        again.stdout
    );
}

#[test]
fn prune_leaves_green_of_a_split_and_versions_that_are_too_young() {
    let server = with_versions(3);
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    let young = ["prune", "--keep", "0", "--older-than", "14d", "--yes"];
    let pruned = server.bluegreen(&young).succeeds();
    assert!(
        pruned.stdout.contains("version 3  kept: only"),
        "{}",
        pruned.stdout
    );
    server
        .bluegreen(&["prune", "--keep", "0", "--yes"])
        .succeeds();
    assert_eq!(versions(&server), [1, 2]);
}

#[test]
fn without_a_terminal_nothing_is_deleted_unless_yes_was_said() {
    let server = with_versions(3);
    let pruned = server.bluegreen(&["prune", "--keep", "0"]);
    pruned.fails_with(
        1,
        &[
            "delete versions 2, 3 of function 'hello'?",
            "--yes",
            "--dry-run",
        ],
    );
    server
        .bluegreen(&["destroy"])
        .fails_with(1, &["delete HTTP API", "--yes"]);
    assert_eq!(versions(&server), [1, 2, 3]);
}

#[test]
fn destroy_deletes_what_create_made_and_is_done_when_run_again() {
    let server = Server::with_blue();
    let dry = server.bluegreen(&["destroy", "--dry-run"]).succeeds();
    assert!(
        dry.stdout.contains("would delete  function hello"),
        "{}",
        dry.stdout
    );
    let destroyed = server.bluegreen(&["destroy", "--logs", "--yes"]);
    let destroyed = destroyed.succeeds();
    let done = |line: &str| line.starts_with("✓ deleted  ");
    assert!(destroyed.stdout.lines().all(done), "{}", destroyed.stdout);
    for what in [
        "with its permission",
        "alias live",
        "function hello with all its versions",
    ] {
        assert!(destroyed.stdout.contains(what), "{}", destroyed.stdout);
    }
    assert_eq!(
        server.request("GET", "/v2/apis", b"").json()["items"],
        json!([])
    );
    let gone = server.lambda("GET", "/hello", &Value::Null);
    assert_eq!(gone.status, 404);
    let again = server.bluegreen(&["destroy", "--yes"]).succeeds();
    assert!(
        again.stdout.contains("nothing was deleted"),
        "{}",
        again.stdout
    );
    // And it can be made anew.
    server.create("blue").succeeds();
}

#[test]
fn destroy_leaves_a_function_that_somebody_else_made_or_uses() {
    let server = Server::with(&[]);
    let code = fs::read(program("blue")).unwrap();
    server.create_function("hello", &zip_of("bootstrap", 0o755, &code), &json!({}));
    server.bluegreen(&["create"]).succeeds();
    let destroyed = server.bluegreen(&["destroy", "--yes"]).succeeds();
    let left = "left     function hello and its aliases: `create` did not make it";
    assert!(destroyed.stdout.contains(left), "{}", destroyed.stdout);
    server.bluegreen(&["status"]).succeeds();
    // Its permission is gone with the API.
    let policy = server.lambda("GET", "/hello/policy?Qualifier=live", &Value::Null);
    assert_eq!(policy.status, 404);

    let server = Server::with_blue();
    let alias = json!({ "Name": "test", "FunctionVersion": "1" });
    server.lambda("POST", "/hello/aliases", &alias);
    let destroyed = server.bluegreen(&["destroy", "--yes"]).succeeds();
    let left = "function hello: it has other aliases: test";
    assert!(destroyed.stdout.contains(left), "{}", destroyed.stdout);
}

fn log_groups(server: &Server) -> Value {
    let headers = [
        ("x-amz-target", "Logs_20140328.DescribeLogGroups"),
        ("content-type", "application/x-amz-json-1.1"),
    ];
    let found = server.request_with("POST", "/", &headers, b"{}").json();
    let groups = found["logGroups"].as_array().unwrap().iter();
    let group = |group: &Value| json!([group["logGroupName"], group["retentionInDays"]]);
    groups.map(group).collect()
}

#[test]
fn logs_are_kept_as_long_as_create_was_told_and_deleted_where_destroy_is() {
    let server = Server::with(&[]);
    let blue = program("blue");
    let create = [
        "create",
        "--binary",
        blue.to_str().unwrap(),
        "--log-retention",
    ];
    let wrong = server.bluegreen(&[&create[..], &["2d"]].concat());
    wrong.fails_with(2, &["1d, 3d, 5d, 7d, 14d"]);
    let dry = server.bluegreen(&[&create[..], &["14d", "--dry-run"]].concat());
    says(&dry.succeeds(), &["would make log group /aws/lambda/hello"]);
    let created = server.bluegreen(&[&create[..], &["14d"]].concat());
    let kept = "log group /aws/lambda/hello, which keeps lines for 14 days";
    says(&created.succeeds(), &[&format!("made   {kept}")]);
    let group = json!(["/aws/lambda/hello", 14]);
    assert_eq!(log_groups(&server), json!([group]));
    let again = server.bluegreen(&[&create[..], &["14d"]].concat());
    says(
        &again.succeeds(),
        &[&format!("there  {kept}"), "nothing was changed"],
    );

    let destroyed = server.bluegreen(&["destroy", "--yes"]).succeeds();
    says(
        &destroyed,
        &["left     log group /aws/lambda/hello, if there is one: --logs deletes it"],
    );
    assert_eq!(log_groups(&server), json!([group]));
    let destroyed = server.bluegreen(&["destroy", "--logs", "--yes"]).succeeds();
    says(&destroyed, &["deleted  log group /aws/lambda/hello"]);
    assert_eq!(log_groups(&server), json!([]));
}
