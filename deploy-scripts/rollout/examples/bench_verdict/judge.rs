//! Three ways to judge the same simulated rollout.

use rollout::{
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
const START: u64 = 1_800_000_000;

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

fn failed(answers: Answers) -> u64 {
    answers.counts(Signal::Errors).bad
}

impl Judge {
    pub(crate) fn judge(self, cell: Cell, seconds: &[Second]) -> End {
        let (action, after) = match self {
            Self::Verdict => verdict(cell, seconds),
            Self::Alarm => alarm(seconds),
            Self::Threshold => threshold(seconds),
        };
        let failed = seconds[..after as usize]
            .iter()
            .map(|(_, green)| failed(*green))
            .sum();
        End {
            action,
            after,
            failed,
        }
    }
}

/// A rollout at its only step, whose traffic begins at the start.
fn rollout(weight: f64) -> Rollout {
    let version = |number| Version::new(number).expect("it is not 0");
    let weight = Weight::new(weight).expect("it is a weight");
    let strategy = format!("canary:{weight}/{}", Seconds(BAKE));
    let mut plan = Plan::new(strategy.parse().expect("it is a strategy"));
    (plan.metrics.period, plan.metrics.delay) = (Seconds(1), Seconds(1));
    let started = Started {
        at: Timestamp::from_unix(START),
        within: Some(Seconds(0)),
    };
    Rollout {
        blue: version(1),
        green: version(2),
        plan,
        run: "run".to_owned(),
        started: vec![started],
        probe: None,
        before: Vec::new(),
    }
}

/// The deployer's own verdict, each second.
fn verdict(cell: Cell, seconds: &[Second]) -> (Option<Action>, u64) {
    let rollout = rollout(cell.weight);
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
        let seen = Assessment::new(&rollout, &samples, now(after), Seconds(3));
        match seen.judgement.verdict {
            Verdict::Rollback => return (Some(Action::RollBack), after),
            Verdict::Promote => return (Some(Action::Promote), after),
            Verdict::Inconclusive => {}
        }
    }
    (None, HORIZON)
}

fn minutes(seconds: &[Second]) -> impl Iterator<Item = (u64, Second)> {
    let minute = |minute: &[Second]| {
        let sum = |(blue, green): Second, (b, g): &Second| (blue + *b, green + *g);
        minute.iter().fold(Second::default(), sum)
    };
    (1..).zip(seconds.chunks(60).map(minute))
}

fn alarm(seconds: &[Second]) -> (Option<Action>, u64) {
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

fn threshold(seconds: &[Second]) -> (Option<Action>, u64) {
    let mut bad = 0;
    for (minute, (_, green)) in minutes(seconds) {
        bad += u32::from(failed(green) * 100 > green.requests);
        if bad == 5 {
            return (Some(Action::RollBack), minute * 60);
        }
    }
    (Some(Action::Promote), HORIZON)
}
