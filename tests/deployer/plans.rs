//! Plans that cannot be, and what a plan says before anything moves.

use serde_json::{Value, json};

use crate::harness::{Server, alias, rollout};

#[test]
fn plans_that_make_no_sense_are_refused_before_anything_is_called() {
    let server = Server::with_blue();
    for (options, said) in [
        (vec!["--strategy", "sideways"], "is not a strategy"),
        (vec!["--strategy", "canary:10%/5"], "is not a strategy"),
        (vec!["--certified", "200%"], "give a share"),
        (vec!["--horizon", "5"], "is not a length of time"),
        (vec!["--warm", "5"], "--event <FILE>"),
    ] {
        server.bluegreen(&rollout(&options)).fails_with(2, &[said]);
    }
    for (options, said) in [
        (vec!["--certified", "0.05%"], "a rule needs 0 ≤ δ < Δ"),
        (
            vec!["--strategy", "canary:10%/5m", "--horizon", "1m"],
            "shorter than the steps",
        ),
        (vec!["--to", "1"], "version 1 already serves everything"),
        (
            vec!["--strategy", "canary:10%/9h"],
            "finer than a minute are kept for 3h",
        ),
    ] {
        server.bluegreen(&rollout(&options)).fails_with(1, &[said]);
    }
    let nothing = server.bluegreen(&["resume"]).exits(0);
    let told = format!("{}{}", nothing.stdout, nothing.stderr);
    assert!(!told.contains("provisioned concurrency"), "{told}");
}

#[test]
fn a_plan_of_a_billion_steps_is_refused_before_anything_is_called() {
    let server = Server::with_blue();
    for strategy in ["linear:0.00000001%/1s", "linear:0.0001%/1s"] {
        server
            .bluegreen(&rollout(&["--strategy", strategy]))
            .fails_with(2, &["--strategy"]);
    }
}

/// The plan says so before anything moves.
#[test]
fn a_function_that_may_take_longer_than_the_horizon_is_told_in_the_plan() {
    let server = Server::with_blue();
    server.lambda("PUT", "/hello/configuration", &json!({ "Timeout": 900 }));
    server.publish("green");
    let options = ["--strategy", "canary:10%/1m", "--dry-run", "--skip-checks"];
    let told = server.bluegreen(&rollout(&options)).succeeds();
    let said =
        "no verdict is possible by then: a request may take as long as the function's timeout";
    assert!(told.stdout.contains(said), "{}", told.stdout);
    assert_eq!(alias(&server)["RoutingConfig"], Value::Null);
}
