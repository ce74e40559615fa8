//! What time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use bluegreen_rollout::Timestamp;

/// Now, to the second.
pub(crate) fn now() -> Timestamp {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_unix(elapsed.as_secs())
}
