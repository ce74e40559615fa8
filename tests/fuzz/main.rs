//! `make fuzz`: lambda-local under requests that were changed at random, and with a bootstrap that
//! does at random what no bootstrap should, for so many seconds each. It must answer sound requests
//! throughout, and its memory and its file descriptors must not grow.
//!
//! Arguments: the program, the bootstrap, the folder with the requests to begin from, the seconds
//! and, to see the same again, a seed.

mod change;
mod chaos;
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

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [program, bootstrap, corpus, seconds, rest @ ..] = args.as_slice() else {
        return Err(io::Error::other(
            "arguments: LAMBDA-LOCAL BOOTSTRAP CORPUS SECONDS [SEED]",
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
    front(&start, &corpus, seconds, seed)?;
    let server = start()?;
    let invoked = chaos::run(&server, seconds, seed)?;
    println!(
        "{invoked} invocations of a chaotic bootstrap, {}",
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
        println!(
            "{} changed requests, {} of them sound, {}",
            sent.all,
            sent.sound,
            server.check()?
        );
    }
    Ok(())
}
