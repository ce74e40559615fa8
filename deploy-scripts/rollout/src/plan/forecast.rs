//! What a rollout will take at the traffic there is: told before it begins.

use super::Plan;
use crate::{Seconds, signal::Source};

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Clean requests of green that the verdict takes.
    pub green_needed: u64,
    /// When green will have answered them and that is surely known, from the start on; `None` if
    /// never.
    pub verdict_after: Option<Seconds>,
    /// No traffic makes a promotion possible before: requests of the first step may hang until the
    /// function's timeout, and are counted when they end.
    pub earliest: Seconds,
    /// The smallest difference that can be excluded by the horizon; `None` if none can.
    pub certifiable: Option<f64>,
}

impl Plan {
    /// How old a period of a source must be before nothing more of it is to come, where an
    /// invocation may take as long as `timeout`.
    #[must_use]
    pub fn settled(&self, source: Source, timeout: Seconds) -> Seconds {
        let delay = self.metrics_of(source).delay.0;
        Seconds(delay.saturating_add(timeout.0))
    }

    /// The same for all sources: a promotion needs each.
    fn all_settled(&self, timeout: Seconds) -> Seconds {
        let settled = self.sources().map(|source| self.settled(source, timeout));
        settled.max().unwrap_or_default()
    }

    /// What to expect where the alias gets this many requests a second, and green may take as long
    /// as `timeout` for one.
    #[must_use]
    pub fn forecast(&self, rate: f64, timeout: Seconds) -> Forecast {
        let settled = self.all_settled(timeout);
        let green_needed = self.rule.expected_green();
        let seen = Seconds(self.horizon().0.saturating_sub(settled.0));
        let certifiable = self.rule.certifiable(self.green_after(rate, seen));
        let answered = self.time_until(rate, green_needed as f64);
        Forecast {
            green_needed,
            verdict_after: answered.map(|after| Seconds(after.0.saturating_add(settled.0))),
            earliest: Seconds(settled.0.saturating_add(self.metrics.period.0)),
            certifiable: (certifiable < 1.0).then_some(certifiable),
        }
    }

    /// Requests that green will have answered this long after the start.
    fn green_after(&self, rate: f64, after: Seconds) -> f64 {
        let mut left = after.0 as f64;
        let mut answered = 0.0;
        for (weight, lasts) in self.stages() {
            let lasts = lasts.min(left);
            answered += rate * weight * lasts;
            left -= lasts;
        }
        answered
    }

    fn time_until(&self, rate: f64, needed: f64) -> Option<Seconds> {
        let (mut time, mut missing) = (0.0, needed);
        for (weight, lasts) in self.stages() {
            let speed = rate * weight;
            if missing <= speed * lasts {
                let after = time + missing / speed;
                return after.is_finite().then(|| Seconds(after.ceil() as u64));
            }
            time += lasts;
            missing -= speed * lasts;
        }
        None
    }

    /// Weight and seconds of each step; the last one lasts until there is a verdict.
    fn stages(&self) -> Vec<(f64, f64)> {
        let steps = self.strategy.steps();
        let mut stages: Vec<(f64, f64)> = steps
            .iter()
            .map(|step| (step.weight.share(), step.lasts.0 as f64))
            .collect();
        if let Some((_, lasts)) = stages.last_mut() {
            *lasts = f64::INFINITY;
        }
        stages
    }
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use crate::Seconds;

    /// Whose metrics are there at once.
    fn plan(strategy: &str) -> Plan {
        let mut plan = Plan::new(strategy.parse().unwrap());
        plan.metrics.delay = Seconds(0);
        plan
    }

    #[test]
    fn a_slow_api_takes_its_time_and_the_forecast_says_so() {
        let (plan, quick) = (plan("canary:10%/5m"), Seconds(0));
        // 589 clean requests at a tenth of one request a second.
        let slow = plan.forecast(1.0, quick);
        assert_eq!(
            (slow.green_needed, slow.verdict_after),
            (589, Some(Seconds(5890)))
        );
        let certifiable = slow.certifiable.unwrap();
        assert!(
            (certifiable - 4.605 * 1.28 / 60.0).abs() < 1e-3,
            "{certifiable}"
        );
        assert_eq!(plan.forecast(100.0, quick).verdict_after, Some(Seconds(59)));
        let idle = plan.forecast(0.0, quick);
        assert_eq!((idle.verdict_after, idle.certifiable), (None, None));
    }

    #[test]
    fn a_timeout_beyond_the_horizon_leaves_nothing_to_certify() {
        let mut plan = plan("canary:10%/5m");
        plan.metrics.delay = Seconds(120);
        let hanging = plan.forecast(1000.0, Seconds(900));
        assert_eq!(hanging.verdict_after, Some(Seconds(6 + 120 + 900)));
        assert_eq!(
            (hanging.certifiable, hanging.earliest),
            (None, Seconds(1080))
        );
        assert!(hanging.earliest > plan.horizon());
    }

    #[test]
    fn later_steps_are_counted_at_their_own_weights() {
        let plan = plan("steps:1%/100s,50%/100s");
        // 100 at one a second, then 489 at fifty a second.
        let forecast = plan.forecast(100.0, Seconds(0));
        assert_eq!(forecast.verdict_after, Some(Seconds(110)));
        // All that the horizon leaves is the last step's.
        let last = plan.horizon().0 as f64 - 100.0;
        let certifiable = forecast.certifiable.unwrap();
        let expected = 4.605 * 1.28 / (100.0 + 50.0 * last);
        assert!((certifiable / expected - 1.0).abs() < 1e-3, "{certifiable}");
        // 589 at ten a second; 400 at two a second, then 189 at fifty.
        let after = |strategy: &str, rate| {
            let mut plan = Plan::new(strategy.parse().unwrap());
            plan.metrics.delay = Seconds(0);
            plan.forecast(rate, Seconds(0)).verdict_after
        };
        assert_eq!(after("steps:50%/100s,60%/100s", 20.0), Some(Seconds(59)));
        assert_eq!(after("steps:2%/200s,50%/100s", 100.0), Some(Seconds(204)));
    }
}
