//! Where a small slip of the hand would pass all the other tests: each of these ended a mutant.

use bluegreen_rollout::{
    Routing, Seconds,
    controller::{Action, Alias, Answer, Call, Controller, End, Failure, Report, Waiting},
    journal::Unwritable,
    plan::Strategy,
    samples::Samples,
};

use crate::desk::{Desk, plan, samples, settings, v};

#[test]
fn an_alias_that_cannot_be_read_is_read_again_in_a_moment_and_given_up_in_the_end() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    for failures in 1.. {
        desk.now = 10 * failures;
        match desk.next() {
            Call::ReadAlias => desk.lost(),
            Call::End(End::Failed(failed)) => {
                assert_eq!((failures, failed.write), (22, None));
                return;
            }
            call => panic!("{call:?}"),
        }
        if failures < 21 {
            assert_eq!(desk.next(), Call::Wait(Seconds(1)));
        }
    }
}

#[test]
fn a_write_is_waited_for_longer_than_what_can_be_asked_again() {
    let mut desk = Desk::new(plan("canary:10%/60s"), settings());
    let write = Call::Write(Box::new(desk.until_it_writes()));
    assert_eq!(write.deadline(), Seconds(20));
    assert_eq!(Call::MakeWay(v(2)).deadline(), Seconds(20));
    assert_eq!(Call::ReadAlias.deadline(), Seconds(10));
}

#[test]
fn no_command_is_started_where_there_is_none() {
    let mut desk = Desk::new(plan("steps:10%/20s,50%/60s"), settings());
    desk.samples = Ok(samples(60, (9000, 0), (1000, 0)));
    for now in [0, 10, 50, 70] {
        assert!(matches!(desk.at(now), Call::Wait(_)));
    }
    assert_eq!(desk.controller.rollout().step(), 2);
}

/// It is not there before AWS has moved the alias.
#[test]
fn a_step_that_settles_is_confirmed_when_it_has_settled() {
    let mut desk = Desk::new(plan("canary:10%/60s"), settings());
    let shift = desk.until_it_writes();
    desk.write(&shift);
    let there = desk.alias.routing;
    let (from, to) = (v(1), v(2));
    desk.alias.routing = Routing::Settling { from, to };
    desk.answered(Answer::Alias(desk.alias.clone()));
    desk.until_it_waits();
    assert_eq!(desk.writes.len(), 1);
    desk.alias.routing = there;
    desk.at(20);
    let confirmed = desk.writes.last().unwrap();
    assert_eq!(confirmed.action, Action::Confirm);
    assert_eq!(
        desk.controller.rollout().started[0].within,
        Some(Seconds(21))
    );
}

/// And of a confirmation nobody is told: it moves nothing.
#[test]
fn a_move_is_told_once() {
    let mut desk = Desk::new(plan("canary:10%/60s"), settings());
    let mut told = Vec::new();
    loop {
        let call = desk.controller.next(desk.time());
        match &call {
            Call::Say(Report::Written(write)) => told.push(write.action),
            Call::Say(_) => {}
            Call::Write(write) => {
                let answer = desk.write(write);
                desk.answered(answer);
            }
            Call::ReadMetrics(_) => desk.answered(Answer::Samples(Samples::default())),
            Call::Wait(_) => break,
            call => panic!("{call:?}"),
        }
    }
    assert_eq!(told, [Action::Shift]);
    assert_eq!(desk.writes.len(), 2);
}

/// The step goes on without its moment: it has no evidence, and the horizon ends it.
#[test]
fn a_step_that_cannot_be_confirmed_goes_on() {
    let mut desk = Desk::new(plan("canary:10%/60s"), settings());
    let shift = desk.until_it_writes();
    desk.write(&shift);
    let text = "x".repeat(256 - desk.alias.description.len() + "mine".len());
    desk.alias.description = desk.alias.description.replace("mine", &text);
    desk.answered(Answer::Alias(desk.alias.clone()));
    assert!(matches!(desk.until_it_waits(), Call::Wait(_)));
    assert_eq!(desk.writes.len(), 1);
}

#[test]
fn what_a_rollout_waits_for_is_said_in_words() {
    let words = [
        (Waiting::Settling, "AWS is moving the alias itself"),
        (
            Waiting::Blind("throttled".to_owned()),
            "green could not be observed: throttled",
        ),
        (
            Waiting::StepTime(Seconds(90)),
            "this step lasts another 1m 30s",
        ),
        (
            Waiting::Requests,
            "no request of green has been seen at this step yet",
        ),
        (
            Waiting::Suspicion,
            "green looks worse than blue, but that may still be chance",
        ),
        (
            Waiting::SplitOff,
            "the alias does not send the share that was asked for",
        ),
        (Waiting::Verdict, "too few complete data for a verdict yet"),
        (Waiting::Hook, "the command of --after-step still runs"),
    ];
    for (waiting, said) in words {
        assert_eq!(waiting.to_string(), said);
    }
    let room = Waiting::Room(Unwritable::Ambiguous).to_string();
    assert!(
        room.starts_with("the next step cannot be written: "),
        "{room}"
    );
}

#[test]
fn what_is_refused_says_why() {
    let error = "canary".parse::<Strategy>().unwrap_err().to_string();
    assert!(
        error.starts_with("'canary' is not a strategy: give all-at-once"),
        "{error}"
    );
    let desk = Desk::begun(plan("canary:10%/60s"));
    let found = bluegreen_rollout::controller::Resumable::found(&desk.alias).unwrap();
    let error = Controller::resume(found, Some(Seconds(1)), settings()).unwrap_err();
    let said = "the horizon of 1s is shorter than the steps";
    assert!(error.to_string().starts_with(said), "{error}");
}

#[test]
fn a_conflict_of_a_read_is_no_end() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.now = 10;
    assert_eq!(desk.next(), Call::ReadAlias);
    desk.answered(Answer::Failed(Failure::Conflict));
    assert_eq!(desk.next(), Call::Wait(Seconds(1)));
}

#[test]
fn an_alias_that_somebody_moved_after_a_rollback_has_nothing_to_resume() {
    let text = "bluegreen: 3, rolled 4 back at 10% 2026-11-23T07:10:00Z: by hand";
    let routing = Routing::All(v(4));
    let found = bluegreen_rollout::controller::Resumable::found(&Alias {
        routing,
        description: text.to_owned(),
        revision: "r".to_owned(),
    });
    let elsewhere = bluegreen_rollout::controller::NothingToResume::Elsewhere(routing);
    assert_eq!(found.unwrap_err(), elsewhere);
}

/// All that green answers, and a tenth of what blue does, where a half was asked for.
#[test]
fn a_split_that_is_off_is_said() {
    let mut desk = Desk::begun(plan("canary:50%/20s"));
    desk.samples = Ok(samples(60, (9000, 0), (1000, 0)));
    desk.at(50);
    assert_eq!(desk.waiting(), Waiting::SplitOff);
}

/// A green that fails at once is not to wait a quarter of a minute for the next look.
#[test]
fn it_looks_more_often_while_a_step_is_young_and_never_more_often_than_there_are_data() {
    let rests = |period, at| {
        let mut plan = plan("canary:10%/900s");
        (plan.metrics.period, plan.metrics.delay) = (Seconds(period), Seconds(120));
        let rollout = Desk::begun(plan).controller.rollout().clone();
        rollout.rest(rollout.start().after(at)).0
    };
    assert_eq!([0, 239, 240].map(|at| rests(60, at)), [5, 5, 15]);
    assert_eq!([0, 900].map(|at| rests(1, at)), [1, 1]);
    assert_eq!([0, 900].map(|at| rests(10, at)), [5, 10]);
    // Four minutes of a young step, and six after them.
    let usual = bluegreen_rollout::plan::Plan::new("canary:10%/5m".parse().unwrap());
    assert_eq!(usual.looks(), 48 + 24);
}
