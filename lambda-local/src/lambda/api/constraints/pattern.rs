//! A pattern of the model's: written for Java, and held against the whole of a value.

use std::sync::OnceLock;

use fancy_regex::Regex;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub(super) struct Pattern {
    pub(super) text: String,
    regex: OnceLock<Option<Regex>>,
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        let regex = OnceLock::new();
        Self { text, regex }
    }
}

impl Pattern {
    /// A value that takes too long to match does not.
    pub(super) fn matches(&self, value: &str) -> bool {
        let regex = self.compiled();
        regex.is_some_and(|regex| regex.is_match(value).unwrap_or(false))
    }

    /// Two patterns look ahead: that is why this is not the plain `regex`. In Java `\d` is a digit
    /// of ASCII's.
    fn compiled(&self) -> Option<&Regex> {
        let regex = self.regex.get_or_init(|| {
            let text = self.text.replace(r"\d", "[0-9]");
            Regex::new(&format!(r"\A(?:{text})\z")).ok()
        });
        regex.as_ref()
    }

    #[cfg(test)]
    pub(super) fn is_sound(&self) -> bool {
        self.compiled().is_some()
    }
}
