//! The simulated cloud: an alias with a revision id, traffic, and metrics that come late.

use std::collections::BTreeMap;

use fastrand::Rng;
use rollout::{Answers, Routing, Sample, Timestamp, Version, Weight};

use crate::scenario::Scenario;

pub(crate) const BLUE: u64 = 3;
pub(crate) const GREEN: u64 = 4;
/// Where the cloud's time begins.
pub(crate) const EPOCH: u64 = 1_800_000_000;

/// A write that the cloud accepted.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub(crate) at: u64,
    pub(crate) routing: Routing,
    pub(crate) description: String,
    pub(crate) by_rival: bool,
    /// Whether the writer gave the revision id that was current.
    pub(crate) checked: bool,
}

/// Why a call gave no answer that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// No answer: whether the call was done is not known.
    Lost,
    Throttled,
    /// The revision id is not the current one.
    Conflict,
    /// The deployer died.
    Crashed,
}

#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) routing: Routing,
    pub(crate) description: String,
    pub(crate) revision: u64,
}

#[derive(Debug)]
pub(crate) struct Cloud {
    scenario: Scenario,
    rng: Rng,
    /// Seconds since the beginning.
    pub(crate) now: u64,
    alias: Seen,
    answers: BTreeMap<u64, (Answers, Answers)>,
    pub(crate) writes: Vec<Accepted>,
    rival_done: bool,
}

pub(crate) fn version(number: u64) -> Version {
    Version::new(number).unwrap()
}

impl Cloud {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self {
            scenario: scenario.clone(),
            rng: Rng::with_seed(scenario.seed ^ 0x5eed),
            now: 0,
            alias: Seen {
                routing: Routing::All(version(BLUE)),
                description: scenario.users_text.to_owned(),
                revision: 1,
            },
            answers: BTreeMap::new(),
            writes: Vec::new(),
            rival_done: false,
        }
    }

    pub(crate) fn alias(&self) -> &Seen {
        &self.alias
    }

    /// Requests that green really answered.
    pub(crate) fn green_requests(&self) -> u64 {
        self.green_requests_between(0, self.now)
    }

    pub(crate) fn green_requests_between(&self, from: u64, to: u64) -> u64 {
        let answers = self.answers.range(from..to);
        answers.map(|(_, (_, green))| green.requests).sum()
    }

    /// Lets time go by, with traffic.
    pub(crate) fn advance(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.serve();
            self.now += 1;
            if self.scenario.rival_at.is_some_and(|at| at <= self.now) && !self.rival_done {
                self.rival_done = self.rival_moves();
            }
        }
    }

    fn serve(&mut self) {
        let scenario = &self.scenario;
        let outage = match scenario.outage {
            Some((from, share)) if (from..from + 60).contains(&self.now) => share,
            _ => 0.0,
        };
        let green_fails = match self.now >= scenario.worse_from {
            true => scenario.green_fails,
            false => scenario.blue_fails,
        };
        let (blue_fails, rate) = (scenario.blue_fails, scenario.rate);
        let share = self.alias.routing.share_of(version(GREEN));
        let blue = self.answered(rate * (1.0 - share), f64::min(blue_fails + outage, 1.0));
        let green = self.answered(rate * share, f64::min(green_fails + outage, 1.0));
        self.answers.insert(self.now, (blue, green));
    }

    fn answered(&mut self, mean: f64, fails: f64) -> Answers {
        let requests = poisson(&mut self.rng, mean);
        let errors = poisson(&mut self.rng, requests as f64 * fails).min(requests);
        Answers {
            requests,
            errors: if fails >= 1.0 { requests } else { errors },
            slow: 0,
        }
    }

    /// Somebody who does not know of the rollout, once it is under way.
    fn rival_moves(&mut self) -> bool {
        if !matches!(self.alias.routing, Routing::Split { .. }) {
            return false;
        }
        let (blue, green) = (version(BLUE), version(GREEN));
        let (routing, description) = match self.rng.u8(0..4) {
            0 => (Routing::All(blue), self.alias.description.clone()),
            1 => (Routing::All(green), "from the console".to_owned()),
            2 => {
                let weight = Weight::new(0.77).unwrap();
                let split = Routing::Split {
                    blue,
                    green,
                    weight,
                };
                (split, self.alias.description.clone())
            }
            _ => (Routing::All(version(2)), "terraform".to_owned()),
        };
        self.accept(routing, &description, true, true);
        true
    }

    fn accept(&mut self, routing: Routing, description: &str, by_rival: bool, checked: bool) {
        self.alias = Seen {
            routing,
            description: description.to_owned(),
            revision: self.alias.revision + 1,
        };
        self.writes.push(Accepted {
            at: self.now,
            routing,
            description: description.to_owned(),
            by_rival,
            checked,
        });
    }

    pub(crate) fn get_alias(&mut self) -> Result<Seen, Failed> {
        self.request()?;
        let seen = self.alias.clone();
        self.answer()?;
        Ok(seen)
    }

    pub(crate) fn update_alias(
        &mut self,
        revision: Option<u64>,
        routing: Routing,
        description: &str,
    ) -> Result<(), Failed> {
        self.request()?;
        if revision.is_some_and(|revision| revision != self.alias.revision) {
            return Err(Failed::Conflict);
        }
        assert!(description.chars().count() <= 256, "{description}");
        self.accept(routing, description, false, revision.is_some());
        self.answer()
    }

    /// All periods that have data so far.
    pub(crate) fn metrics(&mut self) -> Result<Vec<Sample>, Failed> {
        self.request()?;
        let period = self.scenario.plan.metrics.period.0;
        let delay = self.scenario.plan.metrics.delay.0;
        let mut periods: BTreeMap<u64, (Answers, Answers)> = BTreeMap::new();
        for (second, (blue, green)) in self.answers.range(..self.now.saturating_sub(delay)) {
            let sum = periods.entry(second - second % period).or_default();
            *sum = (sum.0 + *blue, sum.1 + *green);
        }
        let samples = periods.into_iter().map(|(second, (blue, green))| Sample {
            at: Timestamp::from_unix(EPOCH + second),
            blue: self.unless_lost(second, 0, blue),
            green: self.unless_lost(second, 1, green),
        });
        let samples = samples.collect();
        self.answer()?;
        Ok(samples)
    }

    /// The same data are lost at every look.
    fn unless_lost(&self, second: u64, salt: u64, answers: Answers) -> Answers {
        let mut rng = Rng::with_seed(self.scenario.seed ^ (second << 8) ^ salt);
        match rng.f64() < self.scenario.lost_metrics {
            true => Answers::default(),
            false => answers,
        }
    }

    pub(crate) fn ringing(&mut self) -> Result<Vec<String>, Failed> {
        self.request()?;
        let rings = self.scenario.alarm_at.is_some_and(|at| at <= self.now);
        self.answer()?;
        Ok(rings
            .then(|| "checkout-p99".to_owned())
            .into_iter()
            .collect())
    }

    /// What can go wrong before a call is done.
    fn request(&mut self) -> Result<(), Failed> {
        if self.rng.f64() < 0.1 {
            self.advance(1);
        }
        let Scenario {
            faults, crashes, ..
        } = self.scenario;
        match self.rng.f64() {
            x if x < crashes => Err(Failed::Crashed),
            x if x < crashes + faults => Err(Failed::Lost),
            x if x < crashes + 2.0 * faults => Err(Failed::Throttled),
            _ => Ok(()),
        }
    }

    /// What can go wrong afterwards.
    fn answer(&mut self) -> Result<(), Failed> {
        let Scenario {
            faults, crashes, ..
        } = self.scenario;
        match self.rng.f64() {
            x if x < crashes => Err(Failed::Crashed),
            x if x < crashes + faults => Err(Failed::Lost),
            _ => Ok(()),
        }
    }
}

/// A Poisson variable: by multiplication for small means, by the normal law for large ones.
pub(crate) fn poisson(rng: &mut Rng, mean: f64) -> u64 {
    if mean > 50.0 {
        let uniform = (1.0 - rng.f64(), rng.f64());
        let normal = (-2.0 * uniform.0.ln()).sqrt() * (std::f64::consts::TAU * uniform.1).cos();
        return (mean + mean.sqrt() * normal).round().max(0.0) as u64;
    }
    let (limit, mut product, mut count) = ((-mean).exp(), rng.f64(), 0);
    while product > limit {
        product *= rng.f64();
        count += 1;
    }
    count
}
