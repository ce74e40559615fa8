//! How often the verdict is wrong, and how quickly it is right, beside what is usual: simulated
//! rollouts of greens that are equal, worse and broken. `make bench-verdict`.

mod judge;
#[path = "../../tests/simulation/poisson.rs"]
mod poisson;
mod print;
mod simulate;

use std::thread;

use fastrand::Rng;
use judge::{End, JUDGES};
use rollout::controller::Action;
use simulate::{Cell, simulate};

const WEIGHTS: [f64; 3] = [0.05, 0.1, 0.5];
const BLUE_FAILS: [f64; 2] = [0.001, 0.01];
const RATES: [f64; 4] = [1.0, 10.0, 100.0, 1000.0];
const GREENS: [(&str, f64); 4] = [
    ("equal to blue", 0.0),
    ("1 point worse", 0.01),
    ("5 points worse", 0.05),
    ("fails everything", 1.0),
];
/// What many runs of one cell came to.
#[derive(Debug, Clone)]
struct Outcome {
    rolled_back: f64,
    promoted: f64,
    median_seconds: u64,
    median_failed: u64,
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
        print::summary(&rows);
        println!();
        print::cells(&rows);
    }
}
