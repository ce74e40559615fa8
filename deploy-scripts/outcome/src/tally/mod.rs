//! What has been counted and not been written yet, by alias and second.

use std::{
    io::{self, Write},
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    bucket::Bucket,
    line::{Labels, line},
};

#[cfg(test)]
mod tests;

/// What bounds the memory, whatever the aliases and the clock do.
const MOST_BUCKETS: usize = 64;
const BETWEEN_LINES: Duration = Duration::from_secs(1);

pub(crate) struct Tally<W: ?Sized> {
    buckets: Vec<Bucket>,
    written: Option<Instant>,
    labels: Labels,
    sink: W,
}

/// A tally that concurrent invocations share.
pub(crate) type Shared = Mutex<Tally<dyn Write + Send>>;

pub(crate) static ON_LAMBDA: LazyLock<Box<Shared>> =
    LazyLock::new(|| Box::new(Mutex::new(Tally::new(Labels::from_env(), io::stdout()))));

pub(crate) fn lock(tally: &Shared) -> MutexGuard<'_, Tally<dyn Write + Send + 'static>> {
    // What a panic leaves behind is at worst a count too few.
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes what is left, for a hook at the end of the process such as
/// `lambda_runtime::spawn_graceful_shutdown_handler`.
pub fn flush() {
    lock(&ON_LAMBDA).write_out(Instant::now());
}

impl<W: Write> Tally<W> {
    pub(crate) fn new(labels: Labels, sink: W) -> Self {
        Self {
            buckets: Vec::new(),
            written: None,
            labels,
            sink,
        }
    }
}

impl<W: Write + ?Sized> Tally<W> {
    /// The name to keep for as long as an invocation takes: not copied if it is here already.
    pub(crate) fn shared(&self, alias: &str) -> Arc<str> {
        let known = self.buckets.iter().map(|bucket| &bucket.alias);
        let known = known.rev().find(|known| ***known == *alias);
        known.map_or_else(|| Arc::from(alias), Arc::clone)
    }

    /// Counts, and writes everything if the last line is a second old or there is none.
    pub(crate) fn count(&mut self, one: Bucket, now: Instant) {
        // From the end: most invocations started in the second that came last.
        let mut known = self.buckets.iter_mut().rev();
        if let Some(bucket) = known.find(|known| known.is_for_the_same_as(&one)) {
            bucket.add(one);
        } else {
            if self.buckets.len() == MOST_BUCKETS {
                self.write_out(now);
            }
            self.buckets.push(one);
        }
        let age = |written| now.saturating_duration_since(written);
        if self.written.map(age).is_none_or(|age| age >= BETWEEN_LINES) {
            self.write_out(now);
        }
    }

    /// Writes what has been gathered, a line for each alias and second.
    pub(crate) fn write_out(&mut self, now: Instant) {
        for bucket in self.buckets.drain(..) {
            // Nobody is there to hear that stdout is closed, and the answer is not to suffer.
            let line = line(&self.labels, &bucket);
            let _ = self.sink.write_all(line.as_bytes());
            self.written = Some(now);
        }
        let _ = self.sink.flush();
    }
}
