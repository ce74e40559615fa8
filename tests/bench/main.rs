//! `make bench-function`: starts and invokes builds of a function side by side, and writes what it
//! found as a table and a plot.
//!
//! Arguments: the folder to write to, then for each build `NAME=EXECUTABLE`, or `NAME=COMMAND in
//! FOLDER` for those that are no executable of their own. `at LEVEL` behind either sets Lambda's log
//! level, which is WARN otherwise: the template and the other languages log nothing.

mod measure;
mod report;
mod runtime_api;

use std::{env, fs, io, path::PathBuf, time::Duration};

use measure::{Measured, Session, Variant};

/// Starts of each build, one after the other in turn.
const STARTS: usize = 60;
/// Rounds of invocations, in turn as well: what disturbs the machine disturbs all builds.
const ROUNDS: usize = 10;
const INVOCATIONS: u32 = 1_000;
/// Invocations in all of those whose memory is watched.
const MANY: u64 = 100_000;

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let folder = PathBuf::from(
        args.next()
            .ok_or_else(|| io::Error::other("name a folder"))?,
    );
    let variants = args
        .map(|text| variant(&text))
        .collect::<io::Result<Vec<_>>>()?;
    let starts = start_each(&variants)?;
    let sessions = invoke_each(&variants)?;
    let mut rows: Vec<(Variant, Measured)> = Vec::new();
    for ((variant, starts), mut session) in variants.into_iter().zip(starts).zip(sessions) {
        // What is interpreted is slow, and its memory is not what is looked at here.
        if variant.executable.is_some() {
            eprintln!("{MANY} invocations of {}", variant.name);
            let watched = session.watch_memory(MANY);
            watched.map_err(|error| named(&variant, &error))?;
        }
        rows.push((
            variant,
            Measured {
                starts,
                ..session.measured
            },
        ));
    }
    let table = report::table(&rows);
    let ratios = report::ratios(&rows);
    println!("{table}\n{ratios}");
    fs::write(folder.join("function.md"), table + "\n" + &ratios)?;
    fs::write(folder.join("function.svg"), report::plot(&rows))
}

/// From exec to the first request for an event, so often of each.
fn start_each(variants: &[Variant]) -> io::Result<Vec<Vec<Duration>>> {
    let mut starts = vec![Vec::new(); variants.len()];
    for round in 0..STARTS {
        eprint!("\rstart {} of {STARTS}", round + 1);
        for (variant, starts) in variants.iter().zip(&mut starts) {
            starts.push(variant.start().map_err(|error| named(variant, &error))?);
        }
    }
    eprintln!();
    Ok(starts)
}

/// All of them run, and are invoked round by round.
fn invoke_each(variants: &[Variant]) -> io::Result<Vec<Session>> {
    let open = |variant: &Variant| variant.open().map_err(|error| named(variant, &error));
    let mut sessions = variants.iter().map(open).collect::<io::Result<Vec<_>>>()?;
    for round in 0..=ROUNDS {
        eprint!("\rround {round} of {ROUNDS}");
        for (variant, session) in variants.iter().zip(&mut sessions) {
            let made = match round {
                0 => session.warm(INVOCATIONS),
                _ => session.round(INVOCATIONS),
            };
            made.map_err(|error| named(variant, &error))?;
        }
    }
    eprintln!();
    Ok(sessions)
}

fn variant(text: &str) -> io::Result<Variant> {
    let (name, command) = text
        .split_once('=')
        .ok_or_else(|| io::Error::other("give NAME=EXECUTABLE"))?;
    let (command, log_level) = command.split_once(" at ").unwrap_or((command, "WARN"));
    let here = env::current_dir()?;
    let (command, folder, executable) = match command.split_once(" in ") {
        Some((command, folder)) => {
            let words = command.split(' ').map(str::to_owned).collect();
            (words, here.join(folder), None)
        }
        None => (
            vec![command.to_owned()],
            here.clone(),
            Some(here.join(command)),
        ),
    };
    Ok(Variant {
        name: name.to_owned(),
        command,
        executable,
        folder,
        log_level: log_level.to_owned(),
    })
}

fn named(variant: &Variant, error: &io::Error) -> io::Error {
    io::Error::other(format!("{}: {error}", variant.name))
}
