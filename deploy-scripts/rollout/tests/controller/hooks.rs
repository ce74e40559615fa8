//! The command of a step is a gate: nothing passes before it has ended well, in the process that
//! makes the next step.

use bluegreen_rollout::{
    controller::{Call, End, Settings, Waiting},
    plan::{Otherwise, Plan},
};

use crate::desk::{Desk, plan, samples, settings};

fn gated() -> Settings {
    Settings {
        after_step: true,
        ..settings()
    }
}

fn good(strategy: &str) -> Desk {
    let mut desk = Desk::new(plan(strategy), gated());
    desk.samples = Ok(samples(60, (9000, 0), (1000, 0)));
    desk
}

#[test]
fn a_step_waits_for_its_command() {
    let mut desk = good("steps:10%/20s,50%/60s");
    assert!(matches!(desk.until_it_waits(), Call::StartHook(at) if at.step() == 1));
    desk.at(50);
    assert_eq!(desk.waiting(), Waiting::Hook);
    desk.controller.hook_ended(Ok(()));
    assert!(matches!(desk.until_it_waits(), Call::StartHook(at) if at.step() == 2));
}

#[test]
fn a_command_that_fails_rolls_back_at_once() {
    let mut desk = good("canary:10%/60s");
    desk.until_it_waits();
    desk.at(5);
    desk.controller.hook_ended(Err("exit status: 1".to_owned()));
    assert!(matches!(desk.next(), Call::Write(write) if write.reason == "exit status: 1"));
}

#[test]
fn a_deployer_that_takes_over_runs_the_command_again() {
    let mut desk = good("canary:10%/20s");
    desk.until_it_waits();
    desk.controller.hook_ended(Ok(()));
    // It is killed; its successor knows nothing of the command, however late it is.
    desk.now = 500;
    let mut next = desk.resumed(gated());
    assert!(matches!(next.until_it_waits(), Call::StartHook(_)));
    next.at(501);
    assert_eq!(next.waiting(), Waiting::Hook);
    next.controller.hook_ended(Ok(()));
    assert!(matches!(next.at(502), Call::End(End::Promoted(_))));
}

#[test]
fn a_tick_runs_the_command_when_nothing_else_is_missing() {
    let mut desk = good("canary:10%/40s");
    desk.until_it_waits();
    desk.now = 20;
    let mut early = desk.resumed(gated());
    early.controller = early.controller.once();
    assert_eq!(early.until_it_waits(), Call::End(End::Paused));
    desk.now = 60;
    let mut due = desk.resumed(gated());
    due.controller = due.controller.once();
    assert!(matches!(due.until_it_waits(), Call::StartHook(_)));
    // It stays until that has ended.
    assert!(matches!(due.at(61), Call::Wait(_)));
    due.controller.hook_ended(Ok(()));
    assert!(matches!(due.at(62), Call::End(End::Promoted(_))));
}

#[test]
fn the_horizon_promotes_nothing_past_a_command_that_runs() {
    let plan = Plan {
        otherwise: Otherwise::Promote,
        ..plan("canary:10%/60s")
    };
    let mut desk = Desk::new(plan, gated());
    desk.samples = Ok(samples(60, (9, 0), (1, 0)));
    desk.until_it_waits();
    desk.at(200);
    assert_eq!(desk.waiting(), Waiting::Hook);
    desk.controller.hook_ended(Ok(()));
    assert!(matches!(desk.at(201), Call::End(End::Promoted(_))));
}
