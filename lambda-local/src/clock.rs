//! What time it is, as AWS's services say it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{OffsetDateTime, macros::format_description};

/// Since 1970.
pub(crate) fn seconds() -> u64 {
    since_1970().as_secs()
}

/// Since 1970.
pub(crate) fn milliseconds() -> u64 {
    u64::try_from(since_1970().as_millis()).unwrap_or(u64::MAX)
}

fn since_1970() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// As most services write it: `2026-11-23T06:52:59Z`.
pub(crate) fn now() -> String {
    written(OffsetDateTime::now_utc())
}

/// See [`now`].
pub(crate) fn written(moment: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    moment.format(format).unwrap_or_default()
}
