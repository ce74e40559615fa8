//! What both versions of a simulated rollout answer.

use fastrand::Rng;
use rollout::signal::{Answers, Signal};

use crate::poisson::poisson;

/// Seconds until the rollout ends.
pub(crate) const HORIZON: u64 = 600;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) weight: f64,
    pub(crate) blue_fails: f64,
    pub(crate) rate: f64,
    pub(crate) worse: f64,
}

/// What both versions answered in one second.
pub(crate) type Second = (Answers, Answers);

pub(crate) fn simulate(cell: Cell, rng: &mut Rng) -> Vec<Second> {
    let answers = |rng: &mut Rng, mean: f64, fails: f64| {
        let requests = poisson(rng, mean);
        let errors = match fails >= 1.0 {
            true => requests,
            false => poisson(rng, requests as f64 * fails).min(requests),
        };
        Answers::new(requests).with(Signal::Errors, errors)
    };
    let green_fails = f64::min(cell.blue_fails + cell.worse, 1.0);
    let second = |_| {
        let blue = answers(rng, cell.rate * (1.0 - cell.weight), cell.blue_fails);
        (blue, answers(rng, cell.rate * cell.weight, green_fails))
    };
    (0..HORIZON).map(second).collect()
}
