//! What the tests of how a rollout is told tell of.

use anstream::adapter::strip_str;
use bluegreen_rollout::{
    Rollout, Seconds, Started, Timestamp, Version,
    controller::Waiting,
    plan::{Metrics, Plan},
    signal::{Answers, Signal},
};

use super::{Look, Planned, Said, Tally, tally::Outcomes};

/// From version 1 to version 2, at a weight of 10 % since the year 1970 began.
pub(in crate::driver) fn rollout() -> Rollout {
    let version = |number| Version::new(number).unwrap();
    Rollout {
        blue: version(1),
        green: version(2),
        plan: Plan::new("canary:10%/5m".parse().unwrap()),
        run: "f00d".to_owned(),
        started: vec![Started {
            at: Timestamp::from_unix(0),
            within: Some(Seconds(1)),
        }],
        probe: None,
        before: Vec::new(),
    }
}

/// Green is clean, and half of what it takes to promote it is there.
pub(in crate::driver) fn look() -> Look {
    Look {
        step: 1,
        steps: 1,
        weight: 0.1,
        answered: [answers(540, 1), answers(60, 0)].map(Tally),
        blue: Tally(answers(500, 1)),
        green: Tally(answers(50, 0)),
        outcomes: None,
        ages: Vec::new(),
        ln_e_rollback: 1.0,
        rollback_limit: 4.0,
        ln_e_promote: 3.0,
        promote_limit: 6.0,
        at_least: None,
        at_most: Some(0.042),
        waiting_for: Some(Waiting::Verdict.to_string()),
        waiting: Some(Waiting::Verdict),
        verdict_in_seconds: Some(90),
        seconds_left: 300,
        rollout: Box::new(rollout()),
    }
}

/// The same but for a change.
pub(in crate::driver) fn look_with(change: impl FnOnce(&mut Look)) -> Look {
    let mut look = look();
    change(&mut look);
    look
}

fn answers(requests: u64, failed: u64) -> Answers {
    Answers::new(requests).with(Signal::Errors, failed)
}

/// What blue and green say of so many answers, of which so many were bad.
pub(in crate::driver) fn outcomes(blue: (u64, u64), green: (u64, u64)) -> Outcomes {
    let said =
        [blue, green].map(|(requests, bad)| Said(Answers::new(requests).with(Signal::Bad, bad)));
    let [blue, green] = said;
    Outcomes {
        blue,
        green,
        answered: said,
    }
}

/// A verdict is to be had in five minutes of the ten.
pub(super) fn planned() -> Planned {
    let rollout = rollout();
    Planned {
        function: "hello".to_owned(),
        alias: "live".to_owned(),
        blue_version: 1,
        green_version: 2,
        strategy: rollout.plan.strategy.to_string(),
        run: rollout.run.clone(),
        horizon_seconds: 600,
        certified: 0.01,
        requests_per_second: Some(2.0),
        green_requests_needed: 459,
        verdict_after_seconds: Some(300),
        earliest_verdict_seconds: 240,
        certifiable: Some(0.02),
        rollout: Box::new(rollout),
    }
}

/// The same where metrics are as fine and as quick as lambda-local's.
pub(super) fn planned_here() -> Planned {
    let mut planned = planned();
    planned.rollout.plan.metrics = Metrics {
        period: Seconds(1),
        delay: Seconds(2),
    };
    planned
}

/// Lines without styles and without bars, whose width and characters are the terminal's matter.
pub(in crate::driver) fn plain(text: &str) -> Vec<String> {
    let is_bar = |word: &str| !word.is_empty() && word.chars().all(|char| "█░#.".contains(char));
    let line = |line: &str| {
        let words = line.split("  ").filter(|word| !is_bar(word));
        words.collect::<Vec<_>>().join("  ")
    };
    strip_str(text).to_string().lines().map(line).collect()
}
