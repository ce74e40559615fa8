//! What a deployer knows between two calls: moments, evidence, commands that run, signals. Real
//! processes and a proxy; the same faults by the thousand are in the simulation of `rollout`.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::harness::{
    Call, Fate, Finished, Load, Proxy, Running, Server, alias, begins, behind, description, events,
    rollout, serves, until, with_green,
};

const QUICK: [&str; 4] = ["--strategy", "steps:20%/2s,50%/2s", "--certified", "20%"];

/// What a test says to its proxy, or the proxy to its test.
type Flag = Arc<AtomicBool>;

/// What green had answered at each look at which it could be seen.
fn greens_requests(finished: &Finished) -> Vec<u64> {
    let looked = events(finished)
        .into_iter()
        .filter(|event| event["event"] == "looked");
    let seen = looked.filter(|event| {
        let waiting = event["waitingFor"].as_str().unwrap_or_default();
        !waiting.contains("could not be observed")
    });
    seen.map(|event| event["green"]["requests"].as_u64().unwrap())
        .collect()
}

/// The write that gives green half of the traffic.
fn is_second_step(call: &Call) -> bool {
    call.is_update_alias() && call.body.contains(r#"{"2":0.5}"#)
}

#[test]
fn a_weight_with_a_fraction_of_a_percent_is_followed_to_the_end() {
    let (server, load) = with_green();
    let options = ["--strategy", "canary:0.123/1s", "--certified", "20%"];
    let finished = server.bluegreen(&rollout(&options)).exits(0);
    assert!(
        finished.stdout.contains("12.3% on version 2"),
        "{}",
        finished.stdout
    );
    serves(&server, "2");
    load.ends_without_a_failure();
}

#[test]
fn a_horizon_that_the_plan_cannot_have_is_refused_at_resume_and_nothing_is_lost() {
    let server = Server::with_blue();
    server.publish("green");
    let running = server.start_bluegreen(&rollout(&["--strategy", "steps:10%/6s,50%/20s"]));
    begins(&server);
    running.signal("-KILL");
    running.finish();
    let before = alias(&server);
    let refused = server.bluegreen(&["resume", "--horizon", "15s"]);
    refused.fails_with(
        1,
        &["failed to resume the rollout", "shorter than the steps"],
    );
    assert_eq!(alias(&server), before);
    server.bluegreen(&["tick", "--horizon", "2m"]).succeeds();
    assert!(description(&server).contains("step 1 of 10%/6s 50%/20s"));
    server.bluegreen(&["rollback"]).succeeds();
    assert!(description(&server).contains("rolled 2 back at 10%"));
}

#[test]
fn a_step_that_could_not_be_made_keeps_its_evidence() {
    let (server, load) = with_green();
    let (refusals, blind) = (AtomicUsize::new(0), AtomicBool::new(false));
    let proxy = Proxy::start(&server.url, move |call, done| {
        // Longer than the SDK tries by itself; then one look without metrics.
        if !done && is_second_step(call) && refusals.fetch_add(1, Ordering::SeqCst) < 7 {
            return Fate::Refuse(500, "ServiceException");
        }
        let first = !done && call.is_metrics() && refusals.load(Ordering::SeqCst) > 0;
        match first && !blind.swap(true, Ordering::SeqCst) {
            true => Fate::Refuse(403, "AccessDenied"),
            false => Fate::Pass,
        }
    });
    let running = Running::start(behind(
        &server,
        &proxy,
        &[&QUICK[..], &["--output", "json"]].concat(),
    ));
    let finished = running.finish().exits(0);
    let seen = greens_requests(&finished);
    // The period in which a step begins belongs to neither.
    let kept = |pair: &[u64]| pair[1] * 10 >= pair[0] * 7;
    assert!(
        seen.windows(2).all(kept) && seen.last() > Some(&40),
        "{seen:?}"
    );
    serves(&server, "2");
    load.ends_without_a_failure();
}

#[test]
fn a_write_that_landed_long_before_its_answer_puts_no_traffic_into_the_wrong_step() {
    let (server, load) = with_green();
    let proxy = Proxy::start(&server.url, |call, done| {
        match done && is_second_step(call) {
            true => Fate::Delay(Duration::from_secs(4)),
            false => Fate::Pass,
        }
    });
    let options = [&QUICK[..], &["--otherwise", "rollback", "--horizon", "1m"]].concat();
    let finished = Running::start(behind(&server, &proxy, &options))
        .finish()
        .exits(0);
    let off = "does not send the share that was asked for";
    assert!(!finished.stdout.contains(off), "{}", finished.stdout);
    serves(&server, "2");
    load.ends_without_a_failure();
}

/// A rollout that was killed in its only step, and has been there long enough.
fn cut_short_and_due(log: &TempDir) -> (Server, Load, String) {
    let (server, load) = with_green();
    let note = format!("echo step >> {}", log.path().join("log").display());
    let options = [
        "--strategy",
        "canary:50%/1s",
        "--certified",
        "20%",
        "--after-step",
    ];
    let running = server.start_bluegreen(&rollout(
        &[&options[..], &["exec sleep 60 >&- 2>&-"]].concat(),
    ));
    begins(&server);
    let answered = load.requests().len();
    until("green has answered enough", || {
        (load.requests().len() > answered + 200).then_some(())
    });
    running.signal("-KILL");
    running.finish();
    (server, load, note)
}

#[test]
fn a_steps_command_is_run_at_a_resume_before_anything_is_promoted() {
    let log = TempDir::new().unwrap();
    let (server, load, note) = cut_short_and_due(&log);
    let promoted = note.replace("step", "promoted");
    let hooks = ["--after-step", &note, "--after-promote", &promoted];
    server
        .bluegreen(&[&["resume"][..], &hooks].concat())
        .exits(0);
    let noted = fs::read_to_string(log.path().join("log")).unwrap();
    assert_eq!(noted, "step\npromoted\n");
    load.ends_without_a_failure();
}

#[test]
fn a_steps_command_that_fails_at_a_tick_rolls_back() {
    let log = TempDir::new().unwrap();
    let (server, load, note) = cut_short_and_due(&log);
    let failing = format!("{note}; exit 9");
    // It is run when nothing else is missing.
    until("a tick rolls back", || {
        let ticked = server.bluegreen(&["tick", "--after-step", &failing]);
        assert!(
            [Some(0), Some(3)].contains(&ticked.code),
            "{}",
            ticked.stderr
        );
        (ticked.code == Some(3)).then_some(())
    });
    serves(&server, "1");
    load.ends_without_a_failure();
}

#[test]
fn nothing_is_promoted_at_the_horizon_while_a_steps_command_runs() {
    let server = Server::with_blue();
    server.publish("green");
    let options = [
        "--strategy",
        "canary:10%/1s",
        "--horizon",
        "2s",
        "--otherwise",
        "promote",
    ];
    let hook = ["--after-step", "sleep 4; exit 1"];
    let finished = server.bluegreen(&rollout(&[&options[..], &hook].concat()));
    let finished = finished.exits(3);
    assert!(
        finished.stdout.contains("--after-step failed"),
        "{}",
        finished.stdout
    );
    serves(&server, "1");
}

#[test]
fn red_is_rolled_back_while_a_steps_command_runs() {
    let server = Server::with_blue();
    server.publish("red");
    let load = Load::start(&server, 100);
    let options = [
        "--strategy",
        "canary:20%/5m",
        "--after-step",
        "exec sleep 120",
    ];
    let began = Instant::now();
    let finished = server.bluegreen(&rollout(&options)).exits(3);
    assert!(began.elapsed() < Duration::from_secs(60));
    let said = "version 2 is rolled back: errors ";
    assert!(finished.stdout.contains(said), "{}", finished.stdout);
    serves(&server, "1");
    assert!(load.requests().iter().any(|request| request.failed));
}

#[test]
fn a_rollback_that_is_asked_for_does_not_wait_for_metrics() {
    let (server, load) = with_green();
    let (hang, hung) = (Flag::default(), Flag::default());
    let (hangs, hanging) = (hang.clone(), hung.clone());
    let proxy = Proxy::start(&server.url, move |call, done| {
        if done || !call.is_metrics() || !hangs.load(Ordering::SeqCst) {
            return Fate::Pass;
        }
        hanging.store(true, Ordering::SeqCst);
        Fate::Delay(Duration::from_secs(60))
    });
    let running = Running::start(behind(&server, &proxy, &["--strategy", "canary:10%/5m"]));
    begins(&server);
    hang.store(true, Ordering::SeqCst);
    until("a look hangs", || hung.load(Ordering::SeqCst).then_some(()));
    let asked = Instant::now();
    running.signal("-INT");
    until("it is rolled back", || {
        description(&server).contains("rolled 2 back").then_some(())
    });
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    running.finish().exits(3);
    serves(&server, "1");
    load.ends_without_a_failure();
}

#[test]
fn a_first_write_whose_answers_are_all_lost_is_our_own() {
    let (server, load) = with_green();
    let writes = AtomicUsize::new(0);
    let proxy = Proxy::start(&server.url, move |call, done| {
        if !call.is_update_alias() {
            return Fate::Pass;
        }
        match (done, writes.load(Ordering::SeqCst)) {
            (false, 0) => Fate::Pass,
            (true, 0) => {
                writes.store(1, Ordering::SeqCst);
                Fate::LoseAnswer
            }
            (false, tries @ 1..6) => {
                writes.store(tries + 1, Ordering::SeqCst);
                Fate::LoseRequest
            }
            _ => Fate::Pass,
        }
    });
    Running::start(behind(&server, &proxy, &QUICK))
        .finish()
        .exits(0);
    serves(&server, "2");
    load.ends_without_a_failure();
}
