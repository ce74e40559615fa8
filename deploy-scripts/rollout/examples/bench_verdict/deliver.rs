//! The same rule on what AWS delivers: Lambda's own metrics by the minute and late, and the
//! function's outcomes by the second, not quite as late. The weight rises somewhere in a minute.

use bluegreen_rollout::{
    Rollout, Seconds, Timestamp,
    plan::{Metrics, Outcomes},
    samples::{Sample, Samples},
    signal::{Answers, Signal, Source},
};
use fastrand::Rng;

use crate::{
    judge::{End, Ended, START, action, minutes, rollout},
    simulate::{Cell, HORIZON, Second, second},
};

/// How long after its end a minute of Lambda's metrics is there, all at once.
const MINUTE_LATE: u64 = 90;
/// How late outcomes may be, as the deployer tells the rule on AWS.
const OUTCOMES_EXPECTED: Seconds = Seconds(30);
/// With fewer bad requests of green nothing is rolled back.
const LEAST_BAD: u64 = 2;

/// What the rule is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Minutes that lie whole in the step, looked at every 15 seconds.
    Steady,
    /// Also the minute in which the weight rose; looked at as often as the deployer does.
    Rising,
    /// Beside those the function's outcomes, so many seconds late.
    Outcomes { late: u64 },
}

pub(crate) const DELIVERIES: [Delivery; 4] = [
    Delivery::Steady,
    Delivery::Rising,
    Delivery::Outcomes { late: 10 },
    Delivery::Outcomes { late: 30 },
];

/// What both versions answered, from the beginning of the minute in which green got its share.
#[derive(Debug)]
pub(crate) struct Shifted {
    /// Seconds of that minute in which all was blue's.
    before: u64,
    seconds: Vec<Second>,
}

impl Shifted {
    pub(crate) fn simulate(cell: Cell, rng: &mut Rng) -> Self {
        let before = rng.u64(0..60);
        // A part of its second is blue's, too.
        let first = cell.weight * rng.f64();
        let weight = |index| match index {
            index if index < before => 0.0,
            index if index == before => first,
            _ => cell.weight,
        };
        let seconds = (0..before + HORIZON).map(|index| second(cell, weight(index), rng));
        Self {
            before,
            seconds: seconds.collect(),
        }
    }
}

impl Delivery {
    pub(crate) fn judge(self, cell: Cell, shifted: &Shifted) -> End {
        let mut rollout = rollout(cell.weight, START + shifted.before, 1);
        if let Self::Outcomes { .. } = self {
            rollout.plan.outcomes = Some(Outcomes::of_the_layer(Metrics {
                period: Seconds(1),
                delay: OUTCOMES_EXPECTED,
            }));
        }
        let samples = self.samples(&rollout, &shifted.seconds);
        let ended = self.ended(&rollout, &samples);
        End::new(ended, &shifted.seconds[shifted.before as usize..])
    }

    /// All that there ever is to see.
    fn samples(self, rollout: &Rollout, seconds: &[Second]) -> Samples {
        let lambda = minutes(seconds).filter_map(|(minute, (blue, green))| {
            let total = Some(blue.requests + green.requests);
            sample((minute - 1) * 60, (blue, green), total)
        });
        let is_steady = |sample: &Sample| rollout.step_of(Source::Lambda, sample).is_some();
        let outcomes = (0..).zip(seconds);
        let outcomes = outcomes.filter_map(|(at, both)| sample(at, *both, None));
        Samples {
            lambda: lambda
                .filter(|sample| self != Self::Steady || is_steady(sample))
                .collect(),
            outcomes: match self {
                Self::Outcomes { .. } => outcomes.collect(),
                Self::Steady | Self::Rising => Vec::new(),
            },
        }
    }

    /// Look after look.
    fn ended(self, rollout: &Rollout, samples: &Samples) -> Ended {
        let mut seen = Samples::default();
        let next = |now: &Timestamp| Some(now.after(self.rest(rollout, *now).0));
        let looks = std::iter::successors(Some(rollout.start()), next);
        let looks = looks.take_while(|now| now.since(rollout.start()) <= HORIZON);
        for now in looks {
            self.arrive(samples, &mut seen, now);
            let may_end = may_end(rollout, &seen, now);
            let action = may_end.then(|| action(rollout, &seen, now)).flatten();
            if action.is_some() {
                return (action, now.since(rollout.start()));
            }
        }
        (None, HORIZON)
    }

    fn rest(self, rollout: &Rollout, now: Timestamp) -> Seconds {
        match self {
            Self::Steady => Seconds(15),
            Self::Rising | Self::Outcomes { .. } => rollout.rest(now),
        }
    }

    /// Adds what has come by now.
    fn arrive(self, all: &Samples, seen: &mut Samples, now: Timestamp) {
        more(&all.lambda, &mut seen.lambda, now.before(60 + MINUTE_LATE));
        if let Self::Outcomes { late } = self {
            more(&all.outcomes, &mut seen.outcomes, now.before(1 + late));
        }
    }
}

/// A version without a request reports nothing.
fn sample(after: u64, (blue, green): Second, total: Option<u64>) -> Option<Sample> {
    let [blue, green] = [blue, green].map(|one| (one.requests > 0).then_some(one));
    let sample = Sample {
        at: Timestamp::from_unix(START + after),
        blue,
        green,
        total,
    };
    blue.or(green).map(|_| sample)
}

/// Those that began by `until`.
fn more(all: &[Sample], seen: &mut Vec<Sample>, until: Timestamp) {
    let new = all[seen.len()..].iter();
    seen.extend(new.take_while(|sample| sample.at <= until));
}

/// Whether green has had what either verdict needs at the least. Other looks need not be taken.
fn may_end(rollout: &Rollout, seen: &Samples, now: Timestamp) -> bool {
    let green = |source| {
        let green = seen.of(source).iter().filter_map(|sample| sample.green);
        green.fold(Answers::default(), |sum, green| sum + green)
    };
    let (lambda, outcomes) = (green(Source::Lambda), green(Source::Outcomes));
    let bad = [
        lambda.counts(Signal::Errors).bad,
        outcomes.counts(Signal::Bad).bad,
    ];
    bad.into_iter().any(|bad| bad >= LEAST_BAD)
        || rollout.step_time_left(now).0 == 0 && lambda.requests >= rollout.plan.rule.fewest_green()
}
