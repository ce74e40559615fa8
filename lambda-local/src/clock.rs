//! What time it is, as AWS's services say it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use time::{OffsetDateTime, macros::format_description};

/// A moment by both clocks: what people read, and what waits are measured by, which is never set
/// back. What has no clock is given one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    date: SystemTime,
    instant: Instant,
}

impl Moment {
    pub(crate) fn now() -> Self {
        Self {
            date: SystemTime::now(),
            instant: Instant::now(),
        }
    }

    pub(crate) const fn instant(self) -> Instant {
        self.instant
    }

    pub(crate) fn date(self) -> OffsetDateTime {
        self.date.into()
    }

    /// Since 1970.
    pub(crate) fn milliseconds(self) -> u64 {
        milliseconds_of(self.date)
    }
}

/// Since 1970.
pub(crate) fn seconds() -> u64 {
    since_1970(SystemTime::now()).as_secs()
}

/// Since 1970.
pub(crate) fn milliseconds() -> u64 {
    milliseconds_of(SystemTime::now())
}

fn milliseconds_of(date: SystemTime) -> u64 {
    u64::try_from(since_1970(date).as_millis()).unwrap_or(u64::MAX)
}

fn since_1970(date: SystemTime) -> Duration {
    date.duration_since(UNIX_EPOCH).unwrap_or_default()
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
