//! A rollout without any option, in the time and with the metrics that AWS has: one-minute
//! periods that come two minutes late.

use std::time::{Duration, Instant};

use crate::harness::{Finished, Load, Server, description, serves};

/// Rolls a colour out under load, and gives how it ended and how long it took.
fn rolled_out(color: &str) -> (Server, Load, Finished, Duration) {
    let server = Server::with(&["--metric-delay", "120"]);
    server.create("blue").succeeds();
    server.publish(color);
    let load = Load::start(&server, 100);
    let begun = Instant::now();
    let finished = server.bluegreen(&["rollout"]);
    (server, load, finished, begun.elapsed())
}

#[test]
fn a_bare_rollout_of_a_good_green_is_promoted_in_its_time() {
    let (server, load, finished, took) = rolled_out("green");
    let finished = finished.exits(0);
    assert!(
        finished.stdout.contains("version 2 is promoted"),
        "{}",
        finished.stdout
    );
    // The step lasts five minutes, and its last period is complete three minutes later.
    assert!((300..=660).contains(&took.as_secs()), "{took:?}");
    serves(&server, "2");
    load.ends_without_a_failure();
}

#[test]
fn a_bare_rollout_of_red_is_rolled_back_as_soon_as_late_metrics_tell() {
    let (server, load, finished, took) = rolled_out("red");
    finished.exits(3);
    assert!((120..=360).contains(&took.as_secs()), "{took:?}");
    serves(&server, "1");
    assert!(description(&server).contains("rolled 2 back at 10%"));
    assert!(load.requests().iter().any(|request| request.failed));
}
