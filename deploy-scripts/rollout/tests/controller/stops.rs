//! A rollback that was asked for, and other ways to end.

use bluegreen_rollout::{
    Seconds,
    controller::{Action, Answer, Call, End, Failure, Waiting},
    journal::Journal,
};

use crate::desk::{Desk, plan, samples, settings, v};

#[test]
fn a_stop_is_written_without_another_look() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.now = 20;
    // Whatever is under way: nobody is interested in its answer any more.
    assert_eq!(desk.next(), Call::ReadAlias);
    desk.controller.stop("interrupted");
    let Call::Write(write) = desk.next() else {
        panic!()
    };
    assert_eq!(write.action, Action::RollBack);
    // Tried again and again, until it is clear that it was done.
    desk.lost();
    assert_eq!(desk.next(), Call::Wait(Seconds(1)));
    desk.now = 21;
    desk.write(&write);
    assert!(matches!(desk.next(), Call::Write(_)));
    desk.answered(Answer::Failed(Failure::Conflict));
    let end = desk.until_it_waits();
    assert!(matches!(end, Call::End(End::RolledBack(done)) if done == write));
}

#[test]
fn a_rollback_that_failed_waits_its_moment_however_often_it_is_asked_for() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.controller.stop("interrupted");
    desk.until_it_writes();
    desk.lost();
    desk.controller.stop("asked for again");
    assert_eq!(desk.next(), Call::Wait(Seconds(1)));
}

#[test]
fn who_stops_before_the_first_write_has_written_nothing() {
    let mut desk = Desk::new(plan("canary:10%/60s"), settings());
    desk.controller.stop("interrupted");
    let not_begun = End::NotBegun("interrupted".to_owned());
    assert_eq!(desk.until_it_waits(), Call::End(not_begun));
    // But where that may have been done, blue is made sure of.
    let mut desk = Desk::new(plan("canary:10%/60s"), settings());
    let first = desk.until_it_writes();
    desk.lost();
    desk.controller.stop("interrupted");
    assert!(matches!(
        desk.until_it_waits(),
        Call::End(End::RolledBack(_))
    ));
    assert!(matches!(
        desk.write(&first),
        Answer::Failed(Failure::Conflict)
    ));
}

/// The verdict rested on data that another write of ours may have spoilt.
#[test]
fn a_condemnation_that_meets_a_conflict_is_thought_over() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.samples = Ok(samples(20, (90, 0), (10, 4)));
    desk.now = 20;
    assert_eq!(desk.until_it_writes().action, Action::RollBack);
    desk.alias.revision = "later".to_owned();
    desk.answered(Answer::Failed(Failure::Conflict));
    desk.samples = Ok(samples(20, (90, 0), (10, 0)));
    desk.until_it_waits();
    assert_eq!(desk.waiting(), Waiting::StepTime(Seconds(41)));
}

/// A promotion that may still be done would make a liar of who says that the weight stays.
#[test]
fn nothing_is_held_while_a_write_is_on_its_way() {
    let mut desk = Desk::begun(plan("canary:50%/20s"));
    desk.samples = Ok(samples(20, (2000, 0), (2000, 0)));
    desk.now = 50;
    let promotion = desk.until_it_writes();
    desk.lost();
    desk.samples = Err("throttled".to_owned());
    assert!(matches!(desk.at(90), Call::End(End::Held(_))));
    assert_eq!(desk.writes.last().unwrap().action, Action::Confirm);
    assert!(matches!(
        desk.write(&promotion),
        Answer::Failed(Failure::Conflict)
    ));
}

#[test]
fn a_call_that_never_works_ends_it_and_names_the_write() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.controller.stop("interrupted");
    let write = desk.until_it_writes();
    let refused = Failure::Refused("AccessDenied".to_owned());
    desk.answered(Answer::Failed(refused));
    let end = desk.until_it_waits();
    let Call::End(End::Failed(failed)) = end else {
        panic!("{end:?}")
    };
    assert_eq!((failed.write, failed.blue), (Some(Box::new(write)), v(1)));
}

#[test]
fn what_the_alias_has_provisioned_is_made_way_for() {
    let settings = bluegreen_rollout::controller::Settings {
        alias_is_provisioned: true,
        ..settings()
    };
    let mut desk = Desk::new(plan("all-at-once"), settings);
    assert_eq!(desk.next(), Call::MakeWay(v(2)));
    desk.lost();
    desk.now = 1;
    // Nobody has begun anything yet.
    assert_eq!(desk.next(), Call::ReadAlias);
    assert!(matches!(desk.until_it_waits(), Call::End(End::Promoted(_))));
}

#[test]
fn who_leaves_leaves_a_journal() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.controller.leave("interrupted by SIGINT");
    let left = End::Left("interrupted by SIGINT".to_owned());
    assert_eq!(desk.until_it_waits(), Call::End(left));
    let journal = Journal::read(&desk.alias.description).unwrap();
    assert!(journal.agrees_with(desk.alias.routing));
}
