//! `decide`, case by case: what is observed, and the one thing that follows.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Instant;

use proptest::prelude::*;
use rollout::{
    Action, Answers, Decision, Entry, Journal, Observed, Otherwise, Plan, Rollout, Routing, Sample,
    Seconds, Tick, Timestamp, Version, Waiting, Weight, Write, begin, decide,
};

const START: u64 = 1_800_000_000;

fn v(number: u64) -> Version {
    Version::new(number).unwrap()
}

fn plan(strategy: &str) -> Plan {
    let mut plan = Plan::new(strategy.parse().unwrap());
    plan.metrics.period = Seconds(10);
    plan.metrics.delay = Seconds(10);
    plan
}

/// A rollout from version 1 to version 2 at its first step.
fn begun(plan: Plan) -> Journal {
    let now = Timestamp::from_unix(START);
    let journal = Journal::read("mine");
    let write = begin(
        Routing::All(v(1)),
        &journal,
        v(2),
        plan,
        "run".to_owned(),
        now,
        None,
    );
    journal.with(write.unwrap().entry)
}

/// Ten-second periods in which a version answers so many requests, and fails so many.
fn samples(seconds: u64, blue: (u64, u64), green: (u64, u64)) -> Vec<Sample> {
    let answers = |(requests, errors)| Answers {
        requests,
        errors,
        slow: 0,
    };
    let sample = |at| Sample {
        at: Timestamp::from_unix(at),
        blue: answers(blue),
        green: answers(green),
    };
    (START..START + seconds).step_by(10).map(sample).collect()
}

struct Look<'a> {
    after: u64,
    samples: Result<&'a [Sample], &'a str>,
    ringing: Result<&'a [String], &'a str>,
    stop: Option<&'a str>,
    stepped: Option<Timestamp>,
}

fn look(after: u64, samples: &[Sample]) -> Look<'_> {
    Look {
        after,
        samples: Ok(samples),
        ringing: Ok(&[]),
        stop: None,
        stepped: None,
    }
}

fn tick(journal: &Journal, look: &Look<'_>) -> Tick {
    let routing = journal.entry.as_ref().unwrap().routing();
    tick_at(journal, routing, look)
}

fn tick_at(journal: &Journal, routing: Routing, look: &Look<'_>) -> Tick {
    decide(&Observed {
        now: Timestamp::from_unix(START + look.after),
        routing,
        journal,
        run: "run",
        attempted: None,
        stepped: look.stepped,
        samples: look.samples,
        settled: Seconds(13),
        ringing: look.ringing,
        stop: look.stop,
        hold: None,
    })
}

#[track_caller]
fn written(tick: Tick) -> Write {
    match tick.decision {
        Decision::Write(write) => write,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn waits(tick: Tick) -> Waiting {
    match tick.decision {
        Decision::Wait(waiting) => waiting,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_good_green_goes_step_by_step_and_is_promoted() {
    let mut journal = begun(plan("steps:10%/60s,50%/60s"));
    let mut clean = samples(60, (900, 1), (100, 0));
    for sample in samples(60, (500, 1), (500, 0)) {
        let at = Timestamp::from_unix(sample.at.unix() + 60);
        clean.push(Sample { at, ..sample });
    }
    assert_eq!(
        waits(tick(&journal, &look(30, &clean[..3]))),
        Waiting::StepTime(Seconds(30))
    );

    let shift = written(tick(&journal, &look(60, &clean[..6])));
    assert_eq!(shift.action, Action::Shift);
    assert!((shift.routing.share_of(v(2)) - 0.5).abs() < 1e-12);
    journal = journal.with(shift.entry);
    assert_eq!(
        waits(tick(&journal, &look(100, &clean[..10]))),
        Waiting::StepTime(Seconds(20))
    );

    let promotion = written(tick(&journal, &look(121, &clean[..12])));
    assert_eq!(
        (promotion.action, promotion.routing),
        (Action::Promote, Routing::All(v(2)))
    );
    assert_eq!(promotion.entry.before(), [v(1)]);
    assert_eq!(journal.with(promotion.entry).user_text, "mine");
}

#[test]
fn a_bad_green_is_rolled_back_before_the_step_is_over() {
    let journal = begun(plan("canary:10%/60s"));
    let bad = samples(20, (90, 0), (10, 4));
    let rollback = written(tick(&journal, &look(20, &bad)));
    assert_eq!(
        (rollback.action, rollback.routing),
        (Action::RollBack, Routing::All(v(1)))
    );
    // The first period is the one in which the weight changed.
    assert_eq!(rollback.reason, "errors 4/10 against 0/90");
}

#[test]
fn a_fault_of_both_versions_is_not_greens() {
    let journal = begun(plan("canary:10%/60s"));
    let outage = samples(60, (90, 45), (10, 5));
    assert_eq!(
        waits(tick(&journal, &look(30, &outage))),
        Waiting::StepTime(Seconds(30))
    );
    // Unless the user wants it to end at a ceiling.
    let mut breaking = plan("canary:10%/60s");
    breaking.breaker = Some(0.4);
    let rollback = written(tick(&begun(breaking), &look(30, &outage)));
    assert_eq!(rollback.reason, "50% of all requests fail");
}

#[test]
fn no_data_is_not_health() {
    let journal = begun(plan("steps:10%/60s,50%/60s"));
    assert_eq!(waits(tick(&journal, &look(90, &[]))), Waiting::Requests);
    let only_blue = samples(90, (100, 0), (0, 0));
    assert_eq!(
        waits(tick(&journal, &look(90, &only_blue[..4]))),
        Waiting::Requests
    );
}

#[test]
fn what_cannot_be_observed_is_neither_failed_nor_passed() {
    let journal = begun(plan("canary:10%/60s"));
    let blind = Look {
        samples: Err("ThrottlingException"),
        ..look(70, &[])
    };
    let tick_now = tick(&journal, &blind);
    assert_eq!(tick_now.assessment, None);
    assert_eq!(
        waits(tick_now),
        Waiting::Blind("ThrottlingException".to_owned())
    );
    let good = samples(70, (9000, 0), (1000, 0));
    let no_alarms = Look {
        ringing: Err("AccessDenied"),
        ..look(70, &good)
    };
    assert_eq!(
        waits(tick(&journal, &no_alarms)),
        Waiting::Blind("AccessDenied".to_owned())
    );
}

#[test]
fn the_horizon_ends_the_wait_as_the_user_chose() {
    let ends = |otherwise, samples: Result<&[Sample], &str>| {
        let plan = Plan {
            otherwise,
            ..plan("canary:10%/60s")
        };
        let look = Look {
            samples: samples.map_err(|_| "gone"),
            ..look(120, &[])
        };
        tick(&begun(plan), &look).decision
    };
    let action = |decision| match decision {
        Decision::Write(write) => Some(write.action),
        Decision::Hold(_) => None,
        other => panic!("{other:?}"),
    };
    let few = samples(100, (9, 0), (1, 0));
    assert_eq!(action(ends(Otherwise::Hold, Ok(&few))), None);
    assert_eq!(
        action(ends(Otherwise::Promote, Ok(&few))),
        Some(Action::Promote)
    );
    assert_eq!(
        action(ends(Otherwise::RollBack, Ok(&few))),
        Some(Action::RollBack)
    );
    // Nobody meant to promote what was not looked at.
    assert_eq!(action(ends(Otherwise::Promote, Err(""))), None);
    assert_eq!(
        action(ends(Otherwise::RollBack, Err(""))),
        Some(Action::RollBack)
    );
}

#[test]
fn an_alarm_or_an_interruption_rolls_back_whatever_the_metrics_say() {
    let journal = begun(plan("canary:10%/60s"));
    let good = samples(60, (900, 0), (100, 0));
    let alarm = ["checkout".to_owned()];
    let rings = Look {
        ringing: Ok(&alarm),
        ..look(30, &good)
    };
    assert_eq!(written(tick(&journal, &rings)).reason, "alarm checkout");
    let stopped = Look {
        stop: Some("interrupted"),
        samples: Err("lost"),
        ..look(30, &good)
    };
    assert_eq!(written(tick(&journal, &stopped)).action, Action::RollBack);
}

#[test]
fn nothing_is_written_over_a_foreign_move() {
    let journal = begun(plan("canary:10%/60s"));
    let good = samples(60, (9000, 0), (1000, 0));
    let weight = Weight::new(0.2).unwrap();
    let (blue, green) = (v(1), v(2));
    for found in [
        Routing::All(v(1)),
        Routing::All(v(2)),
        Routing::Split {
            blue,
            green,
            weight,
        },
    ] {
        let tick = tick_at(&journal, found, &look(70, &good));
        assert!(matches!(tick.decision, Decision::Moved(foreign) if foreign.found == found));
    }
    // Weights that AWS sets itself are nobody's move.
    let settling = Routing::Settling {
        from: v(1),
        to: v(2),
    };
    assert_eq!(
        waits(tick_at(&journal, settling, &look(70, &good))),
        Waiting::Settling
    );
    // Another description means another writer, wherever the alias is.
    let other = Journal::read("terraform");
    let tick = tick_at(&other, journal.entry.unwrap().routing(), &look(70, &good));
    assert!(matches!(tick.decision, Decision::Moved(_)));
}

#[test]
fn our_own_write_is_recognised_when_its_answer_was_lost() {
    let journal = begun(plan("canary:10%/60s"));
    let stopped = Look {
        stop: Some("interrupted"),
        ..look(9, &[])
    };
    let write = written(tick(&journal, &stopped));
    let after = Journal::read(&journal.with(write.entry.clone()).description());
    let observed = |attempted| Observed {
        now: Timestamp::from_unix(START + 10),
        routing: write.routing,
        journal: &after,
        run: "run",
        attempted,
        stepped: None,
        samples: Ok(&[]),
        settled: Seconds(13),
        ringing: Ok(&[]),
        stop: None,
        hold: None,
    };
    assert_eq!(
        decide(&observed(Some(&write))).decision,
        Decision::Landed(Action::RollBack)
    );
    assert!(matches!(
        decide(&observed(None)).decision,
        Decision::Moved(_)
    ));
}

#[test]
fn a_step_whose_write_took_long_is_measured_from_when_it_was_done() {
    let journal = begun(plan("canary:10%/60s"));
    let stepped = |seconds| Look {
        stepped: Some(Timestamp::from_unix(START + seconds)),
        ..look(9, &[])
    };
    waits(tick(&journal, &stepped(1)));
    let late = written(tick(&journal, &stepped(7)));
    let ours = journal.entry.as_ref().unwrap().routing();
    assert_eq!((late.action, late.routing), (Action::Restamp, ours));
    let after = Journal::read(&journal.with(late.entry).description());
    let left = waits(tick(&after, &stepped(7)));
    assert_eq!(left, Waiting::StepTime(Seconds(58)));
}

#[test]
fn a_promotion_waits_for_requests_that_may_still_hang() {
    let journal = begun(plan("canary:50%/20s"));
    let good = samples(20, (2000, 0), (2000, 0));
    assert_eq!(waits(tick(&journal, &look(21, &good))), Waiting::Verdict);
    assert_eq!(
        written(tick(&journal, &look(33, &good))).action,
        Action::Promote
    );
}

#[test]
fn slow_requests_condemn_as_errors_do() {
    let mut judged = plan("canary:50%/60s");
    judged.slow = Some(250);
    let journal = begun(judged);
    let mut slow = samples(60, (500, 0), (500, 0));
    for sample in &mut slow {
        (sample.blue.slow, sample.green.slow) = (25, 200);
    }
    let rollback = written(tick(&journal, &look(40, &slow)));
    assert!(
        rollback
            .reason
            .ends_with("over 250 ms 1000/2500 against 125/2500"),
        "{}",
        rollback.reason
    );
}

#[test]
fn a_decision_takes_less_than_50_microseconds() {
    let mut long = plan("linear:10%/60s");
    long.slow = Some(250);
    let Some(Entry::Rollout(rollout)) = begun(long).entry else {
        panic!("it has begun")
    };
    let started = (0..9)
        .map(|step| Timestamp::from_unix(START + 60 * step))
        .collect();
    let journal = Journal::default().with(Entry::Rollout(Box::new(Rollout {
        started,
        ..*rollout
    })));
    let data = samples(600, (500, 1), (400, 1));
    // The quickest of many: what else the machine does is not the function's cost.
    let quickest = (0..500).map(|_| {
        let begin = Instant::now();
        std::hint::black_box(tick(&journal, &look(560, &data)));
        begin.elapsed().as_micros()
    });
    let quickest = quickest.min().unwrap();
    assert!(quickest < 50, "{quickest} µs");
}

proptest! {
    /// Whatever is observed: no panic, and what is written is where the plan, blue or green is.
    #[test]
    fn every_observation_has_its_decision(
        (after, requests, errors) in (0..5000u64, 0..5000u64, 0..5000u64),
        (share, settling) in (0.0..1.2f64, any::<bool>()),
        (blind, stop) in (any::<bool>(), any::<bool>()),
        strategy in prop::sample::select(&["canary:10%/5m", "linear:20%/30s", "1%/1s 99%/1s"][..]),
    ) {
        let journal = begun(plan(strategy));
        let data = samples(600, (requests, 0), (requests / 9, errors));
        let additional = settling.then_some((v(2), share));
        let ours = journal.entry.as_ref().unwrap().routing();
        let routing = if settling { Routing::observed(v(1), additional) } else { ours };
        let look = Look {
            samples: if blind { Err("blind") } else { Ok(&data) },
            stop: stop.then_some("stop"),
            ..look(after, &data)
        };
        let tick = tick_at(&journal, routing, &look);
        if let Decision::Write(write) = tick.decision {
            prop_assert_eq!(routing, ours);
            prop_assert_eq!(write.entry.routing(), write.routing);
            prop_assert!(!stop || write.action == Action::RollBack);
            prop_assert!(!blind || write.action != Action::Promote);
        }
    }
}
