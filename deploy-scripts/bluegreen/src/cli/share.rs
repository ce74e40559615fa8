//! A share such as `1%` or `0.01`.

use std::{fmt, str::FromStr};

use crate::terminal::percent;

/// From 0 to below 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

impl FromStr for Share {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let share = match text.strip_suffix('%') {
            Some(percent) => percent.parse::<f64>().map(|percent| percent / 100.0),
            None => text.parse(),
        };
        let share = share.ok().filter(|share| (0.0..1.0).contains(share));
        let share = share.ok_or("give a share from 0% to below 100%, such as 1% or 0.01")?;
        Ok(Self(share))
    }
}

/// As a default is shown.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&percent(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn a_share_is_read_in_percent_or_as_a_number_and_told_in_percent() {
        for (text, share) in [("12.5%", 0.125), ("0.125", 0.125), ("0%", 0.0)] {
            assert_eq!(text.parse(), Ok(Share(share)), "{text}");
        }
        for wrong in ["100%", "1", "-1%", "%", "a tenth"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
        assert_eq!(Share(0.125).to_string(), "12.5%");
    }
}
