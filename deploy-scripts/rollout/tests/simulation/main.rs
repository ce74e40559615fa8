//! Thousands of rollouts by the controller that is shipped, against a simulated cloud in which
//! everything goes wrong: answers that are lost or late, calls that hang, throttling, kills,
//! signals at any moment, rivals, late and missing metrics, commands that fail, jumping clocks.
//! Each run follows from its seed, and a run that breaks an invariant names it.
//!
//! `SIMULATION_SEED=n` runs one of them, `SIMULATION_RUNS=n` so many.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cloud;
mod fate;
mod grounds;
mod invariants;
mod lives;
mod log;
mod plans;
mod poisson;
mod process;
mod prompt;
mod rival;
mod said;
mod scenario;
mod tally;
mod traffic;
mod writing;

use std::{env, panic, thread};

use invariants::Run;
use lives::drive;
use scenario::Scenario;
use tally::Tally;

const RUNS: u64 = 10_000;
const THREADS: u64 = 2;

fn run(seed: u64, tally: &mut Tally) {
    let again = format!("SIMULATION_SEED={seed} cargo test -p bluegreen-rollout --test simulation");
    let scenario = Scenario::of(seed);
    let driven = panic::catch_unwind(|| drive(&scenario));
    let Ok((cloud, log, outcome)) = driven else {
        panic!("a panic; seed {seed}: {again}\n{scenario:#?}");
    };
    let run = Run {
        scenario: &scenario,
        cloud: &cloud,
        log: &log,
        outcome,
    };
    if let Err(broken) = invariants::check(&run) {
        panic!(
            "{broken}\nseed {seed}: {again}\n{scenario:#?}\n{:#?}\n{log:#?}",
            cloud.writes
        );
    }
    tally.count(&scenario, outcome);
}

#[test]
fn every_rollout_ends_as_it_should_whatever_goes_wrong() {
    let number = |name| {
        env::var(name)
            .ok()
            .map(|text: String| text.parse::<u64>().unwrap())
    };
    if let Some(seed) = number("SIMULATION_SEED") {
        let mut tally = Tally::default();
        run(seed, &mut tally);
        println!("{tally:#?}");
        return;
    }
    let runs = number("SIMULATION_RUNS").unwrap_or(RUNS);
    let share = |thread: u64| {
        thread::spawn(move || {
            let mut tally = Tally::default();
            for seed in (thread..runs).step_by(THREADS as usize) {
                run(seed, &mut tally);
            }
            tally
        })
    };
    let threads: Vec<_> = (0..THREADS).map(share).collect();
    let tallies = threads.into_iter().map(|thread| thread.join().unwrap());
    let tally = tallies.fold(Tally::default(), Tally::add);
    println!("{tally:#?}");
    tally.check(runs);
}
