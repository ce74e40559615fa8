//! Filter patterns for lines that are text: words that all must be there, words of which one must
//! be there (`?`), words that must not (`-`); in quotes they may hold spaces.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>

use crate::protocol::{ApiResult, Exception};

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    /// # Errors
    /// If it is one of the other kinds: for JSON, for columns, or a regular expression.
    pub(super) fn parse(text: &str) -> ApiResult<Self> {
        let mut pattern = Self::default();
        let mut rest = text.trim_start();
        if rest.starts_with(['{', '[', '%']) {
            let text = "lambda-local knows only plain words as a filter pattern".to_owned();
            return Err(Exception::new("InvalidParameterException", 400, text));
        }
        while !rest.is_empty() {
            let (terms, term) = match rest.as_bytes()[0] {
                b'?' => (&mut pattern.any, &rest[1..]),
                b'-' => (&mut pattern.none, &rest[1..]),
                _ => (&mut pattern.all, rest),
            };
            let (term, behind) = term_of(term);
            terms.push(term);
            rest = behind.trim_start();
        }
        Ok(pattern)
    }

    /// With words that must all be there, those with `?` do not count.
    pub(super) fn fits(&self, line: &str) -> bool {
        let is_there = |word: &String| line.contains(word.as_str());
        let any = self.any.is_empty() || !self.all.is_empty() || self.any.iter().any(is_there);
        any && self.all.iter().all(is_there) && !self.none.iter().any(is_there)
    }
}

/// The term that a text begins with, and what stands behind it.
fn term_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut term = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (term, &quoted[at + 1..]),
            '\\' => term.extend(characters.next().map(|(_, escaped)| escaped)),
            character => term.push(character),
        }
    }
    (term, "")
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn words_are_wanted_all_any_or_not_at_all() {
        let fits = |pattern: &str, line: &str| Pattern::parse(pattern).unwrap().fits(line);
        assert!(fits("", "anything"));
        assert!(fits("no stock", "stock: no") && !fits("no stock", "stock"));
        assert!(fits("?ERROR ?WARN", "a WARN b") && !fits("?ERROR ?WARN", "INFO"));
        assert!(fits("stock -old", "stock") && !fits("stock -old", "old stock"));
        assert!(fits("stock ?ERROR", "stock"));
        let quoted = r#"?"timed out" ?"\"Bad\"""#;
        assert!(fits(quoted, "it timed out") && fits(quoted, r#"{"Bad":1}"#));
        assert!(!fits(quoted, "timed Bad out"));
    }

    #[test]
    fn whatever_is_asked_for_is_an_answer() {
        for pattern in ["\"", "?", "-", "? ?", "\"\\", "é?\"é", "a\"b c\""] {
            assert!(Pattern::parse(pattern).is_ok(), "{pattern}");
        }
        for pattern in ["{ $.level = \"ERROR\" }", "[ip, user]", "%err%"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
