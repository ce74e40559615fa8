//! The verdict: it agrees with another implementation of the rule, and is wrong as seldom as it
//! promises.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use bluegreen_rollout::{
    Weight,
    verdict::{Counts, Epochs, Evidence, Rule, Stage, Verdict, judge},
};
use proptest::prelude::*;
use serde_json::Value;

fn stage(weight: f64, blue: (u64, u64), green: (u64, u64)) -> Stage {
    let counts = |(requests, bad)| Counts { requests, bad };
    let weight = Weight::new(weight).unwrap();
    Stage {
        weight,
        rising: false,
        blue: counts(blue),
        green: counts(green),
    }
}

/// All stages in one epoch.
fn whole(stages: Vec<Stage>) -> Epochs {
    Epochs {
        stages: vec![stages],
        planned: 1,
    }
}

fn read_stages(stages: &Value) -> Vec<Stage> {
    let number = |stage: &Value, name: &str| stage[name].as_u64().unwrap();
    let read = |found: &Value| {
        let pair = |who: &str| {
            (
                number(found, &format!("{who}_requests")),
                number(found, &format!("{who}_bad")),
            )
        };
        Stage {
            rising: found["rising"].as_bool().unwrap_or_default(),
            ..stage(
                found["weight"].as_f64().unwrap(),
                pair("blue"),
                pair("green"),
            )
        }
    };
    stages.as_array().unwrap().iter().map(read).collect()
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("verdict_vectors.json")).unwrap()
}

#[track_caller]
fn close(got: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((got - expected).abs() < 1e-6, "{got} instead of {expected}");
}

#[test]
fn totals_give_the_reference_evidence_and_verdict() {
    for row in vectors()["totals"].as_array().unwrap() {
        let rule = Rule {
            tolerated: row["delta"].as_f64().unwrap(),
            certified: row["Delta"].as_f64().unwrap(),
            ..Rule::default()
        };
        let judged = rule.judge(&whole(read_stages(&row["stages"])), true);
        close(judged.ln_e_rollback, &row["ln_e_rollback"]);
        close(judged.ln_e_promote, &row["ln_e_promote"]);
        if !row["ln_e_split"].is_null() {
            close(judged.ln_e_split, &row["ln_e_split"]);
        }
        assert_eq!(judged.verdict.name(), row["verdict"], "{row}");
    }
}

#[test]
fn epochs_give_the_reference_evidence() {
    for row in vectors()["with_epochs"].as_array().unwrap() {
        let stages = row["epochs"]
            .as_array()
            .unwrap()
            .iter()
            .map(read_stages)
            .collect();
        let planned = usize::try_from(row["planned_epochs"].as_u64().unwrap()).unwrap();
        let rule = Rule {
            tolerated: row["delta"].as_f64().unwrap(),
            ..Rule::default()
        };
        close(
            rule.judge(&Epochs { stages, planned }, true).ln_e_rollback,
            &row["ln_e_rollback"],
        );
    }
}

#[test]
fn a_time_in_which_the_weight_rose_gives_the_reference_evidence_and_none_in_favour() {
    for row in vectors()["rising"].as_array().unwrap() {
        let rule = Rule {
            tolerated: row["delta"].as_f64().unwrap(),
            ..Rule::default()
        };
        let stages = read_stages(&row["stages"]);
        // The reference has no split guard.
        let judged = |stages: Vec<Stage>| {
            let evidence = Evidence {
                rule,
                all: whole(stages.clone()),
                settled: whole(stages),
                split: whole(Vec::new()),
                tested: 0,
            };
            judge(&[evidence], true)
        };
        let steady = stages.iter().filter(|stage| !stage.rising);
        let alone = judged(steady.copied().collect());
        let judged = judged(stages);
        close(judged.ln_e_rollback, &row["ln_e_rollback"]);
        assert_eq!(judged.ln_e_promote.to_bits(), alone.ln_e_promote.to_bits());
        assert_eq!(judged.ln_e_split.to_bits(), alone.ln_e_split.to_bits());
    }
}

#[test]
fn the_evidence_of_two_sources_against_green_is_their_mean_and_in_favour_the_lesser() {
    let rule = Rule::default();
    let judged = |bad: &[u64]| {
        let of = |bad: &u64| {
            let stages = whole(vec![stage(0.1, (900, 0), (100, *bad))]);
            Evidence {
                rule,
                all: stages.clone(),
                settled: stages.clone(),
                split: stages,
                tested: 0,
            }
        };
        let evidence: Vec<Evidence> = bad.iter().map(of).collect();
        let judged = judge(&evidence, true);
        (judged.ln_e_rollback, judged.ln_e_promote)
    };
    let (clean, failing, both) = (judged(&[0]), judged(&[4]), judged(&[0, 4]));
    let mean = (f64::midpoint(clean.0.exp(), failing.0.exp())).ln();
    assert!((both.0 - mean).abs() < 1e-9, "{both:?}");
    assert_eq!(both.1.to_bits(), failing.1.to_bits());
}

#[test]
fn nothing_is_promoted_before_the_bake_time_is_over() {
    let clean = whole(vec![stage(0.5, (5000, 0), (5000, 0))]);
    assert_eq!(
        Rule::default().judge(&clean, false).verdict,
        Verdict::Inconclusive
    );
    assert_eq!(
        Rule::default().judge(&clean, true).verdict,
        Verdict::Promote
    );
}

#[test]
fn a_split_that_is_not_what_was_asked_for_promotes_nothing() {
    let judged = Rule::default().judge(&whole(vec![stage(0.1, (5000, 0), (5000, 0))]), true);
    assert!(judged.split_is_off);
    assert_eq!(judged.verdict, Verdict::Inconclusive);
    let broken = Rule::default().judge(&whole(vec![stage(0.1, (5000, 0), (5000, 4000))]), true);
    assert_eq!(broken.verdict, Verdict::Rollback);
}

#[test]
fn one_bad_request_rolls_nothing_back() {
    let rule = Rule {
        alpha: 0.5,
        ..Rule::default()
    };
    let one = rule.judge(&whole(vec![stage(0.01, (0, 0), (1, 1))]), true);
    assert!(one.ln_e_rollback >= rule.ln_rollback_limit());
    assert_eq!(one.verdict, Verdict::Inconclusive);
}

#[test]
fn a_late_fault_is_seen_although_the_start_was_clean() {
    let clean = vec![stage(0.1, (90_000, 90), (10_000, 10))];
    let faulty = vec![stage(0.1, (900, 1), (100, 8))];
    let one_epoch = whole([clean.clone(), faulty.clone()].concat());
    let epochs = Epochs {
        stages: vec![clean, faulty],
        planned: 2,
    };
    let rule = Rule::default();
    assert_eq!(rule.judge(&epochs, false).verdict, Verdict::Rollback);
    assert_eq!(rule.judge(&one_epoch, false).verdict, Verdict::Inconclusive);
}

#[test]
fn the_bounds_hold_what_the_verdict_says() {
    let rule = Rule::default();
    let healthy = rule.bounds(&whole(vec![stage(0.1, (9000, 9), (1000, 1))]));
    assert_eq!(healthy.at_least, None);
    assert!(healthy.at_most.unwrap() < 0.01, "{healthy:?}");
    let broken = rule.bounds(&whole(vec![stage(0.1, (900, 0), (100, 50))]));
    let (low, high) = (broken.at_least.unwrap(), broken.at_most.unwrap());
    assert!(low > 0.2 && low < 0.5 && high > 0.5, "{broken:?}");
    let nothing = rule.bounds(&whole(vec![]));
    assert_eq!((nothing.at_least, nothing.at_most), (None, None));
}

#[test]
fn what_a_certificate_takes_is_known_before_the_start() {
    for (certified, requests) in [(0.01, 589), (0.05, 117), (0.2, 29)] {
        let rule = Rule {
            certified,
            ..Rule::default()
        };
        assert_eq!(rule.expected_green(), requests);
    }
}

#[test]
fn a_rule_that_makes_no_sense_is_refused() {
    let rule = Rule::default();
    assert!(rule.check().is_ok());
    for wrong in [
        Rule {
            tolerated: 0.02,
            ..rule
        },
        Rule {
            tolerated: -0.1,
            ..rule
        },
        Rule {
            certified: 1.0,
            ..rule
        },
        Rule { alpha: 0.0, ..rule },
        Rule {
            beta: f64::NAN,
            ..rule
        },
    ] {
        assert!(wrong.check().is_err(), "{wrong:?}");
    }
}

fn any_stage() -> impl Strategy<Value = Stage> {
    let counts = || (0..1_000_000u64).prop_flat_map(|n| (Just(n), 0..=n));
    (1..1000u32, counts(), counts())
        .prop_map(|(weight, blue, green)| stage(f64::from(weight) / 1000.0, blue, green))
}

proptest! {
    #[test]
    fn any_data_give_finite_evidence_and_the_order_does_not_matter(
        mut stages in prop::collection::vec(any_stage(), 0..6),
    ) {
        let rule = Rule::default();
        let judged = rule.judge(&whole(stages.clone()), true);
        prop_assert!(judged.ln_e_rollback.is_finite());
        prop_assert!(judged.ln_e_promote.is_finite());
        prop_assert!(judged.ln_e_split.is_finite());
        stages.reverse();
        let reversed = rule.judge(&whole(stages), true);
        let scale = 1.0 + judged.ln_e_rollback.abs();
        prop_assert!((judged.ln_e_rollback - reversed.ln_e_rollback).abs() / scale < 1e-9);
    }
}

#[test]
fn clean_requests_promote_about_when_it_is_foretold() {
    for certified in [0.005, 0.01, 0.05, 0.2] {
        let rule = Rule {
            certified,
            ..Rule::default()
        };
        let clean = |requests| Counts { requests, bad: 0 };
        let promotes = |green: u64| {
            let stage = Stage {
                weight: Weight::new(0.1).unwrap(),
                rising: false,
                blue: clean(green * 9),
                green: clean(green),
            };
            let epochs = Epochs {
                stages: vec![vec![stage]],
                planned: 1,
            };
            rule.judge(&epochs, true).verdict == Verdict::Promote
        };
        let needed = (1..).find(|green| promotes(*green)).unwrap();
        let foretold = rule.expected_green();
        assert!(
            needed.abs_diff(foretold) * 10 <= foretold,
            "{needed}, and not {foretold}"
        );
    }
}
