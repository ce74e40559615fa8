//! The share of an alias's traffic that its additional version gets.

use std::{error::Error, fmt, str::FromStr};

/// A share of traffic strictly between 0 and 1: none and all of it are not splits.
///
/// Lambda sends each invocation to the additional version with this probability, independently:
/// with 20 calls at 10 % none may reach it.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Weight(f64);

impl Weight {
    /// The weight of this share, or `None` unless it lies strictly between 0 and 1.
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        (share > 0.0 && share < 1.0).then_some(Self(share))
    }

    /// The share as a fraction of 1.
    #[must_use]
    pub const fn share(self) -> f64 {
        self.0
    }
}

/// In percent, with no more digits than the number needs: `10%`, `0.5%`.
impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = (self.0 * 1e8).round() / 1e6;
        f.pad(&format!("{percent}%"))
    }
}

impl FromStr for Weight {
    type Err = ParseWeightError;

    /// Reads percent (`10%`) or a fraction (`0.1`). A bare `10` is refused: it could mean either.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let share = match text.strip_suffix('%') {
            Some(percent) => percent.trim_end().parse::<f64>().map(|p| p / 100.0),
            None => text.parse::<f64>(),
        };
        share
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| ParseWeightError(text.to_owned()))
    }
}

/// The text is not a share strictly between 0 and 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseWeightError(String);

impl fmt::Display for ParseWeightError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        let in_percent = format!("{text}%");
        // A bare 10 could be meant as either, and is a weight as one of them only.
        if text.ends_with(|last: char| last.is_ascii_digit())
            && in_percent.parse::<Weight>().is_ok()
        {
            return write!(
                f,
                "'{text}' is not a weight: for a share in percent write {in_percent}"
            );
        }
        write!(
            f,
            "'{text}' is not a weight: give a share strictly between 0% and 100%, such as 10% or \
             0.1; to send no traffic use `rollback`, to send all of it use `promote`"
        )
    }
}

impl Error for ParseWeightError {}

#[cfg(test)]
mod tests {
    use super::Weight;

    #[test]
    fn percent_and_fractions_are_the_same_weight() {
        assert_eq!("10%".parse(), Ok(Weight(0.1)));
        assert_eq!("0.1".parse(), Ok(Weight(0.1)));
        assert_eq!("2.5 %".parse(), Ok(Weight(0.025)));
    }

    #[test]
    fn nothing_outside_zero_to_one_is_a_weight() {
        for text in [
            "0", "0%", "100%", "1", "1.5", "10", "-5%", "NaN", "inf", "", "%", "ten",
        ] {
            assert!(text.parse::<Weight>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_weight_is_shown_as_it_was_written() {
        for text in ["10%", "0.5%", "33.3%", "99.999%", "0.0001%"] {
            assert_eq!(text.parse::<Weight>().unwrap().to_string(), text);
        }
    }
}
