//! How often the verdict is wrong, and how quickly it is right: simulated rollouts of greens that
//! are equal, worse and broken, beside what is usual, and as AWS delivers what is known of them.
//! `make bench-verdict`.

mod deliver;
mod judge;
#[path = "../../tests/simulation/poisson.rs"]
mod poisson;
mod print;
mod simulate;

use std::thread;

use bluegreen_rollout::controller::Action;
use deliver::{DELIVERIES, Shifted};
use fastrand::Rng;
use judge::{End, JUDGES};
use simulate::{Cell, Green, simulate};

const WEIGHTS: [f64; 3] = [0.05, 0.1, 0.5];
const BLUE_FAILS: [f64; 2] = [0.001, 0.01];
const RATES: [f64; 4] = [1.0, 10.0, 100.0, 1000.0];
const GREENS: [Green; 4] = [
    Green::EQUAL,
    Green::fails("1 point worse", 0.01),
    Green::fails("5 points worse", 0.05),
    Green::fails("fails everything", 1.0),
];
/// Those that are judged as AWS delivers.
const DELIVERED: [Green; 4] = [
    Green::EQUAL,
    Green::fails("fails 20 %", 0.2),
    Green {
        name: "returns 500 for 20 %",
        errors: 0.0,
        returned: 0.2,
    },
    Green::fails("fails everything", 1.0),
];

/// What many runs of one cell came to.
#[derive(Debug, Clone)]
struct Outcome {
    rolled_back: f64,
    promoted: f64,
    median_seconds: u64,
    median_failed: u64,
}

/// One run of a cell, judged in several ways.
type Run<const N: usize> = fn(Cell, &mut Rng) -> [End; N];
type Row<const N: usize> = (Cell, [Outcome; N]);

fn judged(cell: Cell, rng: &mut Rng) -> [End; 3] {
    let seconds = simulate(cell, rng);
    JUDGES.map(|judge| judge.judge(cell, &seconds))
}

fn delivered(cell: Cell, rng: &mut Rng) -> [End; 4] {
    let shifted = Shifted::simulate(cell, rng);
    DELIVERIES.map(|delivery| delivery.judge(cell, &shifted))
}

fn outcomes<const N: usize>(cell: Cell, runs: u64, run: Run<N>) -> [Outcome; N] {
    let mut ends = [const { Vec::new() }; N];
    for seed in 0..runs {
        let run = run(cell, &mut Rng::with_seed(seed));
        for (end, ends) in run.into_iter().zip(&mut ends) {
            ends.push(end);
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

/// Every cell of one green.
fn cells(green: Green, rates: &[f64]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for weight in WEIGHTS {
        for blue_fails in BLUE_FAILS {
            cells.extend(rates.iter().map(|rate| Cell {
                weight,
                blue_fails,
                rate: *rate,
                green,
            }));
        }
    }
    cells
}

/// What these cells come to, on two threads.
fn table<const N: usize>(cells: Vec<Cell>, runs: u64, run: Run<N>) -> Vec<Row<N>> {
    // Only rare ends need many runs.
    let runs_of = move |cell: &Cell| match cell.green.is_equal() {
        true => runs,
        false => runs / 20,
    };
    let work = |cells: Vec<Cell>| {
        thread::spawn(move || {
            let outcome = |cell: Cell| (cell, outcomes(cell, runs_of(&cell), run));
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

fn beside_alarms(runs: u64) {
    for green in GREENS {
        let rows = table(cells(green, &RATES), runs, judged);
        println!("\n## Green {}\n", green.name);
        print::summary(JUDGES, &rows);
        println!();
        print::cells(&rows);
    }
}

/// An equal green in all cells; of the others only what is shown of each: a canary of a tenth.
fn as_aws_delivers(runs: u64) {
    let is_shown = |cell: &Cell| cell.weight == 0.1 && cell.blue_fails == 0.001;
    println!(
        "\n## As AWS delivers\n\nThe weight rises at some moment of a minute, and Lambda's minutes are \
         there 90 s after their end. Green equal to blue:\n"
    );
    let mut shown = Vec::new();
    for green in DELIVERED {
        let mut cells = cells(green, &RATES[..3]);
        cells.retain(|cell| green.is_equal() || is_shown(cell));
        let rows = table(cells, runs, delivered);
        if green.is_equal() {
            print::summary(DELIVERIES, &rows);
        }
        shown.extend(rows.into_iter().filter(|(cell, _)| is_shown(cell)));
    }
    println!("\nA weight of 10 %, a blue that fails 0.1 %:\n");
    print::delivered(&shown);
}

fn main() {
    let runs = std::env::args().nth(1).and_then(|runs| runs.parse().ok());
    let runs: u64 = runs.unwrap_or(20_000);
    println!(
        "{runs} runs of an equal green in each cell, {} of the others. \"back\": rolled back, \
         \"on\": promoted; then the medians of the seconds until the end and of the requests that \
         green failed by then.",
        runs / 20
    );
    beside_alarms(runs);
    as_aws_delivers(runs);
}
