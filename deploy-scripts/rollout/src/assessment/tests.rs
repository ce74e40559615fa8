//! What counts as evidence, and of which moment.

use super::{Answers, Assessment, Probe, Rollout, Seconds, Signal, Timestamp, Weight};
use crate::{Started, Version, plan::Plan, samples::Sample, verdict::Counts};

fn rollout(also: Vec<Signal>) -> Rollout {
    let probe = Probe {
        blue: Counts {
            requests: 10,
            bad: 1,
        },
        green: Counts {
            requests: 9,
            bad: 2,
        },
    };
    Rollout {
        blue: Version::new(1).unwrap(),
        green: Version::new(2).unwrap(),
        plan: Plan {
            also,
            ..Plan::new("canary:10%/5m".parse().unwrap())
        },
        run: "run".to_owned(),
        started: vec![Started {
            at: Timestamp::from_unix(0),
            within: Some(Seconds(1)),
        }],
        probe: Some(probe),
        before: Vec::new(),
    }
}

fn assessed(rollout: &Rollout, samples: &[Sample]) -> Assessment {
    let samples = samples.to_vec().into();
    Assessment::new(rollout, &samples, Timestamp::from_unix(600), Seconds(0))
}

#[test]
fn test_events_tell_of_errors_and_not_of_slowness() {
    let rollout = rollout(vec![Signal::Slow(100)]);
    let assessment = assessed(&rollout, &[]);
    let tested: Vec<u64> = assessment.evidence.iter().map(|of| of.tested).collect();
    assert_eq!(tested, [9, 0]);
    let stages = |of: usize| assessment.evidence[of].all.stages[0].len();
    assert_eq!((stages(0), stages(1)), (1, 0));
    let reason = assessment.reason(&rollout.plan);
    assert!(reason.starts_with("errors 2/9 against 1/10; "), "{reason}");
    assert!(reason.ends_with(" 0/0 against 0/0"), "{reason}");
}

/// All of ten thousand to blue, where green has a tenth.
#[test]
fn a_weight_has_a_period_to_come_everywhere_before_the_share_is_judged() {
    let mut rollout = rollout(Vec::new());
    rollout.probe = None;
    let is_off = |at: u64| {
        let sample = Sample {
            at: Timestamp::from_unix(at),
            blue: Some(Answers::new(10_000)),
            green: Some(Answers::new(0)),
            total: None,
        };
        assessed(&rollout, &[sample]).judgement.split_is_off
    };
    // The step surely had begun a second after its start.
    assert_eq!([60, 61].map(is_off), [false, true]);
}

/// The period in which it begins is half of another time.
#[test]
fn what_was_answered_since_the_start_is_told_whatever_is_evidence_of_it() {
    let mut rollout = rollout(Vec::new());
    rollout.started[0].at = Timestamp::from_unix(60);
    let samples = [0, 60, 120, 180].map(|at| Sample {
        at: Timestamp::from_unix(at),
        blue: Some(Answers::new(1 + at)),
        green: Some(Answers::new(at)),
        total: None,
    });
    let [blue, green] = assessed(&rollout, &samples).answered();
    assert_eq!((blue.requests, green.requests), (121 + 181, 120 + 180));
}

#[test]
fn a_sample_is_evidence_of_its_own_minute() {
    let mut rollout = rollout(Vec::new());
    rollout.probe = None;
    let samples = [60, 120, 540, 900].map(|at| Sample {
        at: Timestamp::from_unix(at),
        blue: Some(Answers::new(9)),
        green: Some(Answers::new(at)),
        total: None,
    });
    let assessment = Assessment::new(
        &rollout,
        &samples.to_vec().into(),
        Timestamp::from_unix(1000),
        Seconds(0),
    );
    let epochs = &assessment.evidence[0].all.stages;
    let greens = epochs.iter().enumerate().flat_map(|(epoch, stages)| {
        stages
            .iter()
            .map(move |stage| (epoch, stage.green.requests))
    });
    let greens: Vec<(usize, u64)> = greens.collect();
    // What comes after the last that was planned belongs to the last.
    assert_eq!(greens, [(1, 60), (2, 120), (9, 540 + 900)]);
    let weights = epochs.iter().flatten().map(|stage| stage.weight);
    assert!(
        weights
            .into_iter()
            .all(|weight| weight == Weight::new(0.1).unwrap())
    );
}
