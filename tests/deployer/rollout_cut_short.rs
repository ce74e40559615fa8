//! Deployers that are killed, stopped or pushed aside: the alias says where to go on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::harness::{
    Fate, Load, Proxy, Running, Server, alias, begins, description, program, rollout, serves,
    signal_to, until,
};

/// Kills the deployer five times at moments that a seed chooses, lets another go on each time, and
/// then lets it come to its end.
fn killed_five_times(color: &str, seed: u64, end: i32, version: &str) {
    let server = Server::with_blue();
    server.publish(color);
    let load = Load::start(&server, 50);
    let plan = [
        "--strategy",
        "steps:20%/1s,50%/2s",
        "--certified",
        "20%",
        "--delta",
        "5%",
    ];
    let mut running = Some(server.start_bluegreen(&rollout(&plan)));
    let mut moment = seed;
    for _ in 0..5 {
        moment = moment
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        thread::sleep(Duration::from_millis((moment >> 33) % 700));
        let killed = running.take().unwrap();
        killed.signal("-KILL");
        killed.finish();
        let entry = description(&server);
        // Killed behind the last write, nothing is left to do.
        if entry.contains(", rolled ") {
            assert_eq!(end, 3, "{entry}");
            break;
        }
        // Killed before the first write, nothing has begun.
        let args = match entry.contains("before it") || entry.contains("step ") {
            true => vec!["resume"],
            false => rollout(&plan),
        };
        running = Some(server.start_bluegreen(&args));
    }
    if let Some(running) = running {
        running.finish().exits(end);
    }
    serves(&server, version);
    let failed = load
        .requests()
        .iter()
        .filter(|request| request.failed)
        .count();
    assert!(color == "red" || failed == 0, "{failed} requests failed");
}

#[test]
fn a_green_rollout_killed_at_random_moments_is_promoted_and_no_request_fails() {
    killed_five_times("green", 1, 0, "2");
}

#[test]
fn another_green_rollout_killed_at_random_moments_is_promoted_and_no_request_fails() {
    killed_five_times("green", 2, 0, "2");
}

#[test]
fn a_red_rollout_killed_at_random_moments_is_rolled_back() {
    killed_five_times("red", 3, 3, "1");
}

#[test]
fn another_red_rollout_killed_at_random_moments_is_rolled_back() {
    killed_five_times("red", 4, 3, "1");
}

/// One deployer after the other dies: the first at its first call, the second at its second, and
/// so on, before the call is done or after.
fn killed_at_each_call(after: bool) {
    let server = Server::with_blue();
    server.publish("green");
    let load = Load::start(&server, 50);
    let pid = Arc::new(AtomicU32::new(0));
    let plan = ["--strategy", "steps:20%/1s,50%/1s", "--certified", "20%"];
    for fatal in 0.. {
        if description(&server).contains("bluegreen: 2 since") {
            assert!(fatal > 5, "it came to its end before it was killed often");
            break;
        }
        let victim = pid.clone();
        let proxy = Proxy::start(&server.url, move |call, done| {
            if call.number == fatal && done == after {
                until("the deployer has a number", || {
                    (victim.load(Ordering::SeqCst) > 0).then_some(())
                });
                signal_to(victim.load(Ordering::SeqCst), "-KILL");
                return Fate::LoseRequest;
            }
            Fate::Pass
        });
        let args = match description(&server).contains("step ") {
            true => vec!["resume"],
            false => rollout(&plan),
        };
        let mut command = server.command(program("bluegreen"));
        command.args(args).env("AWS_ENDPOINT_URL", &proxy.url);
        pid.store(0, Ordering::SeqCst);
        let running = Running::start(command);
        pid.store(running.pid(), Ordering::SeqCst);
        let finished = running.finish();
        assert!(matches!(finished.code, None | Some(0)), "{finished:?}");
    }
    serves(&server, "2");
    load.ends_without_a_failure();
}

#[test]
fn a_deployer_killed_before_each_of_its_calls_is_followed_by_one_that_goes_on() {
    killed_at_each_call(false);
}

#[test]
fn a_deployer_killed_after_each_of_its_calls_is_followed_by_one_that_goes_on() {
    killed_at_each_call(true);
}

/// A rollout that has begun and waits.
fn begun(options: &[&str]) -> (Server, Running) {
    let server = Server::with_blue();
    server.publish("green");
    let running = server.start_bluegreen(&rollout(options));
    begins(&server);
    (server, running)
}

#[test]
fn a_foreign_move_is_named_and_nothing_is_written_over_it() {
    let (server, running) = begun(&["--strategy", "canary:10%/5m"]);
    let weights = json!({ "AdditionalVersionWeights": { "2": 0.5 } });
    let foreign = json!({ "RoutingConfig": weights });
    server.lambda("PUT", "/hello/aliases/live", &foreign);
    let finished = running.finish().exits(5);
    let said = "from version 1 with 10% on version 2 to version 1 with 50% on version 2";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    // It is somebody else's now: there is nothing to resume.
    let told = &finished.stderr;
    assert!(!told.contains("failed to go on"), "{told}");
    assert_eq!(alias(&server)["RoutingConfig"], weights);
    server.bluegreen(&["resume"]).exits(5);
}

#[test]
fn somebody_who_rolls_back_by_hand_ends_the_rollout() {
    let (server, running) = begun(&["--strategy", "canary:10%/5m"]);
    server.bluegreen(&["rollback"]).succeeds();
    running.finish().exits(5);
    serves(&server, "1");
    assert!(description(&server).contains("by hand"));
}

#[test]
fn somebody_who_promotes_by_hand_is_told_with_from_and_to() {
    let (server, running) = begun(&["--strategy", "canary:10%/5m"]);
    server.bluegreen(&["promote"]).succeeds();
    let ended = running.finish().exits(5);
    let said = "from version 1 with 10% on version 2 to version 2";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
    serves(&server, "2");
}

#[test]
fn of_two_rollouts_at_once_one_is_refused() {
    let (server, running) = begun(&["--strategy", "canary:10%/5m"]);
    server.publish("red");
    let second = server.bluegreen(&rollout(&["--strategy", "canary:10%/5m"]));
    second.fails_with(
        1,
        &[
            "failed to begin a rollout",
            "is under way: version 1 with 10% on version 2",
            "`bluegreen resume` takes it up if nobody drives it",
        ],
    );
    running.signal("-INT");
    running.finish().exits(3);
}

#[test]
fn the_plan_and_the_users_text_are_kept_in_the_alias() {
    let server = Server::with_blue();
    server.publish("green");
    let text = json!({ "Description": "the shop's front door" });
    server.lambda("PUT", "/hello/aliases/live", &text);
    let plan = [
        "--strategy",
        "canary:10%/5m",
        "--slow",
        "250ms",
        "--certified",
        "5%",
        "--otherwise",
        "rollback",
    ];
    let running = server.start_bluegreen(&rollout(&plan));
    begins(&server);
    let kept = description(&server);
    assert!(
        kept.starts_with("the shop's front door | bluegreen: v2: 1 to 2, step 1 of 10%/5m"),
        "{kept}"
    );
    let options = "with certified=0.05 slow=250ms otherwise=rollback metrics=1s+1s";
    assert!(kept.ends_with(options), "{kept}");
    running.signal("-INT");
    running.finish().exits(3);
    assert!(
        description(&server).starts_with("the shop's front door | bluegreen: 1, rolled 2 back")
    );

    let long = json!({ "Description": "x".repeat(200) });
    server.lambda("PUT", "/hello/aliases/live", &long);
    let refused = server.bluegreen(&rollout(&plan));
    refused.fails_with(
        1,
        &[
            "the plan needs",
            "holds 200 of your own",
            "shorten your text",
        ],
    );
    assert_eq!(
        alias(&server)["Description"],
        Value::String("x".repeat(200))
    );
}
