//! What the versions answered, by period, and what CloudWatch tells of it, and when. The traffic
//! knows the truth: which weights each period's requests met.

use std::collections::BTreeMap;

use bluegreen_rollout::{
    Timestamp,
    samples::{Sample, Samples},
    signal::{Answers, Signal, Source},
};
use fastrand::Rng;

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
    /// What the function says, in periods of its own.
    said: BTreeMap<u64, Period>,
}

impl Traffic {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed ^ 0x7aff1c),
            until: 0,
            periods: BTreeMap::new(),
            said: BTreeMap::new(),
        }
    }

    /// Serves requests until this millisecond, with green's share.
    pub(crate) fn serve(&mut self, scenario: &Scenario, share: f64, until: u64) {
        let lengths = scenario
            .plan
            .sources()
            .map(|source| length(scenario, source));
        let lengths: Vec<u64> = lengths.collect();
        while self.until < until {
            let ends = lengths
                .iter()
                .map(|length| self.until - self.until % length + length);
            let edges = edges(scenario).filter(|edge| *edge > self.until);
            let end = ends.chain(edges).fold(until, u64::min);
            self.serve_evenly(scenario, share, end);
        }
    }

    fn serve_evenly(&mut self, scenario: &Scenario, share: f64, end: u64) {
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
        let (blue, said_of_blue) = scenario.said.split(blue.0, blue.1, false);
        let (green, said_of_green) = scenario.said.split(green.0, green.1, true);
        let start = |source| (self.until - self.until % length(scenario, source)) / 1000;
        let (period, of_said) = (start(Source::Lambda), start(Source::Outcomes));
        let sum = self.periods.entry(period).or_default();
        sum.add(blue, green, share);
        if scenario.plan.outcomes.is_some() {
            let sum = self.said.entry(of_said).or_default();
            sum.add(said_of_blue, said_of_green, share);
        }
        self.until = end;
    }

    /// Requests, and those that failed.
    fn answered(&mut self, mean: f64, fails: f64) -> (u64, u64) {
        let requests = poisson(&mut self.rng, mean);
        let errors = poisson(&mut self.rng, requests as f64 * fails).min(requests);
        (requests, if fails >= 1.0 { requests } else { errors })
    }

    /// Requests that green answered in the periods that begin in these seconds.
    pub(crate) fn green_between(&self, from: u64, to: u64) -> u64 {
        let periods = self.periods.range(from..=to);
        periods.map(|(_, period)| period.green.requests).sum()
    }

    /// Whether green answered anything in a period of any source that begins in these seconds.
    pub(crate) fn green_was_seen_between(&self, from: u64, to: u64) -> bool {
        let mut said = self.said.range(from..=to);
        self.green_between(from, to) > 0 || said.any(|(_, period)| period.green.requests > 0)
    }

    /// Requests of green that the function has told of by now.
    pub(crate) fn said_by_green(&self, scenario: &Scenario, now: u64) -> u64 {
        let said = self.said(scenario, now);
        said.iter()
            .filter_map(|sample| sample.green)
            .map(|green| green.requests)
            .sum()
    }

    /// What CloudWatch tells at this moment.
    pub(crate) fn samples(&self, scenario: &Scenario, now: u64) -> Samples {
        Samples {
            lambda: self.counted(scenario, now),
            outcomes: self.said(scenario, now),
        }
    }

    fn said(&self, scenario: &Scenario, now: u64) -> Vec<Sample> {
        let metrics = scenario.plan.metrics_of(Source::Outcomes);
        let told = self.said.iter().filter_map(|(start, period)| {
            let mut rng = Rng::with_seed(scenario.seed ^ (start << 8) ^ 7);
            let mut is_there = |answers: Answers| {
                let late = metrics.period.0 + rng.u64(0..=metrics.delay.0);
                (answers.requests > 0 && (start + late) * 1000 <= now).then_some(answers)
            };
            let sample = Sample {
                at: Timestamp::from_unix(EPOCH + start),
                blue: is_there(period.blue),
                green: is_there(period.green),
                total: None,
            };
            let sample = scenario.said.heard(sample, *start, &mut rng);
            (sample.blue.or(sample.green)).map(|_| sample)
        });
        told.collect()
    }

    fn counted(&self, scenario: &Scenario, now: u64) -> Vec<Sample> {
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

impl Period {
    fn add(&mut self, blue: Answers, green: Answers, share: f64) {
        (self.blue, self.green) = (self.blue + blue, self.green + green);
        if !self.shares.contains(&share) {
            self.shares.push(share);
        }
    }
}

/// Milliseconds of a source's period.
fn length(scenario: &Scenario, source: Source) -> u64 {
    scenario.plan.metrics_of(source).period.0 * 1000
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
