//! What the alias's description remembers, whoever else writes to the alias.

use serde_json::json;

use crate::harness::{Server, description, serves};

#[test]
fn a_journal_of_a_newer_deployer_stops_everything_but_a_rollback_to_a_named_version() {
    let server = Server::with_blue();
    server.publish("green");
    server.publish("red");
    let newer = json!({ "Description": "the shop | bluegreen: v9: 1 to 2, in words of its own" });
    server.lambda("PUT", "/hello/aliases/live", &newer);
    let said = "written by a newer bluegreen (format 9)";
    for command in [
        &["rollout", "--to", "2"][..],
        &["promote", "--to", "2"],
        &["shift", "10%", "--to", "2"],
        &["resume"],
        &["history"],
    ] {
        server.bluegreen(command).fails_with(1, &[said]);
    }
    let status = server.bluegreen(&["status"]).succeeds();
    assert!(status.stdout.contains(said), "{}", status.stdout);
    let pruned = server
        .bluegreen(&["prune", "--keep", "0", "--dry-run"])
        .succeeds();
    let kept = pruned
        .stdout
        .matches("the journal of alias live cannot be read")
        .count();
    assert_eq!(kept, 2, "{}", pruned.stdout);
    server.bluegreen(&["rollback", "--to", "3"]).succeeds();
    serves(&server, "3");
    assert!(description(&server).starts_with("the shop | bluegreen: 3, rolled 1 back"));
}

#[test]
fn a_users_own_text_may_speak_of_bluegreen() {
    let server = Server::with_blue();
    server.publish("green");
    let text = "moved by bluegreen: see the handbook";
    server.lambda(
        "PUT",
        "/hello/aliases/live",
        &json!({ "Description": text }),
    );
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    server.bluegreen(&["rollback"]).succeeds();
    let kept = description(&server);
    assert!(
        kept.starts_with(&format!("{text} | bluegreen: 1, rolled 2 back")),
        "{kept}"
    );
}

#[test]
fn a_rollback_after_a_move_in_the_console_never_goes_forward() {
    let server = Server::with_blue();
    for (color, version) in [("green", "2"), ("red", "3")] {
        server.publish(color);
        server.bluegreen(&["promote", "--to", version]).succeeds();
    }
    let console = json!({ "FunctionVersion": "2" });
    server.lambda("PUT", "/hello/aliases/live", &console);
    server.bluegreen(&["rollback"]).succeeds();
    serves(&server, "1");
}

#[test]
fn what_an_operator_has_provisioned_since_the_end_is_theirs() {
    let server = Server::with_blue();
    server.publish("green");
    server.bluegreen(&["promote", "--to", "2"]).succeeds();
    let path = "/2019-09-30/functions/hello/provisioned-concurrency?Qualifier=1";
    let put = server.request("PUT", path, br#"{"ProvisionedConcurrentExecutions":2}"#);
    assert_eq!(put.status, 202);
    for command in ["resume", "tick"] {
        server.bluegreen(&[command]).exits(0);
    }
    assert_eq!(server.request("GET", path, b"").status, 200);
}

#[test]
fn a_users_own_description_is_kept() {
    let server = Server::with_blue();
    server.publish("green");
    let change = json!({ "Description": "production, ask Ada" });
    server.lambda("PUT", "/hello/aliases/live", &change);
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    let text = description(&server);
    assert!(
        text.starts_with("production, ask Ada | bluegreen: 1 to 2, 10% by hand"),
        "{text}"
    );
    server.bluegreen(&["rollback"]).succeeds();
    assert!(description(&server).starts_with("production, ask Ada | bluegreen: 1, rolled 2 back"));
}
