//! A length of time, as a plan writes it.

use std::{error::Error, fmt, str::FromStr};

/// A whole number of seconds, written as `90s`, `5m` or `1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seconds(pub u64);

impl Seconds {
    /// For reading: the two largest units of what is left, such as `4m 59s`.
    #[must_use]
    pub fn spoken(self) -> String {
        let Some(index) = UNITS.iter().position(|(_, length)| *length <= self.0) else {
            return "0s".to_owned();
        };
        let (unit, length) = UNITS[index];
        let first = format!("{}{unit}", self.0 / length);
        match UNITS.get(index + 1) {
            Some((unit, smaller)) if self.0 % length >= *smaller => {
                format!("{first} {}{unit}", self.0 % length / smaller)
            }
            _ => first,
        }
    }
}

/// Ten years: nobody waits longer, and sums of such lengths are still numbers.
const LONGEST: u64 = 3650 * 86_400;

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// In the largest unit that needs no fraction.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS
            .iter()
            .find(|(_, length)| self.0 > 0 && self.0.is_multiple_of(*length));
        let (unit, length) = whole.unwrap_or(&('s', 1));
        f.pad(&format!("{}{unit}", self.0 / length))
    }
}

impl FromStr for Seconds {
    type Err = ParseSecondsError;

    /// Reads one number with its unit. A bare number is refused: it could be seconds or minutes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseSecondsError(text.to_owned());
        let read = |(unit, length): &(char, u64)| Some((text.strip_suffix(*unit)?, *length));
        let (number, length) = UNITS.iter().find_map(read).ok_or_else(error)?;
        let number = number.parse::<u64>().ok();
        let seconds = number.and_then(|number| number.checked_mul(length));
        let seconds = seconds.filter(|seconds| *seconds <= LONGEST);
        seconds.map(Self).ok_or_else(error)
    }
}

/// The text is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseSecondsError(String);

impl fmt::Display for ParseSecondsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is not a length of time such as 90s, 5m or 1h, of at most 3650d",
            self.0
        )
    }
}

impl Error for ParseSecondsError {}

#[cfg(test)]
mod tests {
    use super::Seconds;

    #[test]
    fn a_length_is_written_in_its_largest_whole_unit() {
        for (seconds, text) in [
            (0, "0s"),
            (90, "90s"),
            (300, "5m"),
            (7200, "2h"),
            (86_400, "1d"),
        ] {
            assert_eq!(Seconds(seconds).to_string(), text);
            assert_eq!(text.parse(), Ok(Seconds(seconds)));
        }
        assert_eq!("120m".parse(), Ok(Seconds(7200)));
    }

    #[test]
    fn a_length_is_spoken_in_two_units() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (299, "4m 59s"),
            (5831, "1h 37m"),
            (86_405, "1d"),
        ] {
            assert_eq!(Seconds(seconds).spoken(), text);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "5",
            "m",
            "-5m",
            "5 m",
            "5min",
            "1h30m",
            "9999999999999999999d",
            "3651d",
            "5mm",
        ] {
            let error = text.parse::<Seconds>().unwrap_err().to_string();
            let said = format!("'{text}' is not a length of time such as 90s");
            assert!(error.starts_with(&said), "{error}");
        }
    }
}
