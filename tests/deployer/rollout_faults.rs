//! Calls that go wrong on the way: lost, answered too late, throttled, refused.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::harness::{
    Fate, Finished, Load, Proxy, Server, begins, behind, description, program, rollout, says,
    serves, until, with_green,
};

const QUICK: [&str; 4] = ["--strategy", "steps:20%/1s,50%/1s", "--certified", "20%"];

/// Rolls green out through a proxy.
fn through(server: &Server, proxy: &Proxy, options: &[&str]) -> Finished {
    Finished::run(behind(server, proxy, options))
}

#[test]
fn a_write_whose_answer_is_lost_is_recognised_as_our_own() {
    let (server, load) = with_green();
    let writes = AtomicUsize::new(0);
    let proxy = Proxy::start(&server.url, move |call, done| {
        let first = done
            && call.is_update_alias()
            && writes.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
        if first { Fate::LoseAnswer } else { Fate::Pass }
    });
    through(&server, &proxy, &QUICK).exits(0);
    serves(&server, "2");
    load.ends_without_a_failure();
}

/// Rolls out while somebody writes the alias as it is, just before the write of this number.
fn beside_somebody_who_comes_before(write: usize) -> (Server, Finished) {
    let (server, load) = with_green();
    let writes = AtomicUsize::new(0);
    let alias = format!("{}/2015-03-31/functions/hello/aliases/live", server.url);
    let proxy = Proxy::start(&server.url, move |call, done| {
        let writes_now = call.is_update_alias() && !done;
        if writes_now && writes.fetch_add(1, Ordering::SeqCst) == write {
            ureq::put(&alias).send("{}").unwrap();
        }
        Fate::Pass
    });
    let finished = through(&server, &proxy, &QUICK);
    load.ends_without_a_failure();
    (server, finished)
}

#[test]
fn a_write_that_another_came_before_is_made_after_a_look_at_that_once_it_has_begun() {
    let (server, finished) = beside_somebody_who_comes_before(0);
    says(&finished.exits(5), &["someone else wrote to the alias"]);
    serves(&server, "1");
    let (server, finished) = beside_somebody_who_comes_before(2);
    finished.exits(0);
    serves(&server, "2");
}

#[test]
fn a_step_that_may_not_be_made_is_not_tried_again() {
    let begin = "failed to begin the rollout of version 2";
    let go_on = "`bluegreen resume` goes on from there";
    for (write, failed) in [(0, begin), (2, go_on)] {
        let (server, load) = with_green();
        let writes = Arc::new(AtomicUsize::new(0));
        let counted = writes.clone();
        let proxy = Proxy::start(&server.url, move |call, done| {
            let writes_now = call.is_update_alias() && !done;
            match writes_now && counted.fetch_add(1, Ordering::SeqCst) >= write {
                true => Fate::Refuse(403, "AccessDeniedException"),
                false => Fate::Pass,
            }
        });
        let refused = through(&server, &proxy, &QUICK).exits(1);
        says(&refused, &[failed, "AccessDeniedException"]);
        assert_eq!(writes.load(Ordering::SeqCst), write + 1);
        load.ends_without_a_failure();
    }
}

#[test]
fn a_promotion_by_hand_that_is_refused_is_no_move_of_somebody_else() {
    let server = Server::with_blue();
    server.publish("green");
    let proxy = Proxy::start(&server.url, |call, done| {
        match call.is_update_alias() && !done {
            true => Fate::Refuse(403, "AccessDeniedException"),
            false => Fate::Pass,
        }
    });
    let mut promote = server.command(program("bluegreen"));
    promote
        .args(["promote", "--to", "2"])
        .env("AWS_ENDPOINT_URL", &proxy.url);
    let failed = "failed to promote version 2";
    Finished::run(promote).fails_with(1, &[failed, "AccessDeniedException"]);
    serves(&server, "1");
}

#[test]
fn a_tick_whose_step_lost_its_answer_ends_after_that_step() {
    let (server, load) = with_green();
    let plan = [
        "--strategy",
        "steps:20%/1s,50%/10m",
        "--certified",
        "20%",
        "--on-interrupt",
        "leave",
    ];
    let running = server.start_bluegreen(&rollout(&plan));
    begins(&server);
    running.signal("-INT");
    running.finish().exits(4);
    let lossy = Proxy::start(&server.url, |call, done| {
        match done && call.is_update_alias() {
            true => Fate::LoseAnswer,
            false => Fate::Pass,
        }
    });
    until("a tick makes the step", || {
        let mut tick = server.command(program("bluegreen"));
        tick.arg("tick").env("AWS_ENDPOINT_URL", &lossy.url);
        Finished::run(tick).exits(0);
        description(&server).contains("step 2 of").then_some(())
    });
    load.ends_without_a_failure();
}

#[test]
fn traffic_from_before_a_slow_write_was_done_is_not_taken_for_its_steps() {
    let (server, load) = with_green();
    let proxy = Proxy::start(&server.url, |call, done| {
        match call.is_update_alias() && !done {
            true => Fate::Delay(Duration::from_secs(3)),
            false => Fate::Pass,
        }
    });
    let patient = [&QUICK[..], &["--horizon", "10m"]].concat();
    let promoted = through(&server, &proxy, &patient).exits(0);
    assert!(
        !promoted.stdout.contains("does not send the share"),
        "{}",
        promoted.stdout
    );
    load.ends_without_a_failure();
}

#[test]
fn throttled_and_failing_calls_are_tried_again() {
    let (server, load) = with_green();
    let proxy = Proxy::start(&server.url, |call, done| match call.number % 8 {
        2 if !done => Fate::Refuse(429, "TooManyRequestsException"),
        5 if !done => Fate::Refuse(500, "ServiceException"),
        _ => Fate::Pass,
    });
    // The SDK slows down where it is throttled: no horizon that a slow machine could miss.
    let patient = [&QUICK[..], &["--horizon", "10m"]].concat();
    through(&server, &proxy, &patient).exits(0);
    serves(&server, "2");
    load.ends_without_a_failure();
}

#[test]
fn metrics_that_cannot_be_read_are_no_reason_to_roll_back_or_to_promote() {
    let (server, load) = with_green();
    let looks = AtomicUsize::new(0);
    let proxy = Proxy::start(&server.url, move |call, done| {
        // The first two are before the start: there it would be refused at once.
        let later = !done && call.is_metrics() && looks.fetch_add(1, Ordering::SeqCst) > 1;
        if later {
            Fate::Refuse(403, "AccessDenied")
        } else {
            Fate::Pass
        }
    });
    let options = [&QUICK[..], &["--horizon", "4s"]].concat();
    let held = through(&server, &proxy, &options).exits(4);
    assert!(
        held.stdout
            .contains("green could not be observed: failed to read the metrics: AccessDenied"),
        "{}",
        held.stdout
    );
    assert!(
        description(&server).contains("step 1 of"),
        "{}",
        description(&server)
    );
    load.ends_without_a_failure();
}

#[test]
fn whoever_may_not_read_the_metrics_is_told_before_anything_moves() {
    let server = Server::with_blue();
    server.publish("green");
    let proxy = Proxy::start(&server.url, |call, done| match call.is_metrics() && !done {
        true => Fate::Refuse(403, "AccessDenied"),
        false => Fate::Pass,
    });
    let refused = through(&server, &proxy, &QUICK);
    refused.fails_with(
        1,
        &[
            "failed to read the traffic of the alias from CloudWatch",
            "AccessDenied",
        ],
    );
    serves(&server, "1");
}

#[test]
fn a_rollback_that_is_refused_is_shouted_with_the_command_to_type() {
    let server = Server::with_blue();
    server.publish("red");
    let load = Load::start(&server, 100);
    let proxy = Proxy::start(&server.url, move |call, done| {
        let clears =
            call.is_update_alias() && call.body.contains(r#""AdditionalVersionWeights":{}"#);
        match clears && !done {
            true => Fate::Refuse(403, "AccessDeniedException"),
            false => Fate::Pass,
        }
    });
    let failed = through(&server, &proxy, &["--strategy", "canary:20%/5m"]).exits(1);
    for said in [
        "THE ROLLBACK FAILED",
        "aws lambda update-alias --function-name hello --name live --function-version 1 \
         --routing-config AdditionalVersionWeights={}",
        "AccessDeniedException",
    ] {
        assert!(
            failed.stderr.contains(said),
            "no {said:?} in {}",
            failed.stderr
        );
    }
    drop(load);
}
