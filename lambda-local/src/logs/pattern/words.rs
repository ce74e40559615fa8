//! Filter patterns for lines that are text: words that all must be there, words of which one must
//! be there (`?`), words that must not (`-`); in quotes they may hold spaces.

use super::term::term_of;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Words {
    pub(super) fn parse(text: &str) -> Self {
        let mut words = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (terms, term) = match rest.as_bytes()[0] {
                b'?' => (&mut words.any, &rest[1..]),
                b'-' => (&mut words.none, &rest[1..]),
                _ => (&mut words.all, rest),
            };
            let (term, behind) = term_of(term);
            terms.push(term);
            rest = behind.trim_start();
        }
        words
    }

    /// With words that must all be there, those with `?` do not count.
    pub(super) fn fit(&self, line: &str) -> bool {
        let is_there = |word: &String| line.contains(word.as_str());
        let any = self.any.is_empty() || !self.all.is_empty() || self.any.iter().any(is_there);
        any && self.all.iter().all(is_there) && !self.none.iter().any(is_there)
    }
}
