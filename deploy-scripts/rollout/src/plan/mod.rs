//! The plan of a rollout: its steps, and how it is judged. All of it is written into the journal,
//! so that whoever takes the rollout up goes on with the same plan.

mod forecast;
mod metrics;
mod strategy;

use std::{error::Error, fmt};

pub use forecast::Forecast;
pub use metrics::{Metric, Metrics, Name, Outcomes, ParseNameError};
pub use strategy::{ParseStrategyError, Step, Strategy};

use crate::{Seconds, signal::Signal, verdict::Rule};

/// Seconds for which CloudWatch keeps metrics that are finer than a minute.
pub const FINE_DATA: u64 = 3 * 3600;
/// Seconds that are waited for a verdict at the least, unless a horizon is given.
const SHORTEST_WINDOW: u64 = 60;
/// Epochs into which a rollout is divided at the most.
const MOST_EPOCHS: u64 = 10;

/// What is to be done, and how it is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub strategy: Strategy,
    pub rule: Rule,
    /// What is compared beside errors.
    pub also: Vec<Signal>,
    /// When to stop waiting for a verdict, from the start on; see [`Plan::horizon`].
    pub horizon: Option<Seconds>,
    /// What to do if there is no verdict then.
    pub otherwise: Otherwise,
    /// Lambda's own.
    pub metrics: Metrics,
    /// What the function says of its answers, where that counts, too.
    pub outcomes: Option<Outcomes>,
    /// Roll back when more than this share of all requests fails, whoever fails them.
    pub breaker: Option<f64>,
    /// Alarms that roll back when they ring.
    pub alarms: Vec<String>,
}

/// What to do when the time is over and nothing is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Otherwise {
    /// Leave the weight as it is, and say so.
    #[default]
    Hold,
    Promote,
    RollBack,
}

impl Plan {
    /// The plan with this strategy and nothing else said.
    #[must_use]
    pub fn new(strategy: Strategy) -> Self {
        Self {
            strategy,
            rule: Rule::default(),
            also: Vec::new(),
            horizon: None,
            otherwise: Otherwise::default(),
            metrics: Metrics::default(),
            outcomes: None,
            breaker: None,
            alarms: Vec::new(),
        }
    }

    /// What the versions are compared by: errors, what else was asked for, and what the function
    /// says.
    pub fn signals(&self) -> impl Iterator<Item = Signal> {
        let said = self.outcomes.as_ref().map(|_| Signal::Bad);
        let also = self.also.iter().copied().chain(said);
        std::iter::once(Signal::Errors).chain(also)
    }

    /// When to stop waiting for a verdict, from the start on: what was said, or else twice the
    /// time that the steps need, and a minute at the least.
    #[must_use]
    pub fn horizon(&self) -> Seconds {
        self.horizon.unwrap_or_else(|| self.window())
    }

    /// Twice the time that the steps need: each its own, or what it takes until one whole period
    /// of it has been seen.
    fn window(&self) -> Seconds {
        let Metrics { period, delay } = self.metrics;
        let shortest = period.0.saturating_mul(2).saturating_add(delay.0);
        let steps = self.strategy.steps();
        let needed = steps.iter().map(|step| step.lasts.0.max(shortest));
        let window = needed.fold(0, u64::saturating_add).saturating_mul(2);
        Seconds(window.max(SHORTEST_WINDOW))
    }

    /// The epochs that are planned before the start, for faults that begin late: their number,
    /// and the seconds of each. One a minute or one a step, at most ten. They do not depend on
    /// the horizon, which may be moved while the rollout runs.
    #[must_use]
    pub fn epochs(&self) -> (usize, u64) {
        let window = self.window().0.max(1);
        let steps = self.strategy.steps().len() as u64;
        let number = window.div_ceil(60).max(steps).clamp(1, MOST_EPOCHS);
        (number as usize, window.div_ceil(number))
    }

    /// # Errors
    /// If a number of the plan makes no sense, or the metrics that it needs are not kept so long.
    pub fn check(&self) -> Result<(), InvalidPlan> {
        self.can_be_judged()?;
        let horizon = self.horizon();
        let mut periods = self.sources().map(|source| self.metrics_of(source).period);
        if horizon.0 > FINE_DATA && periods.any(|period| period.0 < 60) {
            return Err(InvalidPlan(format!(
                "metrics finer than a minute are kept for 3h, and this rollout may take {horizon}"
            )));
        }
        let steps = self.strategy.steps().iter();
        let needed = steps.fold(0, |sum: u64, step| sum.saturating_add(step.lasts.0));
        match self.horizon {
            Some(horizon) if horizon.0 < needed => Err(InvalidPlan(format!(
                "the horizon of {horizon} is shorter than the steps, which take {}",
                Seconds(needed)
            ))),
            _ => Ok(()),
        }
    }

    /// What every journal's plan must be, also one that was begun under other limits.
    ///
    /// # Errors
    /// If the rule cannot be applied.
    pub(crate) fn can_be_judged(&self) -> Result<(), InvalidPlan> {
        let rule = self.rule.check();
        rule.map_err(|error| InvalidPlan(error.to_string()))?;
        let mut periods = self.sources().map(|source| self.metrics_of(source).period);
        if periods.any(|period| period.0 == 0) {
            let text = "the metrics' period must be longer than 0s";
            return Err(InvalidPlan(text.to_owned()));
        }
        let inside = |share| share > 0.0 && share < 1.0;
        if self.breaker.is_some_and(|share| !inside(share)) {
            let text = "the breaker must lie between 0% and 100%";
            return Err(InvalidPlan(text.to_owned()));
        }
        Ok(())
    }
}

/// A number of a plan makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPlan(String);

impl fmt::Display for InvalidPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InvalidPlan {}

#[cfg(test)]
mod tests {
    use super::{Metrics, Plan, Seconds};

    fn plan(strategy: &str) -> Plan {
        Plan::new(strategy.parse().unwrap())
    }

    #[test]
    fn a_step_takes_at_least_until_it_can_be_seen() {
        assert_eq!(plan("canary:10%/5m").horizon(), Seconds(600));
        assert_eq!(plan("canary:10%/1m").horizon(), Seconds(480));
        let quick = Plan {
            metrics: Metrics {
                period: Seconds(1),
                delay: Seconds(1),
            },
            ..plan("canary:10%/1s")
        };
        assert_eq!(quick.horizon(), Seconds(60));
    }

    #[test]
    fn there_are_at_most_ten_epochs() {
        assert_eq!(plan("canary:10%/5m").epochs(), (10, 60));
        assert_eq!(plan("canary:10%/1h").epochs(), (10, 720));
        let quick = Plan {
            metrics: Metrics {
                period: Seconds(1),
                delay: Seconds(1),
            },
            ..plan("steps:10%/5s,50%/5s")
        };
        assert_eq!(quick.epochs(), (2, 30));
    }

    #[test]
    fn a_horizon_before_the_last_step_ends_is_refused() {
        let hasty = Plan {
            horizon: Some(Seconds(60)),
            ..plan("canary:10%/5m")
        };
        assert!(
            hasty
                .check()
                .unwrap_err()
                .to_string()
                .contains("shorter than the steps")
        );
        assert_eq!(plan("canary:10%/5m").check(), Ok(()));
        let just = Plan {
            horizon: Some(Seconds(300)),
            ..plan("canary:10%/5m")
        };
        assert_eq!(just.check(), Ok(()));
    }

    #[test]
    fn metrics_finer_than_a_minute_last_three_hours() {
        let of = |period, horizon| Plan {
            metrics: Metrics {
                period: Seconds(period),
                delay: Seconds(0),
            },
            horizon: Some(Seconds(horizon)),
            ..plan("canary:10%/5m")
        };
        let hours = 3 * 3600;
        assert_eq!(of(60, hours + 1).check(), Ok(()));
        assert_eq!(of(59, hours).check(), Ok(()));
        let refused = of(59, hours + 1).check().unwrap_err();
        assert!(refused.to_string().contains("kept for 3h"), "{refused}");
    }

    #[test]
    fn a_breaker_lies_between_nothing_and_everything() {
        let of = |share| Plan {
            breaker: Some(share),
            ..plan("canary:10%/5m")
        };
        assert_eq!(of(0.01).check(), Ok(()));
        assert_eq!(of(0.99).check(), Ok(()));
        for share in [0.0, 1.0] {
            let refused = of(share).check().unwrap_err();
            assert!(
                refused.to_string().contains("between 0% and 100%"),
                "{refused}"
            );
        }
    }
}
