//! Deployers that get a signal: Ctrl-C once and twice, a job that is cancelled, a laptop that
//! sleeps.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;

use crate::harness::{
    Fate, Finished, Proxy, Running, Server, alias, begins, behind, description, path, rollout,
    serves, signal_to, until, with_green,
};

const CANARY: [&str; 2] = ["--strategy", "canary:10%/5m"];

/// A rollout that has begun and waits.
fn begun() -> (Server, Running) {
    let server = Server::with_blue();
    server.publish("green");
    let running = server.start_bluegreen(&rollout(&CANARY));
    begins(&server);
    (server, running)
}

/// Interrupts a rollout, sends it another signal while its rollback is being written, and says
/// what came of it.
fn interrupted_and(second: &str, writing_takes: Duration) -> (Server, Finished) {
    let (server, load) = with_green();
    let (slow, writes) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let (slows, writing) = (slow.clone(), writes.clone());
    let proxy = Proxy::start(&server.url, move |call, done| {
        if done || !call.is_update_alias() || !slows.load(Ordering::SeqCst) {
            return Fate::Pass;
        }
        writing.store(true, Ordering::SeqCst);
        Fate::Delay(writing_takes)
    });
    let running = Running::start(behind(&server, &proxy, &CANARY));
    until("the step is confirmed", || {
        description(&server).contains("Z~").then_some(())
    });
    slow.store(true, Ordering::SeqCst);
    running.signal("-INT");
    until("the rollback is being written", || {
        writes.load(Ordering::SeqCst).then_some(())
    });
    running.signal(second);
    let finished = running.finish();
    load.ends_without_a_failure();
    (server, finished)
}

#[test]
fn ctrl_c_rolls_back_first() {
    for signal in ["-INT", "-TERM"] {
        let (server, running) = begun();
        running.signal(signal);
        let finished = running.finish().exits(3);
        assert!(
            finished.stdout.contains("interrupted by SIG"),
            "{}",
            finished.stdout
        );
        serves(&server, "1");
    }
}

#[test]
fn a_signal_after_the_end_ends_what_follows_and_changes_no_outcome() {
    let server = Server::with_blue();
    let green = path("green");
    let deploy = ["deploy", "--binary", &green, "--strategy", "all-at-once"];
    let hook = ["--after-promote", "sleep 60"];
    let running = server.start_bluegreen(&[&deploy[..], &hook].concat());
    until("green is promoted", || {
        description(&server)
            .contains("bluegreen: 2 since")
            .then_some(())
    });
    running.signal("-INT");
    let begun = Instant::now();
    running.finish().exits(0);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_signal_while_green_is_being_promoted_ends_what_was_to_follow() {
    let (server, load) = with_green();
    let writes = Arc::new(AtomicBool::new(false));
    let writing = writes.clone();
    let proxy = Proxy::start(&server.url, move |call, done| {
        if done || !call.is_update_alias() {
            return Fate::Pass;
        }
        writing.store(true, Ordering::SeqCst);
        Fate::Delay(Duration::from_secs(1))
    });
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("hook");
    let hook = format!("touch {}", marker.display());
    let options = ["--strategy", "all-at-once", "--after-promote", &hook];
    let running = Running::start(behind(&server, &proxy, &options));
    until("green is being promoted", || {
        writes.load(Ordering::SeqCst).then_some(())
    });
    running.signal("-INT");
    let finished = running.finish().exits(0);
    let said = "what was to follow is not done";
    assert!(finished.stdout.contains(said), "{}", finished.stdout);
    assert!(!marker.exists());
    serves(&server, "2");
    load.ends_without_a_failure();
}

#[test]
fn a_terminate_that_follows_an_interrupt_does_not_end_the_rollback_under_way() {
    let (server, finished) = interrupted_and("-TERM", Duration::from_secs(2));
    finished.exits(3);
    serves(&server, "1");
}

#[test]
fn a_second_ctrl_c_leaves_at_once_and_says_where_to_look() {
    let begun = Instant::now();
    let (server, finished) = interrupted_and("-INT", Duration::from_secs(60));
    assert!(begun.elapsed() < Duration::from_secs(30));
    let finished = finished.exits(1);
    let said = "interrupted twice: the alias is as `bluegreen status` shows it";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    assert!(
        description(&server).contains("step 1 of"),
        "nothing was written"
    );
    server.bluegreen(&["rollback"]).succeeds();
    serves(&server, "1");
}

#[test]
fn a_second_ctrl_c_after_the_rollback_ends_what_follows_and_leaves_it_a_rollback() {
    let server = Server::with_blue();
    server.publish("green");
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("hook");
    let hook = format!("touch {}; sleep 60", marker.display());
    let options = [&CANARY[..], &["--after-rollback", &hook]].concat();
    let running = server.start_bluegreen(&rollout(&options));
    begins(&server);
    running.signal("-INT");
    until("the hook runs", || marker.exists().then_some(()));
    let begun = Instant::now();
    running.signal("-INT");
    running.finish().exits(3);
    assert!(begun.elapsed() < Duration::from_secs(30));
    serves(&server, "1");
}

#[test]
fn a_laptop_that_slept_while_somebody_moved_the_alias_writes_nothing_over_it() {
    let (server, running) = begun();
    let pid = running.pid();
    signal_to(pid, "-STOP");
    let weights = json!({ "AdditionalVersionWeights": { "2": 0.3 } });
    let foreign = json!({ "RoutingConfig": weights, "Description": "moved by somebody else" });
    server.lambda("PUT", "/hello/aliases/live", &foreign);
    signal_to(pid, "-CONT");
    let finished = running.finish().exits(5);
    let said = "to version 1 with 30% on version 2";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    assert_eq!(alias(&server)["RoutingConfig"], weights);
    assert_eq!(description(&server), "moved by somebody else");
}
