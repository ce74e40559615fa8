//! `make fuzz`: lambda-local under requests that were changed at random, and with a bootstrap that
//! does at random what no bootstrap should, for so many seconds each. It must answer sound requests
//! throughout, and its memory and its file descriptors must not grow.
//!
//! Arguments: the program, the bootstrap, the folder with the requests to begin from, the seconds
//! and, to see the same again, a seed.

mod chaos;
mod front;
mod server;

use std::{env, io, path::PathBuf, time::Duration};

use server::Server;

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
    let server = Server::start(program, &PathBuf::from(bootstrap))?;
    let sent = front::run(&server, &PathBuf::from(corpus), seconds, seed)?;
    println!("{sent} changed requests, {}", server.check()?);
    let invoked = chaos::run(&server, seconds, seed)?;
    println!(
        "{invoked} invocations of a chaotic bootstrap, {}",
        server.check()?
    );
    Ok(())
}
