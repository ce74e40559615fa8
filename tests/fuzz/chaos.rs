//! A bootstrap that misbehaves: each invocation ends all the same, and the next one is answered.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::server::Server;

const PATH: &str = "/2015-03-31/functions/f:live/invocations";
/// What the bootstrap is asked for, and then does.
const DEEDS: [&str; 14] = [
    "exit",
    "exit-7",
    "error",
    "too-large",
    "wrong-id",
    "twice",
    "hang",
    "garbage",
    "half",
    "flood",
    "chunk",
    "close",
    "many-next",
    "stream-error",
];

pub(crate) fn run(server: &Server, long: Duration, seed: u64) -> io::Result<u64> {
    let (begun, count) = (Instant::now(), AtomicU64::new(0));
    thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|number| {
                let count = &count;
                scope.spawn(move || invoke(server, begun + long, seed + number, count))
            })
            .collect();
        let mut ended = threads.into_iter().map(|thread| thread.join());
        ended.try_for_each(|ended| ended.unwrap_or_else(|_| Err(io::Error::other("a panic"))))
    })?;
    Ok(count.into_inner())
}

fn invoke(server: &Server, until: Instant, seed: u64, count: &AtomicU64) -> io::Result<()> {
    let mut random = fastrand::Rng::with_seed(seed);
    while Instant::now() < until {
        let deed = DEEDS[random.usize(0..DEEDS.len())];
        server.call("POST", PATH, &json!(deed))?;
        let answer = server.call("POST", PATH, &json!("well"))?;
        if answer != "well" {
            return Err(io::Error::other(format!("after {deed}: {answer}")));
        }
        if count.fetch_add(1, Ordering::Relaxed).is_multiple_of(50) {
            server.check()?;
        }
    }
    Ok(())
}
