//! What one run is about: a plan, the traffic, how good green is, and what goes wrong.

use fastrand::Rng;
use rollout::{Metrics, Otherwise, Plan, Seconds};

const STRATEGIES: [&str; 6] = [
    "canary:10%/30s",
    "canary:50%/60s",
    "linear:10%/20s",
    "linear:30%/45s",
    "steps:1%/30s,10%/40s,50%/60s",
    "canary:5%/120s",
];

#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) seed: u64,
    pub(crate) plan: Plan,
    /// Requests a second, and the shares of them that fail.
    pub(crate) rate: f64,
    pub(crate) blue_fails: f64,
    pub(crate) green_fails: f64,
    /// Green is as good as blue until this second.
    pub(crate) worse_from: u64,
    /// From this second on, for a minute, both fail this share in addition.
    pub(crate) outage: Option<(u64, f64)>,
    /// The chance that a call goes wrong, of each kind.
    pub(crate) faults: f64,
    /// The chance at each call that the deployer dies, before or after it.
    pub(crate) crashes: f64,
    /// When somebody else touches the alias.
    pub(crate) rival_at: Option<u64>,
    /// The chance that a period's data of a version never come.
    pub(crate) lost_metrics: f64,
    /// The chance that the deployer's clock jumps when it starts anew, by up to so many seconds.
    pub(crate) clock_jump: u64,
    /// When the user presses Ctrl-C.
    pub(crate) interrupt_at: Option<u64>,
    /// When an alarm begins to ring.
    pub(crate) alarm_at: Option<u64>,
    /// The user's own text in the alias's description.
    pub(crate) users_text: &'static str,
}

impl Scenario {
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let strategy = rng.choice(STRATEGIES).unwrap().parse().unwrap();
        let mut plan = Plan::new(strategy);
        let period = *rng.choice(&[1, 5, 10]).unwrap();
        plan.metrics = Metrics {
            period: Seconds(period),
            delay: Seconds(*rng.choice(&[1, 5, 20]).unwrap()),
        };
        plan.otherwise = *rng
            .choice(&[
                Otherwise::Hold,
                Otherwise::Hold,
                Otherwise::Promote,
                Otherwise::RollBack,
            ])
            .unwrap();
        plan.rule.certified = *rng.choice(&[0.01, 0.05, 0.1]).unwrap();
        let blue_fails = *rng.choice(&[0.0, 0.001, 0.01, 0.05]).unwrap();
        let worse = *rng.choice(&[0.0, 0.0, 0.0, 0.01, 0.05, 0.2, 1.0]).unwrap();
        let sometimes = |rng: &mut Rng, share: f64, most: u64| {
            let at = rng.u64(1..most);
            (rng.f64() < share).then_some(at)
        };
        Self {
            seed,
            plan,
            rate: *rng.choice(&[0.2, 2.0, 20.0, 100.0, 500.0]).unwrap(),
            blue_fails,
            green_fails: f64::min(blue_fails + worse, 1.0),
            worse_from: if rng.f64() < 0.3 { rng.u64(0..200) } else { 0 },
            outage: sometimes(&mut rng, 0.15, 200).map(|at| (at, 0.3)),
            faults: *rng.choice(&[0.0, 0.02, 0.1]).unwrap(),
            crashes: *rng.choice(&[0.0, 0.01, 0.05]).unwrap(),
            rival_at: sometimes(&mut rng, 0.15, 300),
            lost_metrics: *rng.choice(&[0.0, 0.0, 0.01]).unwrap(),
            clock_jump: *rng.choice(&[0, 0, 0, 30]).unwrap(),
            interrupt_at: sometimes(&mut rng, 0.05, 200),
            alarm_at: sometimes(&mut rng, 0.05, 200),
            users_text: rng.choice(["", "the shop's front door"]).unwrap(),
        }
    }

    /// Nothing but the verdict ends this rollout.
    pub(crate) fn asks_for_the_verdict(&self) -> bool {
        self.interrupt_at.is_none()
            && self.alarm_at.is_none()
            && self.rival_at.is_none()
            && self.clock_jump == 0
            && self.plan.otherwise == Otherwise::Hold
    }

    pub(crate) fn is_equal(&self) -> bool {
        self.green_fails.to_bits() == self.blue_fails.to_bits()
    }

    /// Worse by what the plan wants excluded, from the start on.
    pub(crate) fn is_bad(&self) -> bool {
        let worse = self.green_fails - self.blue_fails;
        self.worse_from == 0 && self.outage.is_none() && worse >= self.plan.rule.certified
    }

    /// Fails a fifth more of its requests than blue does, and there are many.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_bad() && self.rate >= 20.0 && self.green_fails - self.blue_fails >= 0.2
    }
}
