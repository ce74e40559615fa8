//! A published version of a function.

use std::{error::Error, fmt, num::NonZeroU64, str::FromStr};

/// A published version's number: 1, 2, 3, … Never `$LATEST`, which is not immutable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(NonZeroU64);

impl Version {
    /// The version of this number, or `None` for 0, which Lambda never gives out.
    #[must_use]
    pub const fn new(number: u64) -> Option<Self> {
        match NonZeroU64::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    #[must_use]
    pub const fn number(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Version {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self)
            .map_err(|_| ParseVersionError(text.to_owned()))
    }
}

/// The text is not the number of a published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseVersionError(String);

impl fmt::Display for ParseVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is not a published version: give its number, such as 2",
            self.0
        )
    }
}

impl Error for ParseVersionError {}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn only_published_numbers_are_versions() {
        assert_eq!("12".parse(), Ok(Version::new(12).unwrap()));
        assert_eq!(Version::new(12).map(Version::number), Some(12));
        for text in ["", "0", "-1", "$LATEST", "1.0", "2 ", "live"] {
            let error = text.parse::<Version>().unwrap_err().to_string();
            let said = format!("'{text}' is not a published version");
            assert!(error.starts_with(&said), "{error}");
        }
    }
}
