//! A rollout in the time and with the metrics that AWS has: one-minute periods that come two
//! minutes late, and what functions say ten seconds late.

use std::time::{Duration, Instant};

use crate::harness::{AS_AWS_DELIVERS, Finished, Load, Server, description, rollout, says, serves};

/// Rolls a colour out under load, and gives how it ended and how long it took.
fn rolled_out(color: &str, options: &[&str]) -> (Server, Load, Finished, Duration) {
    let server = Server::with(&AS_AWS_DELIVERS);
    server.create("blue").succeeds();
    server.publish(color);
    let load = Load::start(&server, 100);
    let begun = Instant::now();
    let finished = server.bluegreen(&rollout(options));
    (server, load, finished, begun.elapsed())
}

#[test]
fn a_good_green_is_promoted_in_its_time_by_both_sources() {
    let (server, load, finished, took) = rolled_out("green", &["--outcomes"]);
    let finished = finished.exits(0);
    says(
        &finished,
        &["judged by bluegreen/Bad too", "version 2 is promoted"],
    );
    // The step lasts five minutes, and its last period is complete three minutes later.
    assert!((300..=660).contains(&took.as_secs()), "{took:?}");
    serves(&server, "2");
    load.ends_without_a_failure();
}

#[test]
fn red_is_rolled_back_as_soon_as_late_metrics_tell() {
    let (server, load, finished, took) = rolled_out("red", &["--no-outcomes"]);
    finished.exits(3);
    // The minute in which the weight rose tells, if the next one does not.
    assert!((120..=300).contains(&took.as_secs()), "{took:?}");
    serves(&server, "1");
    assert!(description(&server).contains("rolled 2 back at 10%"));
    assert!(load.requests().iter().any(|request| request.failed));
}
