//! The share of an alias's traffic that its additional version gets.

use std::{error::Error, fmt, str::FromStr};

/// All traffic, in the unit in which a weight is kept.
const WHOLE: u32 = 100_000_000;
/// By how much a weight may differ from the one that was written: what 32-bit floats lose.
const NOISE: u32 = 10;

/// A share of traffic strictly between 0 and 1: none and all of it are not splits. It is a whole
/// number of hundred-millionths, so that the weight that is shown is the weight that is meant.
///
/// Lambda sends each invocation to the additional version with this probability, independently:
/// with 20 calls at 10 % none may reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(u32);

impl Weight {
    /// The weight nearest to this share, or `None` where that is nothing or everything.
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        let parts = (share * f64::from(WHOLE)).round();
        (parts >= 1.0 && parts < f64::from(WHOLE)).then_some(Self(parts as u32))
    }

    /// The share as a fraction of 1.
    #[must_use]
    pub const fn share(self) -> f64 {
        self.0 as f64 / WHOLE as f64
    }

    /// So many times this weight, unless that is everything.
    pub(crate) fn times(self, number: u32) -> Option<Self> {
        let parts = self.0.checked_mul(number)?;
        (parts > 0 && parts < WHOLE).then_some(Self(parts))
    }

    /// Whether this is what AWS may show where the other one was written.
    pub(crate) const fn is_about(self, written: Self) -> bool {
        self.0.abs_diff(written.0) <= NOISE
    }
}

/// In percent, with no more digits than the number needs: `10%`, `0.5%`.
impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (percent, rest) = (self.0 / 1_000_000, self.0 % 1_000_000);
        let text = format!("{percent}.{rest:06}");
        f.pad(&format!(
            "{}%",
            text.trim_end_matches('0').trim_end_matches('.')
        ))
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
             0.1, of at least 0.000001%; to send no traffic use `rollback`, to send all of it use \
             `promote`"
        )
    }
}

impl Error for ParseWeightError {}

#[cfg(test)]
mod tests {
    use super::Weight;

    #[test]
    fn percent_and_fractions_are_the_same_weight() {
        let ten = Weight::new(0.1).unwrap();
        assert_eq!("10%".parse(), Ok(ten));
        assert_eq!("0.1".parse(), Ok(ten));
        assert_eq!("2.5 %".parse(), Ok(Weight::new(0.025).unwrap()));
    }

    #[test]
    fn nothing_outside_zero_to_one_is_a_weight() {
        for text in [
            "0",
            "0%",
            "100%",
            "1",
            "1.5",
            "10",
            "-5%",
            "NaN",
            "inf",
            "",
            "%",
            "ten",
            "0.000000001",
            "0.999999999",
        ] {
            assert!(text.parse::<Weight>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_weight_is_told_with_what_would_be_one() {
        let told = |text: &str| text.parse::<Weight>().unwrap_err().to_string();
        let percent = "'10' is not a weight: for a share in percent write 10%";
        assert_eq!(told("10"), percent);
        for text in ["0", "100", "ten", "150%", ""] {
            let said = format!("'{text}' is not a weight: give a share strictly between");
            assert!(told(text).starts_with(&said), "{}", told(text));
        }
    }

    #[test]
    fn so_many_times_a_weight_is_one_where_it_is_neither_nothing_nor_everything() {
        let third = Weight::new(0.3).unwrap();
        let times = [0, 1, 3, 4].map(|number| third.times(number));
        assert_eq!(times, [None, Some(third), Weight::new(0.9), None]);
    }

    #[test]
    fn a_weight_is_shown_as_it_was_written() {
        for text in [
            "10%",
            "0.5%",
            "33.3%",
            "99.999%",
            "0.0001%",
            "0.000001%",
            "99.999999%",
        ] {
            assert_eq!(text.parse::<Weight>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn every_weight_is_read_back_as_the_one_that_was_shown() {
        for parts in (1..9999)
            .map(|n| f64::from(n) / 1e4)
            .chain([1e-8, 1.0 / 3.0])
        {
            let weight = Weight::new(parts).unwrap();
            assert_eq!(weight.to_string().parse(), Ok(weight));
            assert_eq!(Weight::new(weight.share()), Some(weight));
        }
    }
}
