//! Whatever is answered, there is a next call, in no time.

use std::time::Instant;

use bluegreen_rollout::{
    Routing, Timestamp, Weight,
    controller::{Action, Alias, Answer, Call, Controller, Failure, Resumable, Settings},
};
use proptest::prelude::*;

use crate::desk::{Desk, START, at_blue, plan, samples, v};

/// Any answer to anything.
fn answer() -> impl Strategy<Value = Answer> {
    let texts = [
        "",
        "mine | bluegreen: 1 to 2, step 1 of 10%/5m, steps at 2027-01-15T08:00:00Z, run run",
        "bluegreen: v9: x",
    ];
    let alias = (0.0..1.2f64, prop::sample::select(texts.to_vec()), 0..9u32);
    let failures = [
        Failure::Conflict,
        Failure::Lost("lost".to_owned()),
        Failure::Refused("refused".to_owned()),
    ];
    let requests = (0..5000u64, 0..5000u64, any::<bool>());
    prop_oneof![
        alias.prop_map(|(share, text, revision)| Answer::Alias(Alias {
            routing: Routing::observed(v(1), Some((v(2), share))),
            description: text.to_owned(),
            revision: format!("r{revision}"),
        })),
        any::<bool>().prop_map(|rings| Answer::Ringing(vec!["alarm".to_owned(); rings.into()])),
        requests.prop_map(|(requests, errors, there)| {
            let mut samples = samples(600, (requests, 0), (requests / 9, errors));
            samples[3].blue = samples[3].blue.filter(|_| there);
            Answer::Samples(samples.into())
        }),
        Just(Answer::Done),
        prop::sample::select(failures.to_vec()).prop_map(Answer::Failed),
    ]
}

/// What a driver does with a call: answers well, answers anything, or is interrupted.
fn act(desk: &mut Desk, call: &Call, well: bool, any: Answer) {
    match call {
        Call::Write(write) if well => {
            let answer = desk.write(write);
            desk.answered(answer);
        }
        Call::ReadAlias if well => {
            let alias = Answer::Alias(desk.alias.clone());
            desk.answered(alias);
        }
        Call::Wait(seconds) => desk.now += seconds.0,
        _ => desk.answered(any),
    }
}

proptest! {
    /// No panic and no endless loop; every write can be read back, and goes where plan, blue or
    /// green is; after a stop there is but one kind of write.
    #[test]
    fn every_answer_has_its_next_call(
        strategy in prop::sample::select(
            &["canary:10%/5m", "linear:20%/30s", "1%/1s 99%/1s", "all-at-once", "0.000001%/0s"][..]
        ),
        after_step in any::<bool>(),
        answers in prop::collection::vec((any::<bool>(), answer(), 0..60u64, 0..40u8), 1..80),
    ) {
        let settings = Settings { after_step, ..Settings::default() };
        let mut desk = Desk::new(plan(strategy), settings);
        let mut stopped = false;
        for (well, any, pause, event) in answers {
            let call = desk.next();
            if let Call::Write(write) = &call {
                prop_assert_eq!(write.routing(), write.entry.routing());
                prop_assert!(write.description.ends_with(&write.entry.to_string()));
                prop_assert!(!stopped || write.action == Action::RollBack);
            }
            act(&mut desk, &call, well, any);
            desk.now += pause;
            match event {
                0 => { desk.controller.stop("stop"); stopped = true; desk.lost(); }
                1 => desk.controller.leave("leave"),
                2 => desk.controller.hook_ended(Ok(())),
                _ => {}
            }
        }
    }

    /// Whatever weight AWS shows: what we wrote is ours, with or without its noise.
    #[test]
    fn every_weight_is_its_own(parts in 1..100_000_000u32, noise in -1e-8..1e-8f64) {
        let weight = Weight::new(f64::from(parts) / 1e8).unwrap();
        let mut desk = Desk::begun(plan(&format!("canary:{weight}/1h")));
        let shown = Routing::observed(v(1), Some((v(2), weight.share() + noise)));
        prop_assume!(matches!(shown, Routing::Split { .. }));
        desk.alias.routing = shown;
        prop_assert!(matches!(desk.at(90), Call::Wait(_)));
    }
}

#[test]
fn a_look_takes_less_than_100_microseconds() {
    let times: Vec<String> = (1..9).map(|step| format!("+{}~1", 60 * step)).collect();
    let description = format!(
        "bluegreen: v2: 1 to 2, step 9 of linear:10%/1m, at 2027-01-15T08:00:00Z~1 {}, run run, \
         with slow=250ms metrics=10s+10s",
        times.join(" ")
    );
    let alias = Alias {
        routing: Routing::observed(v(1), Some((v(2), 0.9))),
        description,
        revision: "r".to_owned(),
    };
    let now = Timestamp::from_unix(START + 560);
    // The quickest of many: what else the machine does is not the controller's cost.
    let quickest = (0..500).map(|_| {
        let found = Resumable::found(&alias).unwrap();
        let mut controller = Controller::resume(found, None, Settings::default()).unwrap();
        controller.answered(now, Answer::Alias(alias.clone()));
        assert!(matches!(controller.next(now), Call::ReadMetrics(_)));
        let samples = Answer::Samples(samples(600, (500, 1), (400, 1)).into());
        let begin = Instant::now();
        controller.answered(now, samples);
        std::hint::black_box(controller.next(now));
        begin.elapsed().as_micros()
    });
    let quickest = quickest.min().unwrap();
    assert!(quickest < 100, "{quickest} µs");
}

#[test]
fn what_cannot_begin_is_refused_and_says_why() {
    let begin = |alias, green, strategy: &str| {
        let run = "run".to_owned();
        let begun = Controller::begin(alias, green, plan(strategy), run, None, Settings::default());
        begun.unwrap_err().to_string()
    };
    let there = begin(at_blue(), v(1), "canary:10%/5m");
    assert_eq!(there, "version 1 already serves everything");
    let long = begin(at_blue(), v(2), "linear:1%/1m");
    assert!(long.contains("plan fewer steps"), "{long}");
    let text = |description: &str| Alias {
        description: description.to_owned(),
        ..at_blue()
    };
    let newer = begin(text("bluegreen: v7: ?"), v(2), "canary:10%/5m");
    assert!(newer.contains("newer bluegreen"), "{newer}");
}
