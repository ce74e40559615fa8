//! Three ways to judge the same simulated rollout.

use bluegreen_rollout::{
    Rollout, Seconds, Started, Timestamp, Version, Weight,
    assessment::Assessment,
    controller::Action,
    plan::Plan,
    samples::{Sample, Samples},
    signal::{Answers, Signal},
    verdict::Verdict,
};

use crate::simulate::{Cell, HORIZON, Second};

/// Seconds after which one that pleases is promoted.
const BAKE: u64 = 300;
pub(crate) const START: u64 = 1_800_000_000;

/// How a rollout is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judge {
    /// This crate, on one-second data.
    Verdict,
    /// An alarm on the alias: errors in two minutes, one after the other.
    Alarm,
    /// Green's success below 99 % in five checks, one a minute.
    Threshold,
}

pub(crate) const JUDGES: [Judge; 3] = [Judge::Verdict, Judge::Alarm, Judge::Threshold];

#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) action: Option<Action>,
    /// Seconds from the start, and requests that green failed by then.
    pub(crate) after: u64,
    pub(crate) failed: u64,
}

/// How it ended, and after how many seconds.
pub(crate) type Ended = (Option<Action>, u64);

impl End {
    /// `seconds`: all since the start.
    pub(crate) fn new((action, after): Ended, seconds: &[Second]) -> Self {
        let until = seconds[..after as usize].iter();
        let failed = until.map(|(_, green)| green.counts(Signal::Bad).bad);
        Self {
            action,
            after,
            failed: failed.sum(),
        }
    }
}

fn failed(answers: Answers) -> u64 {
    answers.counts(Signal::Errors).bad
}

impl Judge {
    pub(crate) fn judge(self, cell: Cell, seconds: &[Second]) -> End {
        let ended = match self {
            Self::Verdict => verdict(cell, seconds),
            Self::Alarm => alarm(seconds),
            Self::Threshold => threshold(seconds),
        };
        End::new(ended, seconds)
    }
}

/// A rollout at its only step, which began within so many seconds after this one.
pub(crate) fn rollout(weight: f64, at: u64, within: u64) -> Rollout {
    let version = |number| Version::new(number).expect("it is not 0");
    let weight = Weight::new(weight).expect("it is a weight");
    let strategy = format!("canary:{weight}/{}", Seconds(BAKE));
    let started = Started {
        at: Timestamp::from_unix(at),
        within: Some(Seconds(within)),
    };
    Rollout {
        blue: version(1),
        green: version(2),
        plan: Plan::new(strategy.parse().expect("it is a strategy")),
        run: "run".to_owned(),
        started: vec![started],
        probe: None,
        before: Vec::new(),
    }
}

/// What the deployer does by what it sees. Requests may take three seconds.
pub(crate) fn action(rollout: &Rollout, samples: &Samples, now: Timestamp) -> Option<Action> {
    let seen = Assessment::new(rollout, samples, now, Seconds(3));
    match seen.judgement.verdict {
        Verdict::Rollback => Some(Action::RollBack),
        Verdict::Promote => Some(Action::Promote),
        Verdict::Inconclusive => None,
    }
}

/// The deployer's own verdict, each second.
fn verdict(cell: Cell, seconds: &[Second]) -> Ended {
    let mut rollout = rollout(cell.weight, START, 0);
    let metrics = &mut rollout.plan.metrics;
    (metrics.period, metrics.delay) = (Seconds(1), Seconds(1));
    let now = |after: u64| Timestamp::from_unix(START + after);
    let mut samples = Samples::default();
    for (index, (blue, green)) in (0..).zip(seconds) {
        samples.lambda.push(Sample {
            at: now(index),
            blue: Some(*blue),
            green: Some(*green),
            total: None,
        });
        let after = index + 1;
        // Without a failure of green nothing rolls back, and before its time nothing is promoted.
        if failed(*green) == 0 && (after < BAKE || !after.is_multiple_of(5)) {
            continue;
        }
        let action = action(&rollout, &samples, now(after));
        if action.is_some() {
            return (action, after);
        }
    }
    (None, HORIZON)
}

/// From 1 on.
pub(crate) fn minutes(seconds: &[Second]) -> impl Iterator<Item = (u64, Second)> {
    let minute = |minute: &[Second]| {
        let sum = |(blue, green): Second, (b, g): &Second| (blue + *b, green + *g);
        minute.iter().fold(Second::default(), sum)
    };
    (1..).zip(seconds.chunks(60).map(minute))
}

fn alarm(seconds: &[Second]) -> Ended {
    let mut before = false;
    for (minute, (blue, green)) in minutes(seconds).take((BAKE / 60) as usize) {
        let errors = failed(blue + green) > 0;
        if errors && before {
            return (Some(Action::RollBack), minute * 60);
        }
        before = errors;
    }
    (Some(Action::Promote), BAKE)
}

fn threshold(seconds: &[Second]) -> Ended {
    let mut bad = 0;
    for (minute, (_, green)) in minutes(seconds) {
        bad += u32::from(failed(green) * 100 > green.requests);
        if bad == 5 {
            return (Some(Action::RollBack), minute * 60);
        }
    }
    (Some(Action::Promote), HORIZON)
}
