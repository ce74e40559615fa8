//! Waiting for AWS: longer and longer pauses, up to a limit.

use std::time::{Duration, Instant};

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    pub(crate) fn of(limit: Duration) -> Self {
        Self {
            until: Instant::now() + limit,
            pause: FIRST_PAUSE,
        }
    }

    /// A pause before the next look; false where there is no time left for one.
    pub(crate) async fn pause(&mut self) -> bool {
        if Instant::now() >= self.until {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}
