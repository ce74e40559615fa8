//! `status`: which version serves, since when, and by whose hand.

use serde_json::json;

use crate::harness::Server;

#[test]
fn the_status_says_since_when_and_why_in_sentences() {
    let server = Server::with_blue();
    server.publish("green");
    let headline = || {
        let status = server.bluegreen(&["status"]).succeeds().stdout;
        let line = status.lines().next().unwrap_or_default().to_owned();
        line.replace(|digit: char| digit.is_ascii_digit(), "#")
    };
    let seconds = |text: &str| text.replace("seconds", "second");
    assert_eq!(
        seconds(&headline()),
        "hello:live  version # has served everything for # second"
    );
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    server.bluegreen(&["rollback"]).succeeds();
    assert_eq!(
        seconds(&headline()),
        "hello:live  rolled back from version # to version # # second ago, by hand"
    );
}

#[test]
fn a_foreign_move_is_seen_in_the_status() {
    let server = Server::with_blue();
    server.publish("green");
    let change = json!({ "FunctionVersion": "2" });
    server.lambda("PUT", "/hello/aliases/live", &change);
    let status = server.bluegreen(&["status"]).succeeds();
    assert!(
        status.stdout.contains("moved by someone else"),
        "{}",
        status.stdout
    );
}
