//! What both versions of a simulated rollout answer.

use bluegreen_rollout::signal::{Answers, Signal};
use fastrand::Rng;

use crate::poisson::poisson;

/// Seconds until the rollout ends.
pub(crate) const HORIZON: u64 = 600;

/// How green differs from blue, by shares of its requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Green {
    pub(crate) name: &'static str,
    /// It fails so many more.
    pub(crate) errors: f64,
    /// It returns a 500 for so many, which is a success to Lambda.
    pub(crate) returned: f64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) weight: f64,
    pub(crate) blue_fails: f64,
    pub(crate) rate: f64,
    pub(crate) green: Green,
}

/// What both versions answered in one second.
pub(crate) type Second = (Answers, Answers);

impl Green {
    pub(crate) const EQUAL: Self = Self::fails("equal to blue", 0.0);

    pub(crate) const fn fails(name: &'static str, errors: f64) -> Self {
        Self {
            name,
            errors,
            returned: 0.0,
        }
    }

    pub(crate) fn is_equal(self) -> bool {
        self.errors + self.returned == 0.0
    }
}

pub(crate) fn simulate(cell: Cell, rng: &mut Rng) -> Vec<Second> {
    (0..HORIZON)
        .map(|_| second(cell, cell.weight, rng))
        .collect()
}

/// A second in which green gets this share.
pub(crate) fn second(cell: Cell, weight: f64, rng: &mut Rng) -> Second {
    let Green {
        errors, returned, ..
    } = cell.green;
    let fails = f64::min(cell.blue_fails + errors, 1.0);
    let blue = answers(rng, cell.rate * (1.0 - weight), (cell.blue_fails, 0.0));
    (blue, answers(rng, cell.rate * weight, (fails, returned)))
}

fn answers(rng: &mut Rng, mean: f64, (fails, returned): (f64, f64)) -> Answers {
    let requests = poisson(rng, mean);
    let errors = some_of(rng, requests, fails);
    let bad = errors + some_of(rng, requests - errors, returned);
    Answers::new(requests)
        .with(Signal::Errors, errors)
        .with(Signal::Bad, bad)
}

fn some_of(rng: &mut Rng, requests: u64, share: f64) -> u64 {
    match share {
        0.0 => 0,
        share if share >= 1.0 => requests,
        share => poisson(rng, requests as f64 * share).min(requests),
    }
}
