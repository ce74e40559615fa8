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
