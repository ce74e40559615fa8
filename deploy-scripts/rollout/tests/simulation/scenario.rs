//! What one run is about: a plan, the traffic, how good green is, and what goes wrong.

use bluegreen_rollout::{
    Probe, Seconds,
    controller::Settings,
    plan::{Metrics, Otherwise, Plan},
    verdict::{Counts, Rule},
};
use fastrand::Rng;

use crate::{
    plans::plan,
    rival::Rival,
    said::{Flaw, Said},
};

#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) seed: u64,
    pub(crate) plan: Plan,
    pub(crate) settings: Settings,
    pub(crate) probe: Option<Probe>,
    /// A scheduler runs a `tick` every so many seconds, instead of one process that stays.
    pub(crate) tick_every: Option<u64>,
    /// What the second life asks for.
    pub(crate) horizon: Option<Seconds>,
    /// Requests a second, and the shares of them that fail.
    pub(crate) rate: f64,
    pub(crate) blue_fails: f64,
    pub(crate) green_fails: f64,
    /// Green is as good as blue until this second.
    pub(crate) worse_from: u64,
    /// From this second on, for some minutes, both fail this share in addition.
    pub(crate) outage: Option<(u64, f64)>,
    /// Green's bad requests hang until the timeout, and are counted then.
    pub(crate) hangs: bool,
    pub(crate) faults: Faults,
    pub(crate) metrics: Delivery,
    pub(crate) said: Said,
    /// Who else writes to the alias, and when, in milliseconds.
    pub(crate) rival: Option<(u64, Rival)>,
    /// How the command of a step ends, and after how many seconds.
    pub(crate) hook: (bool, u64),
    /// The chance that the deployer's clock jumps when it starts anew, by up to so many seconds.
    pub(crate) clock_jump: u64,
    /// When the user presses Ctrl-C, in milliseconds, and whether that means to leave.
    pub(crate) signal: Option<(u64, bool)>,
    /// When an alarm begins to ring, in seconds.
    pub(crate) alarm_at: Option<u64>,
    /// The user's own text in the alias's description.
    pub(crate) users_text: &'static str,
}

/// How AWS fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Faults {
    /// The chance that a call goes wrong, of each kind.
    pub(crate) calls: f64,
    /// The chance at each call that the deployer is killed in it.
    pub(crate) kills: f64,
    /// From this second on, for so long, this service answers nothing but "too many requests".
    pub(crate) throttled: Option<(u64, u64, Service)>,
    /// For up to so many milliseconds after a write `GetAlias` may show what was before.
    pub(crate) stale: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Lambda,
    Metrics,
    Alarms,
}

/// How the metrics come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivery {
    /// The period that is on counts as far as it has come.
    pub(crate) live: bool,
    /// Whether the alias's own total is known.
    pub(crate) total: bool,
    /// The chance that a period's data of a version never come.
    pub(crate) lost: f64,
}

impl Scenario {
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let judged = rng.f64() < 0.4;
        let scenario = Self::any(seed, &mut rng);
        if judged {
            scenario.left_to_the_verdict()
        } else {
            scenario
        }
    }

    fn any(seed: u64, rng: &mut Rng) -> Self {
        let plan = plan(rng);
        let span = plan.horizon().0.min(3600);
        let blue_fails = *rng.choice(&[0.0, 0.001, 0.01, 0.05]).unwrap();
        let worse = *rng.choice(&[0.0, 0.0, 0.0, 0.01, 0.05, 0.2, 1.0]).unwrap();
        let signal = sometimes(rng, 0.15, 1000 * span).map(|at| (at, rng.f64() < 0.3));
        Self {
            seed,
            settings: settings(rng, &plan),
            probe: (rng.f64() < 0.2).then(|| probe(rng)),
            tick_every: (rng.f64() < 0.15).then(|| rng.u64(5..60)),
            horizon: (rng.f64() < 0.2).then(|| Seconds(rng.u64(1..4000))),
            rate: *rng.choice(&[0.2, 2.0, 20.0, 100.0, 500.0]).unwrap(),
            blue_fails,
            green_fails: f64::min(blue_fails + worse, 1.0),
            worse_from: if rng.f64() < 0.3 { rng.u64(0..200) } else { 0 },
            outage: sometimes(rng, 0.2, span).map(|at| (at, 0.3)),
            hangs: rng.f64() < 0.1,
            faults: faults(rng, span),
            metrics: Delivery {
                live: rng.bool(),
                total: rng.bool(),
                lost: *rng.choice(&[0.0, 0.0, 0.01]).unwrap(),
            },
            said: Said::any(rng, &plan, worse),
            rival: rival(rng, span),
            hook: (rng.f64() < 0.8, rng.u64(0..40)),
            clock_jump: *rng.choice(&[0, 0, 0, 0, 30]).unwrap(),
            signal,
            alarm_at: sometimes(rng, 0.3, span).filter(|_| !plan.alarms.is_empty()),
            users_text: rng.choice(TEXTS).unwrap(),
            plan,
        }
    }

    /// Leaves the rollout to the verdict: nothing but that ends it.
    fn left_to_the_verdict(mut self) -> Self {
        let rule = &mut self.plan.rule;
        (rule.alpha, rule.beta) = (Rule::default().alpha, Rule::default().beta);
        self.plan.otherwise = Otherwise::Hold;
        self.hook.0 = true;
        (self.signal, self.alarm_at, self.rival) = (None, None, None);
        self
    }

    /// Nothing but the verdict ends this rollout, and it has what it takes.
    pub(crate) fn asks_for_the_verdict(&self) -> bool {
        let Metrics { period, delay } = self.plan.metrics;
        let usual = Rule::default();
        let rule = (self.plan.rule.alpha, self.plan.rule.beta) == (usual.alpha, usual.beta);
        self.signal.is_none()
            && self.alarm_at.is_none()
            && self.rival.is_none()
            && self.clock_jump == 0
            && (!self.settings.after_step || self.hook.0)
            && self.plan.otherwise == Otherwise::Hold
            && self.plan.horizon().0 >= 3 * period.0 + delay.0 + 60
            && rule
    }

    pub(crate) fn is_equal(&self) -> bool {
        self.green_fails.to_bits() == self.blue_fails.to_bits()
    }

    /// Everything that the function says comes twice.
    pub(crate) fn is_doubled(&self) -> bool {
        self.plan.outcomes.is_some() && self.said.flaw == Flaw::Doubled
    }

    /// Worse by what the plan wants excluded, from the start on.
    pub(crate) fn is_bad(&self) -> bool {
        let worse = self.green_fails - self.blue_fails;
        let shown = self.said.shows_failures();
        self.worse_from == 0 && self.outage.is_none() && shown && worse >= self.plan.rule.certified
    }

    /// Fails a fifth more of its requests than blue does, and there are many.
    pub(crate) fn is_broken(&self) -> bool {
        let first = self.plan.strategy.steps().first();
        let asked = first.map_or(0.0, |step| step.weight.share() * self.rate);
        let calm = self.faults.throttled.is_none() && self.probe.is_none() && !self.hangs;
        self.is_bad() && asked >= 2.0 && self.green_fails - self.blue_fails >= 0.2 && calm
    }
}

const TEXTS: &[&str] = &[
    "",
    "",
    "the shop's front door",
    "see bluegreen: the docs | bluegreen: ask ops",
    "🛒 the shop",
    "everything that anybody ever wanted to know of this alias, at some length",
];

/// Something that happens in some runs, once, before this moment.
pub(crate) fn sometimes(rng: &mut Rng, share: f64, most: u64) -> Option<u64> {
    let at = rng.u64(0..most.max(1));
    (rng.f64() < share).then_some(at)
}

fn settings(rng: &mut Rng, plan: &Plan) -> Settings {
    let interval = if plan.horizon().0 > 1200 {
        30..60
    } else {
        1..20
    };
    let often = plan.horizon().0 < 600 && rng.bool();
    Settings {
        timeout: Seconds(*rng.choice(&[0, 3, 3, 30, 300, 900]).unwrap()),
        interval: (!often).then(|| Seconds(rng.u64(interval))),
        after_step: rng.f64() < 0.3,
        alias_is_provisioned: rng.f64() < 0.1,
    }
}

fn probe(rng: &mut Rng) -> Probe {
    let clean = |requests| Counts { requests, bad: 0 };
    let events = *rng.choice(&[1, 20, 2000]).unwrap();
    Probe {
        blue: clean(events),
        green: clean(events + 1),
    }
}

/// At any time, but often just before and after the first write.
fn rival(rng: &mut Rng, span: u64) -> Option<(u64, Rival)> {
    let most = if rng.u8(0..3) == 0 { 1000 } else { 1000 * span };
    let at = sometimes(rng, 0.25, most)?;
    Some((at, Rival::of(rng)))
}

fn faults(rng: &mut Rng, span: u64) -> Faults {
    let services = [Service::Lambda, Service::Metrics, Service::Alarms];
    Faults {
        calls: *rng.choice(&[0.0, 0.01, 0.05]).unwrap(),
        kills: *rng.choice(&[0.0, 0.0, 0.005, 0.03]).unwrap(),
        throttled: sometimes(rng, 0.2, span)
            .map(|from| (from, rng.u64(1..200), *rng.choice(&services).unwrap())),
        stale: *rng.choice(&[0, 0, 3000]).unwrap(),
    }
}
