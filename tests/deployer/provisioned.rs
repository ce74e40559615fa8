//! Provisioned concurrency in rollouts: green has it before it gets traffic, and afterwards nothing
//! has it that serves nothing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::harness::{
    Fate, Finished, Proxy, Server, alias, begins, behind, has, program, provision, provisioned,
    reserve, rollout, says, serves, until,
};

/// A rollout without traffic that ends as `otherwise` says.
fn ends(otherwise: &str) -> Vec<&str> {
    rollout(&[
        "--strategy",
        "canary:10%/1s",
        "--horizon",
        "2s",
        "--otherwise",
        otherwise,
    ])
}

/// Blue as version 1 and green as version 2, on a server whose changes take a moment.
fn ready() -> Server {
    let server = Server::with(&["--transition", "1200"]);
    server.create("blue").succeeds();
    server.publish("green");
    server
}

#[test]
fn green_has_it_while_the_alias_is_split_and_the_alias_takes_its_own_along() {
    let server = ready();
    provision(&server, "live", 3);
    let running = server.start_bluegreen(&ends("promote"));
    let split = until("the alias is split", || {
        let alias = alias(&server);
        alias.get("RoutingConfig").is_some().then_some(alias)
    });
    assert_eq!(split["RoutingConfig"]["AdditionalVersionWeights"]["2"], 0.1);
    assert_eq!(provisioned(&server), [has("2", 3), has("live", 3)]);
    let finished = running.finish().exits(0);
    let moved = "AWS allocates provisioned concurrency to version 2; until that is done, version 1";
    says(&finished, &["of 3 is allocated to version 2", moved]);
    serves(&server, "2");
    assert_eq!(provisioned(&server), [has("live", 3)]);
}

#[test]
fn a_rollback_gives_greens_back() {
    let server = ready();
    provision(&server, "live", 3);
    let finished = server.bluegreen(&ends("rollback")).exits(3);
    says(&finished, &["of version 2 is given back"]);
    serves(&server, "1");
    assert_eq!(provisioned(&server), [has("live", 3)]);
}

#[test]
fn what_somebody_has_given_green_meanwhile_is_theirs() {
    let server = ready();
    provision(&server, "1", 2);
    let running = server.start_bluegreen(&rollout(&["--strategy", "canary:10%/5m"]));
    begins(&server);
    provision(&server, "2", 4);
    running.signal("-INT");
    running.finish().exits(3);
    assert_eq!(provisioned(&server), [has("1", 2), has("2", 4)]);
}

#[test]
fn what_blue_itself_has_goes_over_to_green() {
    let server = ready();
    provision(&server, "1", 2);
    server.bluegreen(&ends("promote")).exits(0);
    assert_eq!(provisioned(&server), [has("2", 2)]);
    let back = ["rollout", "--to", "1", "--strategy", "all-at-once"];
    server.bluegreen(&back).exits(0);
    serves(&server, "1");
    assert_eq!(provisioned(&server), [has("1", 2)]);
}

#[test]
fn a_single_switch_of_an_alias_that_has_it_waits_until_aws_has_moved_it() {
    let server = ready();
    provision(&server, "live", 3);
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = looks.clone();
    let proxy = Proxy::start(&server.url, move |call, done| {
        if !done && call.path.contains("/provisioned-concurrency") {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        Fate::Pass
    });
    let switch = behind(&server, &proxy, &["--strategy", "all-at-once"]);
    says(&Finished::run(switch).exits(0), &["until that is done"]);
    // In longer and longer pauses.
    assert!(looks.load(Ordering::SeqCst) < 20, "{looks:?}");
    serves(&server, "2");
    assert_eq!(provisioned(&server), [has("live", 3)]);
}

#[test]
fn by_hand_nothing_is_left_behind_either() {
    let server = ready();
    provision(&server, "live", 3);
    provision(&server, "2", 3);
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    server.bluegreen(&["promote"]).succeeds();
    serves(&server, "2");
    assert_eq!(provisioned(&server), [has("live", 3)]);
    let back = server.bluegreen(&["rollback"]).succeeds();
    says(&back, &["until that is done, version 2 serves"]);
    serves(&server, "1");
    provision(&server, "2", 3);
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    says(
        &server.bluegreen(&["rollback"]).succeeds(),
        &["of version 2 is given back"],
    );
    assert_eq!(provisioned(&server), [has("live", 3)]);
}

#[test]
fn what_cannot_be_allocated_moves_no_traffic_and_is_not_paid_for() {
    let server = ready();
    reserve(&server, 2);
    provision(&server, "1", 2);
    // AWS lets all of them together have no more than is reserved.
    let refused = server.bluegreen(&ends("promote"));
    refused.fails_with(
        1,
        &["there is no room for 2 provisioned", "nothing was moved"],
    );
    let proxy = Proxy::start(&server.url, |call, _| {
        let puts = call.method == "PUT" && call.path.contains("/provisioned-concurrency");
        match puts {
            true => Fate::RefuseSaying(400, "InvalidParameterValueException", "no room"),
            false => Fate::Pass,
        }
    });
    let mut command = server.command(program("bluegreen"));
    command
        .args(ends("promote"))
        .arg("--skip-checks")
        .env("AWS_ENDPOINT_URL", &proxy.url);
    let finished = Finished::run(command).exits(1);
    let failed = "failed to allocate provisioned concurrency of 2 to version 2";
    says(&finished, &[failed, "no room"]);
    serves(&server, "1");
    assert_eq!(provisioned(&server), [has("1", 2)]);
}

/// A rollout through a proxy that three times refuses a write to the alias which has this in its
/// body, in these words.
fn refused(server: &Server, body: &'static str, words: &'static str) -> Finished {
    let left = AtomicUsize::new(3);
    let proxy = Proxy::start(&server.url, move |call, _| {
        let one_less = |left: usize| left.checked_sub(1);
        let order = Ordering::SeqCst;
        let meant = call.is_update_alias() && call.body.contains(body);
        match meant && left.fetch_update(order, order, one_less).is_ok() {
            true => Fate::RefuseSaying(400, "InvalidParameterValueException", words),
            false => Fate::Pass,
        }
    });
    let mut command = server.command(program("bluegreen"));
    command
        .args(ends("promote"))
        .env("AWS_ENDPOINT_URL", &proxy.url);
    Finished::run(command)
}

#[test]
fn what_aws_refuses_of_an_alias_that_has_it_is_understood() {
    let server = ready();
    provision(&server, "live", 3);
    let words = "Alias with weights can not be used with Provisioned Concurrency";
    let finished = refused(&server, r#""AdditionalVersionWeights":{"2""#, words).exits(1);
    let advice = ["--strategy all-at-once", "--qualifier VERSION"];
    says(&finished, &[&[words], &advice[..]].concat());
    serves(&server, "1");
    assert_eq!(provisioned(&server), [has("live", 3)]);

    // AWS may take a moment to forget what was given back.
    let words = "Alias can't be used for Provisioned Concurrency configuration on an already \
                 Provisioned version";
    refused(&server, r#""FunctionVersion":"2""#, words).exits(0);
    serves(&server, "2");
    assert_eq!(provisioned(&server), [has("live", 3)]);
}

#[test]
fn what_a_deployer_did_not_give_back_at_the_end_is_named_and_left_to_the_user() {
    let server = ready();
    provision(&server, "1", 2);
    let proxy = Proxy::start(&server.url, |call, done| {
        let gives_back = call.method == "DELETE";
        match gives_back && !done {
            true => Fate::Refuse(403, "AccessDenied"),
            false => Fate::Pass,
        }
    });
    let mut command = server.command(program("bluegreen"));
    command
        .args(ends("promote"))
        .env("AWS_ENDPOINT_URL", &proxy.url);
    let finished = Finished::run(command).exits(0);
    says(
        &finished,
        &[
            "could not be put in order",
            "AccessDenied",
            "bluegreen doctor",
        ],
    );
    assert_eq!(provisioned(&server), [has("1", 2), has("2", 2)]);
    // Nobody can tell by now whether it is a remnant, or what somebody wants to have.
    says(
        &server.bluegreen(&["resume"]).exits(0),
        &[
            "nothing to resume",
            "`bluegreen doctor` says whether any of it serves nothing",
        ],
    );
    assert_eq!(provisioned(&server), [has("1", 2), has("2", 2)]);
    says(
        &server.bluegreen(&["doctor"]),
        &["delete-provisioned-concurrency-config --function-name hello --qualifier 1"],
    );
}

#[test]
fn a_rollout_that_is_killed_in_the_middle_is_resumed_with_what_green_has() {
    let server = ready();
    provision(&server, "live", 3);
    let running = server.start_bluegreen(&ends("promote"));
    until("the alias is split", || {
        alias(&server).get("RoutingConfig").map(|_| ())
    });
    running.signal("-KILL");
    running.finish();
    server.bluegreen(&["resume"]).exits(0);
    serves(&server, "2");
    assert_eq!(provisioned(&server), [has("live", 3)]);
}

#[test]
fn the_doctor_looks_at_the_room_for_both_versions() {
    let server = ready();
    let doctor = || server.bluegreen(&["doctor"]);
    says(
        &doctor().exits(0),
        &["capacity", "nothing is reserved or provisioned"],
    );
    reserve(&server, 0);
    let mend = "aws lambda delete-function-concurrency --function-name hello";
    says(&doctor().exits(1), &["every request is throttled", mend]);
    reserve(&server, 1);
    says(&doctor().exits(0), &["the other is throttled"]);
    reserve(&server, 5);
    provision(&server, "live", 2);
    let given = "version 2 is given 2 provisioned concurrent executions before it gets traffic";
    let unsure = "AWS does not document that such an alias can be split";
    says(&doctor().exits(0), &["share 5 reserved", given, unsure]);
    reserve(&server, 3);
    says(&doctor().exits(1), &["no room for 2 provisioned"]);
    reserve(&server, 10);
    server.publish("red");
    provision(&server, "2", 1);
    says(
        &doctor().exits(0),
        &["version 2 has 1 provisioned", "no part in this"],
    );
}
