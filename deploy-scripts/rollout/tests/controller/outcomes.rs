//! What the function says of its answers counts beside what Lambda does.

use bluegreen_rollout::{
    Seconds, Timestamp,
    controller::{Call, End, Waiting},
    plan::{Metrics, Outcomes, Plan},
    samples::Sample,
    signal::{Answers, Signal},
};

use crate::desk::{Desk, START, plan, samples};

/// Lambda's metrics of ten seconds, ten seconds late; what the function says by the second, two
/// seconds late.
fn heard(strategy: &str) -> Plan {
    let metrics = Metrics {
        period: Seconds(1),
        delay: Seconds(2),
    };
    Plan {
        outcomes: Some(Outcomes::of_the_layer(metrics)),
        ..plan(strategy)
    }
}

fn said((requests, bad): (u64, u64)) -> Option<Answers> {
    Some(Answers::new(requests).with(Signal::Bad, bad))
}

/// What both versions say in each of these seconds.
fn outcomes(seconds: std::ops::Range<u64>, blue: (u64, u64), green: (u64, u64)) -> Vec<Sample> {
    let sample = |second| Sample {
        at: Timestamp::from_unix(START + second),
        blue: said(blue),
        green: said(green),
        total: None,
    };
    seconds.map(sample).collect()
}

#[test]
fn a_green_that_returns_500s_is_rolled_back_though_lambda_counts_no_error() {
    let mut desk = Desk::begun(heard("canary:10%/60s"));
    desk.samples = Ok(samples(10, (900, 0), (100, 0)));
    desk.outcomes = outcomes(2..5, (9, 0), (1, 1));
    let Call::End(End::RolledBack(rollback)) = desk.at(6) else {
        panic!("{:?}", desk.looked);
    };
    let reason = &rollback.reason;
    assert!(
        reason.ends_with("; bad answers 3/3 against 0/27"),
        "{reason}"
    );
}

#[test]
fn a_green_that_lambda_sees_fail_is_rolled_back_whatever_it_says() {
    let mut desk = Desk::begun(heard("canary:10%/60s"));
    desk.samples = Ok(samples(20, (90, 0), (10, 6)));
    desk.outcomes = outcomes(2..20, (9, 0), (1, 0));
    assert!(matches!(desk.at(20), Call::End(End::RolledBack(_))));
}

#[test]
fn a_promotion_needs_both() {
    let clean = samples(100, (900, 0), (100, 0));
    let ends = |outcomes: Vec<Sample>| {
        let mut desk = Desk::begun(heard("canary:10%/60s"));
        (desk.samples, desk.outcomes) = (Ok(clean.clone()), outcomes);
        let end = desk.at(113);
        (end, desk.looked.unwrap().waiting)
    };
    let (end, _) = ends(outcomes(2..100, (90, 0), (10, 0)));
    assert!(matches!(end, Call::End(End::Promoted(_))), "{end:?}");
    let (_, few) = ends(outcomes(2..40, (90, 0), (10, 0)));
    assert_eq!(few, Some(Waiting::Verdict));
}

/// What was expected and does not come is unknown, and not clean.
#[test]
fn a_version_that_says_nothing_is_named_and_nothing_is_promoted() {
    let silent = |blue: bool, green: bool| {
        let mut desk = Desk::begun(heard("canary:10%/60s"));
        desk.samples = Ok(samples(100, (900, 0), (100, 0)));
        desk.outcomes = outcomes(2..100, (90, 0), (10, 0));
        for sample in &mut desk.outcomes {
            sample.blue = sample.blue.filter(|_| !blue);
            sample.green = sample.green.filter(|_| !green);
        }
        desk.at(113);
        desk.waiting()
    };
    assert_eq!(silent(false, true), Waiting::Silent("green"));
    assert_eq!(silent(true, false), Waiting::Silent("green"));
    assert_eq!(silent(true, true), Waiting::Silent("green"));
}

/// Both fail everything for some seconds, and of these what blue said is late, or is lost.
#[test]
fn an_outage_that_green_alone_tells_of_does_not_condemn_it() {
    let waits = |mut outcomes: Vec<Sample>, silent: std::ops::Range<usize>| {
        let mut desk = Desk::begun(heard("canary:20%/60s"));
        let silent = outcomes[silent].iter_mut();
        silent.for_each(|sample| sample.blue = None);
        desk.outcomes = outcomes;
        desk.at(40);
        assert_eq!(desk.waiting(), Waiting::StepTime(Seconds(21)));
    };
    let outage = |seconds| outcomes(seconds, (8, 8), (1, 1));
    let clean = |seconds| outcomes(seconds, (8, 0), (1, 0));
    waits(outage(2..30), 0..0);
    // Five of green's without any of blue's may well be chance.
    waits(outage(2..7), 0..5);
    let lost = [outage(2..8), clean(8..30)].concat();
    waits(lost, 0..6);
}

/// Where a version is seldom asked, the seconds in between had no request of it.
#[test]
fn a_silence_that_the_coin_explains_is_no_gap() {
    let mut desk = Desk::begun(heard("canary:10%/60s"));
    desk.outcomes = outcomes(2..30, (2, 0), (1, 1));
    let seldom = desk.outcomes.iter_mut().enumerate();
    let between = seldom.filter(|(index, _)| index % 9 != 0);
    between.for_each(|(_, sample)| sample.green = None);
    let Call::End(End::RolledBack(rollback)) = desk.at(31) else {
        panic!("{:?}", desk.looked);
    };
    // Up to the last that green said: 28 seconds.
    let reason = &rollback.reason;
    assert!(reason.ends_with("bad answers 4/4 against 0/56"), "{reason}");
}
