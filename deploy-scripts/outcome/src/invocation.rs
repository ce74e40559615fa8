//! One invocation, from its start until it is counted.

use std::{
    mem,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use lambda_runtime::Context;

use crate::{
    alias::alias,
    bucket::{Bad, Bucket},
    tally::{Shared, lock},
};

const DROPPED: Bad = Bad::Other("dropped");
const PANIC: Bad = Bad::Other("panic");

/// Counted when it is dropped, so that one that never comes to an answer is counted, too.
pub(crate) struct Invocation {
    tally: &'static Shared,
    alias: Arc<str>,
    request_id: String,
    second: u64,
    started: Instant,
    slow_after: Option<Duration>,
    bad: Option<Bad>,
}

impl Invocation {
    /// None if it did not come through an alias.
    pub(crate) fn start(
        tally: &'static Shared,
        slow_after: Option<Duration>,
        context: &Context,
    ) -> Option<Self> {
        let alias = alias(&context.invoked_function_arn)?;
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        Some(Self {
            tally,
            alias: lock(tally).shared(alias),
            request_id: context.request_id.clone(),
            second: since_1970.map_or(0, |since| since.as_secs()),
            started: Instant::now(),
            slow_after,
            bad: Some(DROPPED),
        })
    }

    pub(crate) fn answered(mut self, bad: Option<Bad>) {
        self.bad = bad;
    }
}

impl Drop for Invocation {
    fn drop(&mut self) {
        let now = Instant::now();
        let took = now.saturating_duration_since(self.started);
        let panicked = self.bad == Some(DROPPED) && thread::panicking();
        let bad = if panicked { Some(PANIC) } else { self.bad };
        let one = Bucket {
            alias: Arc::clone(&self.alias),
            second: self.second,
            requests: 1,
            bad: u64::from(bad.is_some()),
            slow: self.slow_after.map(|limit| u64::from(took > limit)),
            first_bad: bad.map(|bad| (mem::take(&mut self.request_id), bad)),
        };
        lock(self.tally).count(one, now);
    }
}
