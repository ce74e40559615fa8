//! Rollouts that are left alone: green is promoted, red is rolled back, and what cannot be decided
//! stays where it is.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::harness::{
    Load, Server, alias, begins, description, events, path, program, repository, rollout, serves,
    until, with_green,
};

#[test]
fn a_good_green_is_promoted_by_itself() {
    let server = Server::with_blue();
    server.publish("green");
    let load = Load::start(&server, 100);
    let args = rollout(&["--strategy", "steps:10%/2s,50%/2s", "--certified", "20%"]);
    let finished = server.bluegreen(&args).exits(0);
    for said in [
        "from version 1 to version 2",
        "step 2: 50% for at least 2s",
        "50% on version 2",
        "version 2 is promoted: green is good enough",
    ] {
        assert!(
            finished.stdout.contains(said),
            "no {said:?} in {}",
            finished.stdout
        );
    }
    // Nobody asks what a good version printed.
    let told = &finished.stdout;
    assert!(!told.contains("in the logs"), "{told}");
    serves(&server, "2");
    assert!(description(&server).starts_with("bluegreen: 2 since "));
    assert!(description(&server).ends_with(", before it 1"));
    load.ends_without_a_failure();
}

/// The requests of blue and of green in a line about a look.
fn answered(line: &str) -> Option<[u64; 2]> {
    let mut counts = line.split(" failed of ").skip(1).map(|rest| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
        digits.unwrap().parse().unwrap()
    });
    Some([counts.next()?, counts.next()?])
}

#[test]
fn a_log_tells_what_is_new_counts_forwards_and_ends_with_a_result() {
    let (server, load) = with_green();
    let plan = [
        "--strategy",
        "steps:20%/4s,50%/4s",
        "--certified",
        "20%",
        "--verbose",
    ];
    let printed = server.bluegreen(&rollout(&plan)).exits(0).stdout;
    let counts: Vec<[u64; 2]> = printed.lines().filter_map(answered).collect();
    let forwards = |pair: &[[u64; 2]]| pair[0][0] <= pair[1][0] && pair[0][1] <= pair[1][1];
    assert!(counts.windows(2).all(forwards), "{printed}");
    // At each step: its time, then what it waits for, then nothing any more.
    assert!((3..=8).contains(&counts.len()), "{printed}");
    let lasts = printed.matches("this step lasts another").count();
    assert!((1..=3).contains(&lasts), "{printed}");
    let evidence = printed.matches(" of 4.61 to roll back, ");
    assert_eq!(evidence.count(), counts.len(), "{printed}");
    let end: Vec<&str> = printed.lines().rev().take(5).collect();
    assert_eq!(end[0], "  undo: `bluegreen rollback`");
    assert_eq!(end[1], format!("  clients call {}", server.api_url()));
    assert!(end[2].ends_with("s since its first step"), "{printed}");
    assert!(end[3].starts_with("  version 2  ████"), "{printed}");
    assert!(end[4].contains("0%  0 failed of "), "{printed}");
    load.ends_without_a_failure();
}

#[test]
fn that_no_traffic_comes_is_said_once_and_where_it_should_come() {
    let server = Server::with_blue();
    server.publish("green");
    let plan = ["--strategy", "canary:10%/1s", "--horizon", "16s"];
    let printed = server.bluegreen(&rollout(&plan)).exits(4).stdout;
    let said = printed.matches("no traffic reaches the alias: no request for 1");
    assert_eq!(said.count(), 1, "{printed}");
    let address = format!("is {} what clients call?", server.api_url());
    assert!(printed.contains(&address), "{printed}");
    let looks = printed.matches("blue 0 failed of 0");
    assert!(looks.count() <= 3, "{printed}");
}

#[test]
fn red_is_rolled_back_by_itself_within_ten_seconds_of_its_first_failure() {
    let server = Server::with_blue();
    server.publish("red");
    let load = Load::start(&server, 100);
    let finished = server
        .bluegreen(&rollout(&["--strategy", "canary:10%/5m"]))
        .exits(3);
    let ended = Instant::now();
    serves(&server, "1");
    let requests = load.requests();
    let first = requests
        .iter()
        .find(|request| request.failed)
        .expect("red fails a fifth");
    let took = ended - first.at;
    assert!(
        took < Duration::from_secs(10),
        "{took:?}\n{}",
        finished.stdout
    );
    assert!(
        finished
            .stdout
            .contains("version 2 is rolled back: errors "),
        "{}",
        finished.stdout
    );
    assert!(
        description(&server).contains("rolled 2 back at 10%"),
        "{}",
        description(&server)
    );
    // Red is out of reach now.
    drop(load);
    let traffic = server.bluegreen(&["traffic", "--requests", "50", "--output", "json"]);
    assert_eq!(traffic.succeeds().json()["errors"], 0);
}

#[test]
fn without_traffic_nothing_is_decided_and_the_user_chooses_what_follows() {
    let server = Server::with_blue();
    server.publish("green");
    let short = ["--strategy", "canary:10%/1s", "--horizon", "2s"];
    let held = server.bluegreen(&rollout(&short)).exits(4);
    assert!(
        held.stdout.contains("no request of green has been seen"),
        "{}",
        held.stdout
    );
    assert_eq!(
        alias(&server)["RoutingConfig"]["AdditionalVersionWeights"],
        json!({ "2": 0.1 })
    );

    // Whoever holds may go on.
    server.bluegreen(&["resume", "--horizon", "3s"]).exits(4);
    server.bluegreen(&["rollback"]).exits(0);
    let rolled_back = [&short[..], &["--again", "--otherwise", "rollback"]].concat();
    server.bluegreen(&rollout(&rolled_back)).exits(3);
    serves(&server, "1");
    let promoted = [&short[..], &["--again", "--otherwise", "promote"]].concat();
    server.bluegreen(&rollout(&promoted)).exits(0);
    serves(&server, "2");
}

#[test]
fn a_rollout_in_steps_of_a_scheduler_comes_to_the_same_end() {
    let server = Server::with_blue();
    server.publish("green");
    let load = Load::start(&server, 100);
    let plan = [
        "--strategy",
        "canary:50%/2s",
        "--certified",
        "20%",
        "--on-interrupt",
        "leave",
    ];
    let running = server.start_bluegreen(&rollout(&plan));
    begins(&server);
    running.signal("-TERM");
    running.finish().exits(4);
    let ticks = until("a tick promotes", || {
        let tick = server.bluegreen(&["tick", "--output", "json"]).exits(0);
        let last = events(&tick).pop().unwrap();
        (last["event"] == "promoted").then_some(tick)
    });
    assert_eq!(events(&ticks)[0]["event"], "looked");
    serves(&server, "2");
    let again = server.bluegreen(&["tick"]).exits(0);
    assert!(
        again.stdout.contains("nothing to resume: version 2 serves"),
        "{}",
        again.stdout
    );
    load.ends_without_a_failure();
}

#[test]
fn deploy_publishes_and_switches_at_once_where_that_is_asked_for() {
    let server = Server::with_blue();
    let green = program("green");
    let binary = ["deploy", "--binary", green.to_str().unwrap()];
    let args = [
        &binary[..],
        &[
            "--strategy",
            "all-at-once",
            "--description",
            "the green one",
        ],
    ]
    .concat();
    let finished = server.bluegreen(&args).exits(0);
    assert!(
        finished.stdout.contains("published version 2"),
        "{}",
        finished.stdout
    );
    serves(&server, "2");

    let history = server.bluegreen(&["history"]).succeeds().stdout;
    let lines: Vec<&str> = history.lines().collect();
    let first = lines[1];
    assert!(first.contains("version 1 to 2  promoted"), "{history}");
    assert!(first.ends_with("the green one"), "{history}");
    assert!(lines[2].contains("version 1 "), "{history}");

    server.bluegreen(&["rollback", "--to", "1"]).succeeds();
    serves(&server, "1");
    let history = server
        .bluegreen(&["history", "--output", "json"])
        .succeeds()
        .json();
    let last = &history["releases"][0];
    assert_eq!(
        (&last["outcome"], &last["reason"]),
        (&json!("rolledBack"), &json!("by hand"))
    );
}

#[test]
fn deploy_promotes_a_good_green_after_its_canary() {
    let server = Server::with_blue();
    let load = Load::start(&server, 100);
    let green = path("green");
    let canary = ["--strategy", "canary:20%/2s", "--certified", "20%"];
    let deploy = [&["deploy", "--binary", &green][..], &canary].concat();
    let finished = server.bluegreen(&deploy).exits(0);
    for said in [
        "published version 2",
        "20% on version 2",
        "version 2 is promoted",
    ] {
        assert!(finished.stdout.contains(said), "{}", finished.stdout);
    }
    serves(&server, "2");
    load.ends_without_a_failure();
}

#[test]
fn the_verdict_comes_about_when_it_was_forecast() {
    let (server, load) = with_green();
    until("the metrics know the rate", || {
        (load.requests().len() > 200).then_some(())
    });
    let sent = load.requests();
    let took = sent.last().unwrap().at - sent[0].at;
    let sent = sent.len() as f64 / took.as_secs_f64();
    let plan = ["--strategy", "canary:50%/1s", "--certified", "5%"];
    let plan = [&plan[..], &["--output", "json"]].concat();
    let events = events(&server.bluegreen(&rollout(&plan)).exits(0));
    let rate = events[0]["requestsPerSecond"].as_f64().unwrap();
    assert!((0.6..1.5).contains(&(rate / sent)), "{rate} of {sent}");
    let looks = events.iter().filter(|event| event["event"] == "looked");
    // One each second.
    let took = looks.count() as f64;
    let forecast = events[0]["verdictAfterSeconds"].as_f64().unwrap();
    assert!(
        (0.6..2.0).contains(&(took / forecast)),
        "{took} s, and {forecast} s were foretold"
    );
}

#[test]
fn each_event_is_a_json_object_of_its_own() {
    let server = Server::with_blue();
    server.publish("green");
    let load = Load::start(&server, 100);
    let plan = [
        "--strategy",
        "canary:50%/1s",
        "--certified",
        "20%",
        "--output",
        "json",
    ];
    let finished = server.bluegreen(&rollout(&plan)).exits(0);
    let events = events(&finished);
    let named = |name: &str| {
        events
            .iter()
            .filter(|event| event["event"] == name)
            .collect::<Vec<_>>()
    };
    let plan = named("plan")[0];
    assert_eq!(
        (plan["blueVersion"].as_u64(), plan["greenVersion"].as_u64()),
        (Some(1), Some(2))
    );
    assert_eq!(plan["strategy"], "50%/1s");
    assert_eq!(named("shifted")[0]["weight"], 0.5);
    let looked = named("looked");
    let last = looked.last().unwrap();
    assert!(last["green"]["requests"].as_u64().unwrap() > 0, "{last}");
    assert!(
        last["lnEPromote"].as_f64() >= last["promoteLimit"].as_f64(),
        "{last}"
    );
    assert!(last["atMost"].as_f64().unwrap() <= 0.2, "{last}");
    assert_eq!(named("promoted")[0]["version"], 2);
    assert!(
        events
            .iter()
            .all(|event| event["at"].as_str().unwrap().ends_with('Z'))
    );
    load.ends_without_a_failure();
    let documented = fs::read_to_string(repository().join("docs/releasing.md")).unwrap();
    for member in events
        .iter()
        .flat_map(|event| event.as_object().unwrap().keys())
    {
        assert!(documented.contains(&format!("`{member}`")), "{member}");
    }
}
