//! What follows from a look.

use bluegreen_rollout::{
    Routing, Seconds, Timestamp,
    controller::{Action, Call, End, Waiting},
    plan::{Otherwise, Plan},
    samples::Sample,
    signal::{Signal, Source},
};

use crate::desk::{Desk, START, answers, plan, samples, v};

fn held(call: &Call) -> bool {
    matches!(call, Call::End(End::Held(_)))
}

#[test]
fn a_good_green_goes_step_by_step_and_is_promoted() {
    let mut desk = Desk::begun(plan("steps:10%/60s,50%/60s"));
    let mut clean = samples(70, (900, 1), (100, 0));
    for sample in samples(60, (500, 1), (500, 0)) {
        let at = Timestamp::from_unix(sample.at.unix() + 70);
        clean.push(Sample { at, ..sample });
    }
    desk.samples = Ok(clean[..3].to_vec());
    desk.at(30);
    assert_eq!(desk.waiting(), Waiting::StepTime(Seconds(31)));

    desk.samples = Ok(clean[..6].to_vec());
    desk.at(70);
    assert!((desk.alias.routing.share_of(v(2)) - 0.5).abs() < 1e-12);
    assert_eq!(desk.waiting(), Waiting::StepTime(Seconds(60)));

    desk.samples = Ok(clean);
    let end = desk.at(143);
    let Call::End(End::Promoted(promotion)) = end else {
        panic!("{end:?}")
    };
    assert_eq!(promotion.routing(), Routing::All(v(2)));
    assert_eq!(promotion.entry.before(), [v(1)]);
    assert_eq!(desk.journal().user_text, "mine");
    let actions: Vec<Action> = desk.writes.iter().map(|write| write.action).collect();
    let step = [Action::Shift, Action::Confirm];
    assert_eq!(actions, [&step[..], &step, &[Action::Promote]].concat());
}

#[test]
fn everything_at_once_is_one_write() {
    let mut desk = Desk::new(plan("all-at-once"), crate::desk::settings());
    assert!(matches!(desk.until_it_waits(), Call::End(End::Promoted(_))));
    assert_eq!(desk.writes.len(), 1);
}

#[test]
fn a_bad_green_is_rolled_back_before_the_step_is_over() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.samples = Ok(samples(20, (90, 0), (10, 4)));
    let end = desk.at(20);
    let Call::End(End::RolledBack(rollback)) = end else {
        panic!("{end:?}")
    };
    assert_eq!(rollback.routing(), Routing::All(v(1)));
    // Also by the first period, in which the weight rose.
    assert_eq!(rollback.reason, "errors 8/20 against 0/180");
}

#[test]
fn a_fault_of_both_versions_is_not_greens() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    let outage = samples(60, (90, 45), (10, 5));
    desk.samples = Ok(outage.clone());
    desk.at(30);
    assert_eq!(desk.waiting(), Waiting::StepTime(Seconds(31)));
    // Unless the user wants it to end at a ceiling.
    let breaking_over = |share| {
        let mut breaking = plan("canary:10%/60s");
        breaking.breaker = Some(share);
        let mut desk = Desk::begun(breaking);
        desk.samples = Ok(outage.clone());
        desk
    };
    let mut desk = breaking_over(0.5);
    desk.at(30);
    assert_eq!(desk.waiting(), Waiting::StepTime(Seconds(31)));
    let mut desk = breaking_over(0.4);
    assert!(matches!(desk.at(30), Call::End(End::RolledBack(_))));
    assert_eq!(desk.writes[2].reason, "50% of all requests fail");
}

/// Data of one version may be there before the other's.
#[test]
fn an_outage_that_is_seen_for_green_first_does_not_condemn_it() {
    let outage = |total| {
        let mut samples = samples(30, (90, 45), (10, 5));
        for sample in &mut samples {
            (sample.blue, sample.total) = (None, total);
        }
        samples
    };
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.samples = Ok(outage(None));
    desk.at(30);
    assert_eq!(desk.waiting(), Waiting::StepTime(Seconds(31)));
    desk.samples = Ok(outage(Some(100)));
    desk.at(50);
    assert_eq!(desk.waiting(), Waiting::StepTime(Seconds(11)));
    // The alias's total shows that blue had nothing to fail at.
    desk.samples = Ok(outage(Some(10)));
    assert!(matches!(desk.at(70), Call::End(End::RolledBack(_))));
}

#[test]
fn no_data_is_not_health() {
    let mut desk = Desk::begun(plan("steps:10%/60s,50%/60s"));
    desk.at(90);
    assert_eq!(desk.waiting(), Waiting::Requests);
    desk.samples = Ok(samples(40, (100, 0), (0, 0)));
    desk.at(110);
    assert_eq!(desk.waiting(), Waiting::Requests);
}

#[test]
fn what_cannot_be_observed_is_neither_failed_nor_passed() {
    let mut desk = Desk::begun(plan("canary:10%/60s"));
    desk.samples = Err("ThrottlingException".to_owned());
    desk.at(70);
    assert_eq!(desk.looked.as_ref().unwrap().assessment, None);
    let blind = |text: &str| Waiting::Blind(text.to_owned());
    assert_eq!(desk.waiting(), blind("ThrottlingException"));

    let mut alarmed = plan("canary:10%/60s");
    alarmed.alarms = vec!["checkout".to_owned()];
    let mut desk = Desk::begun(alarmed);
    desk.samples = Ok(samples(70, (9000, 0), (1000, 0)));
    desk.ringing = Err("AccessDenied".to_owned());
    desk.at(90);
    assert_eq!(desk.waiting(), blind("AccessDenied"));
}

#[test]
fn the_horizon_ends_the_wait_as_the_user_chose() {
    let ends = |otherwise, samples: Result<Vec<Sample>, &str>| {
        let plan = Plan {
            otherwise,
            ..plan("canary:10%/60s")
        };
        let mut desk = Desk::begun(plan);
        desk.samples = samples.map_err(str::to_owned);
        desk.at(120)
    };
    let promoted = |call| matches!(call, Call::End(End::Promoted(_)));
    let rolled_back = |call| matches!(call, Call::End(End::RolledBack(_)));
    let few = samples(100, (9, 0), (1, 0));
    assert!(held(&ends(Otherwise::Hold, Ok(few.clone()))));
    assert!(promoted(ends(Otherwise::Promote, Ok(few.clone()))));
    assert!(rolled_back(ends(Otherwise::RollBack, Ok(few))));
    // Nobody meant to promote what was not looked at, or what the rule forbids to promote.
    assert!(held(&ends(Otherwise::Promote, Err("gone"))));
    let off = samples(100, (900, 0), (900, 0));
    assert!(held(&ends(Otherwise::Promote, Ok(off))));
    assert!(rolled_back(ends(Otherwise::RollBack, Err("gone"))));
}

#[test]
fn an_alarm_rolls_back_and_no_metrics_are_read() {
    let mut alarmed = plan("canary:10%/60s");
    alarmed.alarms = vec!["checkout".to_owned()];
    let mut desk = Desk::begun(alarmed);
    desk.samples = Ok(samples(60, (900, 0), (100, 0)));
    desk.ringing = Ok(vec!["checkout".to_owned()]);
    desk.now = 30;
    assert_eq!(desk.next(), Call::ReadAlias);
    let alias = bluegreen_rollout::controller::Answer::Alias(desk.alias.clone());
    desk.answered(alias);
    assert!(matches!(desk.next(), Call::ReadAlarms(_)));
    desk.answered(bluegreen_rollout::controller::Answer::Ringing(vec![
        "checkout".to_owned(),
    ]));
    assert!(matches!(desk.next(), Call::Write(write) if write.reason == "alarm checkout"));
}

#[test]
fn a_promotion_waits_for_requests_that_may_still_hang() {
    let mut desk = Desk::begun(plan("canary:50%/20s"));
    desk.samples = Ok(samples(20, (2000, 0), (2000, 0)));
    desk.at(22);
    assert_eq!(desk.waiting(), Waiting::Verdict);
    assert!(matches!(desk.at(33), Call::End(End::Promoted(_))));
}

#[test]
fn slow_requests_condemn_as_errors_do() {
    let mut judged = plan("canary:50%/60s");
    let slow = Signal::Slow(250);
    judged.also = vec![slow];
    let mut desk = Desk::begun(judged);
    let mut slowed = samples(60, (500, 0), (500, 0));
    for sample in &mut slowed {
        let of = |bad| Some(answers((500, 0)).with(slow, bad));
        (sample.blue, sample.green) = (of(25), of(200));
    }
    desk.samples = Ok(slowed);
    desk.at(40);
    let reason = &desk.writes[2].reason;
    let expected = "over 250 ms 1200/3000 against 150/3000";
    assert!(reason.ends_with(expected), "{reason}");
}

/// Evidence they are, but no users.
#[test]
fn test_events_do_not_make_up_for_users() {
    use bluegreen_rollout::{Probe, controller::Controller, verdict::Counts};
    let clean = Counts {
        requests: 5000,
        bad: 0,
    };
    let probe = Probe {
        blue: clean,
        green: clean,
    };
    let (alias, plan) = (crate::desk::at_blue(), plan("canary:10%/20s"));
    let run = "run".to_owned();
    let settings = crate::desk::settings();
    let begun = Controller::begin(alias.clone(), v(2), plan, run, Some(probe), settings);
    let mut desk = Desk::with(begun.unwrap(), alias);
    desk.samples = Ok(samples(30, (90, 0), (10, 0)));
    desk.until_it_waits();
    desk.at(50);
    assert_eq!(desk.waiting(), Waiting::Verdict);
    desk.samples = Ok(samples(30, (9000, 0), (1000, 0)));
    assert!(matches!(desk.at(60), Call::End(End::Promoted(_))));
}

#[test]
fn a_period_belongs_to_the_step_in_whose_time_it_lies_whole() {
    let mut desk = Desk::begun(plan("steps:10%/10s,50%/60s"));
    desk.samples = Ok(samples(30, (900, 0), (100, 0)));
    let rollout = desk.controller.rollout().clone();
    let of = |second| {
        let [mut sample] = samples(10, (1, 0), (1, 0)).try_into().unwrap();
        sample.at = Timestamp::from_unix(START + second);
        rollout.step_of(Source::Lambda, &sample)
    };
    assert_eq!([0, 1, 100].map(of), [None, Some(0), Some(0)]);
    // Nothing belongs to a step of which nobody knows that it has begun.
    let mut unseen = desk.controller.rollout().clone();
    unseen.started[0].within = None;
    assert_eq!(
        unseen.step_of(Source::Lambda, &samples(200, (1, 0), (1, 0))[19]),
        None
    );
}

/// Three failures of a hundred requests of green are too few to roll back, and enough to wait.
#[test]
fn a_green_that_looks_worse_gets_no_more_traffic_until_that_is_settled() {
    let mut desk = Desk::begun(plan("steps:10%/10s,50%/60s"));
    let mut few = samples(20, (900, 0), (100, 0));
    few[1].green = Some(answers((100, 3)));
    desk.samples = Ok(few);
    desk.at(22);
    assert_eq!(desk.waiting(), Waiting::Suspicion);
    desk.samples = Ok(samples(20, (900, 0), (100, 0)));
    desk.at(33);
    assert_eq!(desk.alias.routing.share_of(v(2)), 0.5);
}
