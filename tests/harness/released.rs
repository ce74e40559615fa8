//! What a release did to the alias, as any client sees it.

use std::process::Command;

use serde_json::Value;

use super::{Finished, Load, Proxy, Server, program, until};

/// A rollout's options.
pub(crate) fn rollout<'a>(options: &[&'a str]) -> Vec<&'a str> {
    [&["rollout"], options].concat()
}

/// Blue serves, green is published, and requests flow.
pub(crate) fn with_green() -> (Server, Load) {
    let server = Server::with_blue();
    server.publish("green");
    let load = Load::start(&server, 50);
    (server, load)
}

/// A rollout whose calls go through a proxy.
pub(crate) fn behind(server: &Server, proxy: &Proxy, options: &[&str]) -> Command {
    let mut command = server.command(program("bluegreen"));
    command
        .args(rollout(options))
        .env("AWS_ENDPOINT_URL", &proxy.url);
    command
}

/// Waits until green has the share of the first step.
pub(crate) fn begins(server: &Server) {
    until("the rollout has begun", || {
        description(server).contains("step 1 of").then_some(())
    });
}

pub(crate) fn alias(server: &Server) -> Value {
    server
        .lambda("GET", "/hello/aliases/live", &Value::Null)
        .json()
}

/// The alias sends everything to this version.
#[track_caller]
pub(crate) fn serves(server: &Server, version: &str) {
    let alias = alias(server);
    let at = (
        alias["FunctionVersion"].as_str(),
        alias.get("RoutingConfig"),
    );
    assert_eq!(at, (Some(version), None), "{alias}");
}

/// What the alias's description says.
pub(crate) fn description(server: &Server) -> String {
    alias(server)["Description"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The events of a rollout with `--output json`.
pub(crate) fn events(finished: &Finished) -> Vec<Value> {
    let parse =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    finished.stdout.lines().map(parse).collect()
}

/// The shares of the versions, as `status` has them.
pub(crate) fn weights(server: &Server) -> Value {
    server
        .bluegreen(&["status", "--output", "json"])
        .succeeds()
        .json()["weights"]
        .clone()
}

/// It says each of these, wherever.
#[track_caller]
pub(crate) fn says(finished: &Finished, words: &[&str]) {
    let said = format!("{}{}", finished.stdout, finished.stderr);
    for word in words {
        assert!(said.contains(word), "no {word:?} in: {said}");
    }
}
