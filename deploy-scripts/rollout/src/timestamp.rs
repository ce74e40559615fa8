//! A moment, to the second, as the journal writes it.

use std::{error::Error, fmt, str::FromStr};

const DAY: u64 = 86_400;
/// 9999-12-31T23:59:59Z: the last moment whose year has four digits.
const LAST: u64 = 253_402_300_799;

/// Seconds since 1970-01-01T00:00:00Z. Written as RFC 3339 in UTC, and only so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment this many seconds after 1970-01-01T00:00:00Z, or the last one that can be
    /// written.
    #[must_use]
    pub const fn from_unix(seconds: u64) -> Self {
        Self(if seconds < LAST { seconds } else { LAST })
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix(self) -> u64 {
        self.0
    }

    /// The moment this many seconds later.
    #[must_use]
    pub const fn after(self, seconds: u64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// The moment this many seconds before, or the first one.
    #[must_use]
    pub const fn before(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// Seconds from `earlier` to this moment, 0 if it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// `2026-11-23T06:52:59Z`
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0 / DAY);
        let seconds = self.0 % DAY;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text)
            .filter(|parsed| parsed.to_string() == text)
            .ok_or_else(|| ParseTimestampError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let field = |range: std::ops::Range<usize>| text.get(range)?.parse::<u64>().ok();
    let days = days_from_civil(field(0..4)?, field(5..7)?, field(8..10)?)?;
    let seconds = field(11..13)? * 3600 + field(14..16)? * 60 + field(17..19)?;
    Some(Timestamp(days * DAY + seconds))
}

/// Year, month and day of the proleptic Gregorian calendar, after Howard Hinnant's
/// [`civil_from_days`](https://howardhinnant.github.io/date_algorithms.html#civil_from_days).
const fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, doy - (153 * mp + 2) / 5 + 1)
}

/// The inverse of [`civil_from_days`]; `None` before 1970. A day that does not exist gives one that
/// does, which is not written as it was.
const fn days_from_civil(year: u64, month: u64, day: u64) -> Option<u64> {
    if year < 1970 || day < 1 {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let yoe = y % 400;
    let mp = (month + 9) % 12;
    let doy = (153 * mp + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    (y / 400 * 146_097 + doe).checked_sub(719_468)
}

/// The text is not a moment in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTimestampError(String);

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is not a moment in UTC such as 2026-11-23T06:52:59Z",
            self.0
        )
    }
}

impl Error for ParseTimestampError {}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn known_moments_are_written_as_the_calendar_says() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_416_779, "2026-11-23T06:52:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::from_unix(seconds).to_string(), text);
            assert_eq!(text.parse(), Ok(Timestamp::from_unix(seconds)));
        }
    }

    #[test]
    fn every_day_of_400_years_survives_the_round_trip() {
        for day in 0..146_097 {
            let moment = Timestamp::from_unix(day * 86_400 + day % 86_400);
            assert_eq!(moment.to_string().parse(), Ok(moment));
        }
    }

    #[test]
    fn no_moment_is_too_late_to_be_written() {
        let last = Timestamp::from_unix(u64::MAX);
        assert_eq!(last.to_string().parse(), Ok(last));
        assert_eq!(last.after(9), last);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "now",
            "2026-02-30T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-03-00T00:00:00Z",
            "2026-03-32T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "2026-11-23T24:00:00Z",
            "2026-11-23 06:52:59",
            "2026-11-23T06:52:59+01:00",
            "2026-11-23T06:52:59Zé",
        ] {
            let error = text.parse::<Timestamp>().unwrap_err().to_string();
            let said = format!("'{text}' is not a moment in UTC such as");
            assert!(error.starts_with(&said), "{error}");
        }
    }
}
