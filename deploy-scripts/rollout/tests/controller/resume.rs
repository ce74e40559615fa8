//! A rollout that another process has begun.

use bluegreen_rollout::{
    Routing, Seconds, Started,
    controller::{Action, Alias, Call, Controller, End, NothingToResume, Resumable, ResumeError},
    journal::Unwritable,
};

use crate::desk::{Desk, plan, samples, settings, v};

#[test]
fn a_step_that_nobody_confirmed_begins_when_it_is_found() {
    let mut desk = Desk::new(plan("canary:10%/60s"), settings());
    let first = desk.until_it_writes();
    desk.write(&first);
    // The deployer was killed before it had the answer.
    desk.now = 40;
    let mut next = desk.resumed(settings());
    next.samples = Ok(samples(60, (900, 0), (100, 0)));
    next.until_it_waits();
    assert_eq!(next.writes[0].action, Action::Confirm);
    let started = next.controller.rollout().started[0];
    assert_eq!(started.within, Some(Seconds(41)));
    let seen = next.looked.unwrap().assessment.unwrap();
    assert_eq!(seen.counted()[1].requests, 100, "the period from 50 on");
}

#[test]
fn a_horizon_that_the_steps_outlast_is_refused_before_anything_is_written() {
    let desk = Desk::begun(plan("steps:10%/6s,50%/20s"));
    let resume = |horizon| {
        let found = Resumable::found(&desk.alias).unwrap();
        Controller::resume(found, Some(Seconds(horizon)), settings())
    };
    assert!(matches!(resume(15), Err(ResumeError::Horizon(_))));
    assert_eq!(
        resume(7200).unwrap().rollout().plan.horizon,
        Some(Seconds(7200))
    );
}

#[test]
fn a_horizon_that_does_not_fit_the_description_is_refused() {
    let mut desk = Desk::begun(plan("steps:10%/6s,50%/20s"));
    let room = 256 - desk.alias.description.len();
    let text = format!("{} | bluegreen: ", "x".repeat(room - 4));
    desk.alias.description = desk.alias.description.replace("mine | bluegreen: ", &text);
    let found = Resumable::found(&desk.alias).unwrap();
    let resumed = Controller::resume(found, Some(Seconds(7200)), settings());
    let error = resumed.unwrap_err();
    assert!(matches!(
        error,
        ResumeError::Unwritable(Unwritable::TooLong { .. })
    ));
}

#[test]
fn another_horizon_is_for_whoever_comes_next_too() {
    let desk = Desk::begun(plan("steps:10%/20s,50%/20s"));
    let found = Resumable::found(&desk.alias).unwrap();
    let resumed = Controller::resume(found, Some(Seconds(7200)), settings()).unwrap();
    let mut next = Desk::with(resumed, desk.alias.clone());
    next.samples = Ok(samples(40, (900, 0), (100, 0)));
    next.at(50);
    let found = Resumable::found(&next.alias).unwrap();
    assert_eq!(
        (found.rollout.step(), found.rollout.plan.horizon),
        (2, Some(Seconds(7200)))
    );
}

/// A step that cannot be written any more: nothing is cut, and nothing is lost.
#[test]
fn a_journal_that_outgrew_its_room_holds_the_rollout() {
    let mut desk = Desk::begun(plan("steps:10%/20s,50%/20s"));
    desk.samples = Ok(samples(40, (900, 0), (100, 0)));
    let room = 256 - desk.alias.description.len();
    let text = format!("{} | bluegreen: ", "x".repeat(room + 4));
    desk.alias.description = desk.alias.description.replace("mine | bluegreen: ", &text);
    desk.alias.revision = "edited".to_owned();
    let end = desk.at(50);
    assert!(
        matches!(
            end,
            Call::End(End::Held(bluegreen_rollout::controller::Waiting::Room(_)))
        ),
        "{end:?}"
    );
    assert_eq!(Resumable::found(&desk.alias).unwrap().rollout.step(), 1);
}

#[test]
fn there_is_not_always_something_to_resume() {
    let found = |routing, text: &str| {
        Resumable::found(&Alias {
            routing,
            description: text.to_owned(),
            revision: "r".to_owned(),
        })
    };
    let (three, four) = (v(3), v(4));
    let served = "bluegreen: 4 since 2026-11-23T07:10:00Z, before it 3";
    let promoted = found(Routing::All(four), served).unwrap_err();
    assert_eq!(promoted, NothingToResume::Promoted(four));
    let elsewhere = found(Routing::All(three), served).unwrap_err();
    assert_eq!(elsewhere, NothingToResume::Elsewhere(Routing::All(three)));
    let back = "bluegreen: 3, rolled 4 back at 10% 2026-11-23T07:10:00Z: by hand";
    let (version, green) = (three, four);
    let back = found(Routing::All(three), back).unwrap_err();
    assert_eq!(back, NothingToResume::RolledBack { version, green });
    let newer = found(Routing::All(three), "bluegreen: v3: 3 to 4").unwrap_err();
    assert!(
        newer.to_string().contains("newer bluegreen (format 3)"),
        "{newer}"
    );
}

/// As another version of this tool left it: with that one's limits, and its idea of when a step
/// had begun.
#[test]
fn a_journal_of_the_first_format_goes_on() {
    let text =
        "mine | bluegreen: 1 to 2, step 1 of 10%/60s, steps at 2027-01-15T08:00:00Z, run 8f3a";
    let split = Desk::begun(plan("canary:10%/60s")).alias.routing;
    let alias = Alias {
        routing: split,
        description: text.to_owned(),
        revision: "r".to_owned(),
    };
    let found = Resumable::found(&alias).unwrap();
    let within = Some(Seconds(2));
    assert!(matches!(found.rollout.started[..], [Started { within: is, .. }] if is == within));
    let mut desk = Desk::with(Controller::resume(found, None, settings()).unwrap(), alias);
    desk.at(20);
    desk.controller.stop("interrupted");
    assert!(matches!(
        desk.until_it_waits(),
        Call::End(End::RolledBack(_))
    ));
}
