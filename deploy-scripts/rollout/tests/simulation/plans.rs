//! Plans.

use bluegreen_rollout::{
    Seconds,
    plan::{Metrics, Otherwise, Plan},
};
use fastrand::Rng;

use crate::{said, scenario::sometimes};

/// Any plan that a command line admits.
pub(crate) fn plan(rng: &mut Rng) -> Plan {
    loop {
        let mut plan = Plan::new(strategy(rng).parse().unwrap());
        let long = plan.strategy.steps().iter().any(|step| step.lasts.0 > 120);
        let periods: &[u64] = if long { &[60] } else { &[1, 5, 10, 60] };
        plan.metrics = Metrics {
            period: Seconds(*rng.choice(periods).unwrap()),
            delay: Seconds(*rng.choice(&[0, 1, 5, 20, 120]).unwrap()),
        };
        let most = 2 * plan.horizon().0.min(2000);
        plan.horizon = sometimes(rng, 0.3, most).map(Seconds);
        let choices = [
            Otherwise::Hold,
            Otherwise::Hold,
            Otherwise::Promote,
            Otherwise::RollBack,
        ];
        plan.otherwise = *rng.choice(&choices).unwrap();
        plan.rule.certified = *rng.choice(&[0.01, 0.05, 0.1]).unwrap();
        let chances = [0.01, 0.01, 0.01, 0.01, 1e-12, 1.0 / 3.0, 0.999_999];
        plan.rule.alpha = *rng.choice(&chances).unwrap();
        plan.rule.beta = *rng.choice(&chances).unwrap();
        plan.breaker = (rng.f64() < 0.05).then_some(0.5);
        plan.alarms = sometimes(rng, 0.2, 2)
            .iter()
            .map(|_| "checkout, p99".to_owned())
            .collect();
        plan.outcomes = said::outcomes(rng, &plan);
        if plan.check().is_ok() {
            return plan;
        }
    }
}

fn strategy(rng: &mut Rng) -> String {
    let weight = |rng: &mut Rng| match rng.u8(0..4) {
        0 => format!("{}%", rng.u32(1..100_000_000) as f64 / 1e6),
        1 => format!("{}", f64::from(rng.u32(1..10_000)) / 1e4),
        _ => format!("{}%", rng.choice([1, 5, 10, 25, 50]).unwrap()),
    };
    let lasts = |rng: &mut Rng| match rng.u8(0..6) {
        0 => "0s".to_owned(),
        1 => format!("{}m", rng.u64(1..20)),
        _ => format!("{}s", rng.u64(1..90)),
    };
    match rng.u8(0..20) {
        0 => "all-at-once".to_owned(),
        1..8 => format!("canary:{}/{}", weight(rng), lasts(rng)),
        8..12 => format!("linear:{}%/{}", rng.u32(10..70), lasts(rng)),
        _ => {
            let mut shares: Vec<u32> = (0..rng.usize(2..5)).map(|_| rng.u32(1..9999)).collect();
            shares.sort_unstable();
            shares.dedup();
            let step = |share| format!("{}%/{}", f64::from(share) / 100.0, lasts(rng));
            let steps: Vec<String> = shares.into_iter().map(step).collect();
            format!("steps:{}", steps.join(","))
        }
    }
}
