//! Moments as most of AWS's services write them: `2026-11-23T06:52:59Z`.

use time::{OffsetDateTime, macros::format_description};

pub(crate) fn now() -> String {
    written(OffsetDateTime::now_utc())
}

pub(crate) fn written(moment: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    moment.format(format).unwrap_or_default()
}
