//! How often the verdict is wrong, and how quickly it is right, beside what is usual: simulated
//! rollouts of greens that are equal, worse and broken. `make bench-verdict`.

#[path = "../tests/simulation/poisson.rs"]
mod poisson;

use std::{fmt, thread};

use fastrand::Rng;
use poisson::poisson;
use rollout::{
    Rollout, Seconds, Started, Timestamp, Version, Weight,
    assessment::Assessment,
    controller::Action,
    plan::Plan,
    samples::Sample,
    signal::{Answers, Signal},
    verdict::Verdict,
};

const WEIGHTS: [f64; 3] = [0.05, 0.1, 0.5];
const BLUE_FAILS: [f64; 2] = [0.001, 0.01];
const RATES: [f64; 4] = [1.0, 10.0, 100.0, 1000.0];
const GREENS: [(&str, f64); 4] = [
    ("equal to blue", 0.0),
    ("1 point worse", 0.01),
    ("5 points worse", 0.05),
    ("fails everything", 1.0),
];
/// Seconds until the rollout ends, and after which one that pleases is promoted.
const HORIZON: u64 = 600;
const BAKE: u64 = 300;
const START: u64 = 1_800_000_000;

/// How a rollout is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judge {
    /// This crate, on one-second data.
    Verdict,
    /// An alarm on the alias: errors in two minutes, one after the other.
    Alarm,
    /// Green's success below 99 % in five checks, one a minute.
    Threshold,
}

const JUDGES: [Judge; 3] = [Judge::Verdict, Judge::Alarm, Judge::Threshold];

#[derive(Debug, Clone, Copy)]
struct Cell {
    weight: f64,
    blue_fails: f64,
    rate: f64,
    worse: f64,
}

/// What both versions answered in one second.
type Second = (Answers, Answers);

#[derive(Debug, Clone, Copy)]
struct End {
    action: Option<Action>,
    /// Seconds from the start, and requests that green failed by then.
    after: u64,
    failed: u64,
}

/// What many runs of one cell came to.
#[derive(Debug, Clone)]
struct Outcome {
    rolled_back: f64,
    promoted: f64,
    median_seconds: u64,
    median_failed: u64,
}

fn failed(answers: Answers) -> u64 {
    answers.counts(Signal::Errors).bad
}

fn simulate(cell: Cell, rng: &mut Rng) -> Vec<Second> {
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

impl Judge {
    fn judge(self, cell: Cell, seconds: &[Second]) -> End {
        let (action, after) = match self {
            Self::Verdict => verdict(cell, seconds),
            Self::Alarm => alarm(seconds),
            Self::Threshold => threshold(seconds),
        };
        let failed = seconds[..after as usize]
            .iter()
            .map(|(_, green)| failed(*green))
            .sum();
        End {
            action,
            after,
            failed,
        }
    }
}

/// A rollout at its only step, whose traffic begins at the start.
fn rollout(weight: f64) -> Rollout {
    let version = |number| Version::new(number).expect("it is not 0");
    let weight = Weight::new(weight).expect("it is a weight");
    let strategy = format!("canary:{weight}/{}", Seconds(BAKE));
    let mut plan = Plan::new(strategy.parse().expect("it is a strategy"));
    (plan.metrics.period, plan.metrics.delay) = (Seconds(1), Seconds(1));
    let started = Started {
        at: Timestamp::from_unix(START),
        within: Some(Seconds(0)),
    };
    Rollout {
        blue: version(1),
        green: version(2),
        plan,
        run: "run".to_owned(),
        started: vec![started],
        probe: None,
        before: Vec::new(),
    }
}

/// The deployer's own verdict, each second.
fn verdict(cell: Cell, seconds: &[Second]) -> (Option<Action>, u64) {
    let rollout = rollout(cell.weight);
    let now = |after: u64| Timestamp::from_unix(START + after);
    let mut samples = Vec::new();
    for (index, (blue, green)) in (0..).zip(seconds) {
        samples.push(Sample {
            at: now(index),
            blue: Some(*blue),
            green: Some(*green),
            total: None,
        });
        let after = index + 1;
        // Without a failure of green nothing rolls back, and before its time nothing is promoted.
        if failed(*green) == 0 && (after < BAKE || !after.is_multiple_of(5)) {
            continue;
        }
        let seen = Assessment::new(&rollout, &samples, now(after), Seconds(4));
        match seen.judgement.verdict {
            Verdict::Rollback => return (Some(Action::RollBack), after),
            Verdict::Promote => return (Some(Action::Promote), after),
            Verdict::Inconclusive => {}
        }
    }
    (None, HORIZON)
}

fn minutes(seconds: &[Second]) -> impl Iterator<Item = (u64, Second)> {
    let minute = |minute: &[Second]| {
        let sum = |(blue, green): Second, (b, g): &Second| (blue + *b, green + *g);
        minute.iter().fold(Second::default(), sum)
    };
    (1..).zip(seconds.chunks(60).map(minute))
}

fn alarm(seconds: &[Second]) -> (Option<Action>, u64) {
    let mut before = false;
    for (minute, (blue, green)) in minutes(seconds).take((BAKE / 60) as usize) {
        let errors = failed(blue + green) > 0;
        if errors && before {
            return (Some(Action::RollBack), minute * 60);
        }
        before = errors;
    }
    (Some(Action::Promote), BAKE)
}

fn threshold(seconds: &[Second]) -> (Option<Action>, u64) {
    let mut bad = 0;
    for (minute, (_, green)) in minutes(seconds) {
        bad += u32::from(failed(green) * 100 > green.requests);
        if bad == 5 {
            return (Some(Action::RollBack), minute * 60);
        }
    }
    (Some(Action::Promote), HORIZON)
}

fn outcomes(cell: Cell, runs: u64) -> [Outcome; 3] {
    let mut ends = [const { Vec::new() }; 3];
    for seed in 0..runs {
        let seconds = simulate(cell, &mut Rng::with_seed(seed));
        for (judge, ends) in JUDGES.iter().zip(&mut ends) {
            ends.push(judge.judge(cell, &seconds));
        }
    }
    ends.map(|ends| outcome(&ends))
}

fn outcome(ends: &[End]) -> Outcome {
    let share = |action| {
        let count = ends.iter().filter(|end| end.action == Some(action)).count();
        count as f64 / ends.len() as f64
    };
    let median = |of: fn(&End) -> u64| {
        let mut values: Vec<u64> = ends.iter().map(of).collect();
        values.sort_unstable();
        values[values.len() / 2]
    };
    Outcome {
        rolled_back: share(Action::RollBack),
        promoted: share(Action::Promote),
        median_seconds: median(|end| end.after),
        median_failed: median(|end| end.failed),
    }
}

fn cells(worse: f64) -> Vec<Cell> {
    let mut cells = Vec::new();
    for weight in WEIGHTS {
        for blue_fails in BLUE_FAILS {
            cells.extend(RATES.map(|rate| Cell {
                weight,
                blue_fails,
                rate,
                worse,
            }));
        }
    }
    cells
}

/// All cells of one green, on two threads.
fn table(worse: f64, runs: u64) -> Vec<(Cell, [Outcome; 3])> {
    let cells = cells(worse);
    let work = |cells: Vec<Cell>| {
        thread::spawn(move || {
            let outcome = |cell: Cell| (cell, outcomes(cell, runs));
            cells.into_iter().map(outcome).collect::<Vec<_>>()
        })
    };
    let (even, odd): (Vec<_>, Vec<_>) = (0..).zip(cells).partition(|(index, _)| index % 2 == 0);
    let halves = [even, odd]
        .map(|half: Vec<(usize, Cell)>| work(half.into_iter().map(|(_, c)| c).collect()));
    let mut rows: Vec<_> = halves
        .into_iter()
        .flat_map(|half| half.join().expect("no run panics"))
        .collect();
    rows.sort_by(|(a, _), (b, _)| {
        let key = |cell: &Cell| (cell.weight, cell.blue_fails, cell.rate);
        key(a).partial_cmp(&key(b)).expect("no number is NaN")
    });
    rows
}

fn print_cells(rows: &[(Cell, [Outcome; 3])]) {
    println!("| weight | blue fails | requests/s | verdict | alarm | threshold |");
    println!("|---|---|---|---|---|---|");
    for (cell, outcomes) in rows {
        let [verdict, alarm, threshold] = outcomes;
        println!(
            "| {} | {} | {} | {verdict} | {alarm} | {threshold} |",
            percent(cell.weight),
            percent(cell.blue_fails),
            cell.rate,
        );
    }
}

fn print_summary(rows: &[(Cell, [Outcome; 3])]) {
    for (index, judge) in JUDGES.iter().enumerate() {
        let of = |value: fn(&Outcome) -> f64| {
            let values: Vec<f64> = rows
                .iter()
                .map(|(_, outcomes)| value(&outcomes[index]))
                .collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (mean, values.iter().copied().fold(0.0, f64::max))
        };
        let (rollbacks, promotions) = (
            of(|outcome| outcome.rolled_back),
            of(|outcome| outcome.promoted),
        );
        println!(
            "| {judge} | {} (at most {}) | {} (at most {}) |",
            percent(rollbacks.0),
            percent(rollbacks.1),
            percent(promotions.0),
            percent(promotions.1)
        );
    }
}

/// Two digits that count.
fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".to_owned(),
        percent if percent < 1.0 => format!("{percent:.2} %"),
        percent if percent < 10.0 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

impl fmt::Display for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verdict => "the verdict",
            Self::Alarm => "alarm: errors in 2 of 2 minutes",
            Self::Threshold => "threshold: below 99 % in 5 checks",
        })
    }
}

/// `back 99 %, on 0 %, 12 s, 3 failed`
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "back {}, on {}; {} s, {} failed",
            percent(self.rolled_back),
            percent(self.promoted),
            self.median_seconds,
            self.median_failed
        )
    }
}

fn main() {
    let runs = std::env::args().nth(1).and_then(|runs| runs.parse().ok());
    let runs: u64 = runs.unwrap_or(20_000);
    println!(
        "{runs} runs of an equal green in each of 24 cells, {} of the others. \"back\": rolled back, \
         \"on\": promoted; then the medians of the seconds until the end and of the requests that \
         green failed by then.",
        runs / 20
    );
    for (name, worse) in GREENS {
        // Only rare ends need many runs.
        let runs = if worse > 0.0 { runs / 20 } else { runs };
        let rows = table(worse, runs);
        println!("\n## Green {name}\n\n| judged by | rolled back | promoted |\n|---|---|---|");
        print_summary(&rows);
        println!();
        print_cells(&rows);
    }
}
