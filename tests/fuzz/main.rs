//! `make fuzz`: lambda-local under requests that were changed at random, with extensions whose
//! requests were, and with a bootstrap that does at random what no bootstrap should, for so many
//! seconds each. It must answer sound requests throughout, and its memory and its file descriptors
//! must not grow.
//!
//! Arguments: the program, the bootstrap, the folder with the requests to begin from, the seconds
//! and, to see the same again, a seed; behind that, one front alone.

mod change;
mod chaos;
mod extensions;
mod front;
mod server;

use std::{
    env, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use front::Sent;
use server::Server;

const MINUTE: Duration = Duration::from_secs(60);

/// What is tried: folders of requests, and then the bootstrap.
const FRONTS: [&str; 6] = [
    "requests",
    "constraints",
    "logs",
    "embedded-metrics",
    "extensions",
    "chaos",
];

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [program, bootstrap, corpus, seconds, rest @ ..] = args.as_slice() else {
        return Err(io::Error::other(
            "arguments: LAMBDA-LOCAL BOOTSTRAP CORPUS SECONDS [SEED [FRONT]]",
        ));
    };
    let seconds = seconds.parse().map(Duration::from_secs);
    let seconds = seconds.map_err(io::Error::other)?;
    let seed = match rest {
        [seed, ..] => seed.parse().map_err(io::Error::other)?,
        [] => std::process::id().into(),
    };
    println!("seed {seed}");
    let (bootstrap, corpus) = (PathBuf::from(bootstrap), PathBuf::from(corpus));
    let start = || Server::start(program, &bootstrap);
    let alone = rest.get(1);
    let fronts = FRONTS.iter();
    for name in fronts.filter(|name| alone.is_none_or(|alone| alone == *name)) {
        match *name {
            "chaos" => invoked(&start()?, seconds, seed, chaos::run)?,
            "extensions" => {
                let run = |server: &Server, seconds, seed| {
                    extensions::run(server, &corpus.join(name), seconds, seed)
                };
                invoked(&start()?, seconds, seed, run)?;
            }
            _ => front(&start, &corpus.join(name), seconds, seed)?,
        }
    }
    Ok(())
}

/// Invokes for so long, and says how often.
fn invoked(
    server: &Server,
    long: Duration,
    seed: u64,
    run: impl FnOnce(&Server, Duration, u64) -> io::Result<u64>,
) -> io::Result<()> {
    let count = run(server, long, seed)?;
    println!(
        "{count} invocations of a chaotic bootstrap, {}",
        server.check()?
    );
    Ok(())
}

/// With a new server each minute, since each keeps what the requests make.
fn front(
    start: &dyn Fn() -> io::Result<Server>,
    corpus: &Path,
    long: Duration,
    seed: u64,
) -> io::Result<()> {
    let (mut sent, begun) = (Sent::default(), Instant::now());
    while let Some(left) = long.checked_sub(begun.elapsed()) {
        let server = start()?;
        sent.more(
            &server,
            corpus,
            left.min(MINUTE),
            seed.wrapping_add(sent.all),
        )?;
        let name = corpus.file_name().unwrap_or_default().display();
        println!(
            "{name}: {} changed requests, {} of them sound, {}",
            sent.all,
            sent.sound,
            server.check()?
        );
    }
    Ok(())
}
