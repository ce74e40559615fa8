//! `make bench-function`: starts and invokes builds of a function side by side, and writes what it
//! found as a table and a plot.
//!
//! Arguments: the folder to write to, then for each build `NAME=EXECUTABLE`, or `NAME=COMMAND in
//! FOLDER` for those that are no executable of their own.

mod measure;
mod report;
mod runtime_api;

use std::{env, fs, io, path::PathBuf};

use measure::{Measured, Variant};

/// Starts of each build, one after the other in turn.
const STARTS: usize = 60;
const INVOCATIONS: u64 = 10_000;

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let folder = PathBuf::from(
        args.next()
            .ok_or_else(|| io::Error::other("name a folder"))?,
    );
    let variants = args
        .map(|text| variant(&text))
        .collect::<io::Result<Vec<_>>>()?;
    let mut starts = vec![Vec::new(); variants.len()];
    for round in 0..STARTS {
        eprint!("\rstart {} of {STARTS}", round + 1);
        for (variant, starts) in variants.iter().zip(&mut starts) {
            starts.push(variant.start().map_err(|error| named(variant, &error))?);
        }
    }
    eprintln!();
    let mut rows: Vec<(Variant, Measured)> = Vec::new();
    for (variant, starts) in variants.into_iter().zip(starts) {
        eprintln!("{}", variant.name);
        // What is interpreted is slow, and its memory is not what is looked at here.
        let watch_memory = variant.executable.is_some();
        let measured = variant.run(INVOCATIONS, watch_memory);
        let measured = measured.map_err(|error| named(&variant, &error))?;
        rows.push((variant, Measured { starts, ..measured }));
    }
    let table = report::table(&rows);
    let ratios = report::ratios(&rows);
    println!("{table}\n{ratios}");
    fs::write(folder.join("function.md"), table + "\n" + &ratios)?;
    fs::write(folder.join("function.svg"), report::plot(&rows))
}

fn variant(text: &str) -> io::Result<Variant> {
    let (name, command) = text
        .split_once('=')
        .ok_or_else(|| io::Error::other("give NAME=EXECUTABLE"))?;
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
    })
}

fn named(variant: &Variant, error: &io::Error) -> io::Error {
    io::Error::other(format!("{}: {error}", variant.name))
}
