//! One look at a rollout, as it is told.

use super::{
    Waiting,
    decide::{Decision, Observation},
};
use crate::{
    Rollout, Seconds, Timestamp,
    assessment::Assessment,
    plan::{Metrics, Plan},
    samples::Samples,
    signal::Answers,
};

/// The longest time between two looks, in seconds.
const LONGEST_REST: u64 = 15;
/// The same until the first data of a step must have come.
const LONGEST_REST_WHILE_YOUNG: u64 = 5;

/// One look at the rollout.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    pub at: Timestamp,
    pub rollout: Rollout,
    /// What the metrics say, where they could be read.
    pub assessment: Option<Assessment>,
    /// What it waits for; `None` where something follows at once.
    pub waiting: Option<Waiting>,
    /// How long the verdict takes at the traffic so far, where it waits for that.
    pub verdict_in: Option<Seconds>,
}

impl Look {
    pub(super) fn new(
        at: Timestamp,
        rollout: &Rollout,
        assessment: Option<Assessment>,
        (decision, timeout): (&Decision, Seconds),
    ) -> Self {
        let waiting = match decision {
            Decision::Wait(waiting) | Decision::Hold(waiting) => Some(waiting.clone()),
            _ => None,
        };
        let answered = assessment.as_ref().map(Assessment::answered);
        let answered = answered.filter(|_| waiting == Some(Waiting::Verdict));
        Self {
            at,
            verdict_in: answered.and_then(|both| rollout.verdict_in(at, both, timeout)),
            rollout: rollout.clone(),
            assessment,
            waiting,
        }
    }

    /// What somebody sees who only watches: alarms and the command of a step are the driver's.
    #[must_use]
    pub fn watched(rollout: &Rollout, at: Timestamp, samples: &Samples, timeout: Seconds) -> Self {
        let assessment = Assessment::new(rollout, samples, at, timeout);
        let decision = rollout.decide(&Observation {
            now: at,
            assessment: Ok(&assessment),
            ringing: Ok(&[]),
            settling: false,
            passed: true,
        });
        Self::new(at, rollout, Some(assessment), (&decision, timeout))
    }
}

impl Plan {
    /// How long a step is young: until its first data must have come.
    fn youth(&self) -> u64 {
        let Metrics { period, delay } = self.metrics;
        period.0.saturating_mul(2).saturating_add(delay.0)
    }

    /// Seconds between two looks: a period of the metrics, but not so long that a green that fails
    /// at once is left where it is.
    fn rest(&self, is_young: bool) -> u64 {
        let longest = match is_young {
            true => LONGEST_REST_WHILE_YOUNG,
            false => LONGEST_REST,
        };
        self.metrics.period.0.clamp(1, longest)
    }

    /// How often a rollout looks until its horizon, at the most.
    #[must_use]
    pub fn looks(&self) -> u64 {
        let steps = self.strategy.steps().len() as u64;
        let horizon = self.horizon().0;
        let young = steps.saturating_mul(self.youth()).min(horizon);
        young.div_ceil(self.rest(true)) + (horizon - young).div_ceil(self.rest(false))
    }
}

impl Rollout {
    /// How long to wait until the next look.
    #[must_use]
    pub fn rest(&self, now: Timestamp) -> Seconds {
        let is_young = now.since(self.step_started()) < self.plan.youth();
        Seconds(self.plan.rest(is_young))
    }

    /// When the forecast at the rate of what was answered so far has its verdict, from now on.
    /// Nothing where that was to be there by now: failures need more than clean requests.
    fn verdict_in(
        &self,
        now: Timestamp,
        [blue, green]: [Answers; 2],
        timeout: Seconds,
    ) -> Option<Seconds> {
        let passed = now.since(self.start());
        let seen = passed.saturating_sub(self.plan.metrics.delay.0).max(1);
        let rate = (blue + green).requests as f64 / seen as f64;
        let after = self.plan.forecast(rate, timeout).verdict_after?;
        after
            .0
            .checked_sub(passed)
            .filter(|left| *left > 0)
            .map(Seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answers, Plan, Rollout, Seconds, Timestamp};
    use crate::{Started, Version};

    #[test]
    fn the_verdict_comes_when_the_traffic_so_far_has_brought_enough() {
        let mut plan = Plan::new("canary:10%/1m".parse().unwrap());
        plan.metrics.delay = Seconds(20);
        let rollout = Rollout {
            blue: Version::new(1).unwrap(),
            green: Version::new(2).unwrap(),
            plan,
            run: "run".to_owned(),
            started: vec![Started {
                at: Timestamp::from_unix(0),
                within: Some(Seconds(1)),
            }],
            probe: None,
            before: Vec::new(),
        };
        let left = |at, [blue, green]: [u64; 2]| {
            let answered = [Answers::new(blue), Answers::new(green)];
            rollout.verdict_in(Timestamp::from_unix(at), answered, Seconds(3))
        };
        // 100 a second: 589 of green take 59 s, and are surely known 23 s later.
        assert_eq!(left(40, [1800, 200]), Some(Seconds(42)));
        assert_eq!(left(90, [6300, 700]), None);
        assert_eq!(left(40, [0, 0]), None);
    }
}
