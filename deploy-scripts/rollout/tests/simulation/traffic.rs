//! What the versions answered, by period, and what CloudWatch tells of it, and when. The traffic
//! knows the truth: which weights each period's requests met.

use std::collections::BTreeMap;

use fastrand::Rng;
use rollout::{
    Timestamp,
    samples::Sample,
    signal::{Answers, Signal},
};

use crate::{cloud::EPOCH, poisson::poisson, scenario::Scenario};

/// For how many seconds an outage lasts.
const OUTAGE: u64 = 120;

#[derive(Debug, Clone, Default)]
pub(crate) struct Period {
    blue: Answers,
    green: Answers,
    /// Green's shares that were in force, each once.
    pub(crate) shares: Vec<f64>,
}

#[derive(Debug)]
pub(crate) struct Traffic {
    rng: Rng,
    /// Up to this millisecond all is served.
    until: u64,
    pub(crate) periods: BTreeMap<u64, Period>,
}

impl Traffic {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed ^ 0x7aff1c),
            until: 0,
            periods: BTreeMap::new(),
        }
    }

    /// Serves requests until this millisecond, with green's share.
    pub(crate) fn serve(&mut self, scenario: &Scenario, share: f64, until: u64) {
        let length = scenario.plan.metrics.period.0 * 1000;
        while self.until < until {
            let period = self.until - self.until % length;
            let end = edges(scenario)
                .filter(|edge| *edge > self.until)
                .fold(until.min(period + length), u64::min);
            self.serve_evenly(scenario, (period / 1000, share), end);
        }
    }

    fn serve_evenly(&mut self, scenario: &Scenario, (period, share): (u64, f64), end: u64) {
        let seconds = (end - self.until) as f64 / 1000.0;
        let now = self.until / 1000;
        let outage = match scenario.outage {
            Some((from, share)) if (from..from + OUTAGE).contains(&now) => share,
            _ => 0.0,
        };
        let green_fails = match now >= scenario.worse_from {
            true => scenario.green_fails,
            false => scenario.blue_fails,
        };
        let (blue_fails, rate) = (scenario.blue_fails, scenario.rate * seconds);
        let blue = self.answered(rate * (1.0 - share), f64::min(blue_fails + outage, 1.0));
        let green = self.answered(rate * share, f64::min(green_fails + outage, 1.0));
        let sum = self.periods.entry(period).or_default();
        (sum.blue, sum.green) = (sum.blue + blue, sum.green + green);
        if !sum.shares.contains(&share) {
            sum.shares.push(share);
        }
        self.until = end;
    }

    fn answered(&mut self, mean: f64, fails: f64) -> Answers {
        let requests = poisson(&mut self.rng, mean);
        let errors = poisson(&mut self.rng, requests as f64 * fails).min(requests);
        let errors = if fails >= 1.0 { requests } else { errors };
        Answers::new(requests).with(Signal::Errors, errors)
    }

    /// Requests that green answered in the periods that begin in these seconds.
    pub(crate) fn green_between(&self, from: u64, to: u64) -> u64 {
        let periods = self.periods.range(from..=to);
        periods.map(|(_, period)| period.green.requests).sum()
    }

    /// What CloudWatch tells at this moment.
    pub(crate) fn samples(&self, scenario: &Scenario, now: u64) -> Vec<Sample> {
        let periods = self.periods.iter();
        let sample = |(start, period): (&u64, &Period)| {
            let series = Series {
                scenario,
                start: *start,
                now,
            };
            let (blue, green) = (series.shown(0, period.blue), series.green(period.green));
            let total = period.blue.requests + series.settled(period.green).requests;
            Sample {
                at: Timestamp::from_unix(EPOCH + start),
                blue,
                green,
                total: scenario
                    .metrics
                    .total
                    .then_some(total)
                    .filter(|_| series.is_there(2)),
            }
        };
        let samples = periods.map(sample);
        samples
            .filter(|sample| (sample.blue, sample.green) != (None, None))
            .collect()
    }
}

/// The moments at which something about the traffic changes, in milliseconds.
fn edges(scenario: &Scenario) -> impl Iterator<Item = u64> {
    let outage = scenario
        .outage
        .into_iter()
        .flat_map(|(at, _)| [at, at + OUTAGE]);
    outage
        .chain([scenario.worse_from])
        .map(|second| second * 1000)
}

/// The data of one period.
struct Series<'a> {
    scenario: &'a Scenario,
    start: u64,
    now: u64,
}

impl Series<'_> {
    /// Each series of a period comes when it comes, whole.
    fn is_there(&self, series: u64) -> bool {
        let mut rng = Rng::with_seed(self.scenario.seed ^ (self.start << 8) ^ series);
        let lost = series < 2 && rng.f64() < self.scenario.metrics.lost;
        let metrics = self.scenario.plan.metrics;
        let delay = rng.u64(0..=metrics.delay.0);
        let end = self.start
            + if self.scenario.metrics.live {
                0
            } else {
                metrics.period.0
            };
        !lost && (end + delay) * 1000 <= self.now
    }

    /// A version without requests has no data.
    fn shown(&self, series: u64, answers: Answers) -> Option<Answers> {
        (answers.requests > 0 && self.is_there(series)).then_some(answers)
    }

    fn green(&self, answers: Answers) -> Option<Answers> {
        self.shown(1, self.settled(answers))
    }

    /// What is counted by now: requests that hang are counted when they end.
    fn settled(&self, answers: Answers) -> Answers {
        let end = self.start + self.scenario.plan.metrics.period.0;
        let hanging =
            self.scenario.hangs && self.now < (end + self.scenario.settings.timeout.0) * 1000;
        match hanging {
            false => answers,
            true => {
                let errors = answers.counts(Signal::Errors).bad;
                Answers::new(answers.requests - errors)
            }
        }
    }
}
