//! Filter patterns: which lines are wanted.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>

mod json;
mod term;
mod token;
mod words;

use json::Condition;
use words::Words;

use crate::protocol::{ApiResult, Exception};

#[derive(Debug)]
pub(super) struct Pattern(Kind);

#[derive(Debug)]
enum Kind {
    Words(Words),
    Json(Condition),
}

impl Pattern {
    /// # Errors
    /// If it is a pattern for JSON with a mistake in it, or one of the other kinds: for columns, or
    /// a regular expression.
    pub(super) fn parse(text: &str) -> ApiResult<Self> {
        let text = text.trim();
        if text.starts_with(['[', '%']) {
            let text =
                "lambda-local knows filter patterns of words and those for JSON, and no others";
            return Err(invalid(text));
        }
        let Some(braced) = text.strip_prefix('{') else {
            return Ok(Self(Kind::Words(Words::parse(text))));
        };
        let condition = braced.strip_suffix('}').and_then(Condition::parse);
        // AWS's words, from memory.
        let condition = condition.ok_or_else(|| invalid("Invalid filter pattern"))?;
        Ok(Self(Kind::Json(condition)))
    }

    pub(super) fn fits(&self, line: &str) -> bool {
        match &self.0 {
            Kind::Words(words) => words.fit(line),
            Kind::Json(condition) => {
                serde_json::from_str(line).is_ok_and(|line| condition.fits(&line))
            }
        }
    }
}

fn invalid(text: &str) -> Exception {
    Exception::new("InvalidParameterException", 400, text.to_owned())
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
    fn a_pattern_for_json_compares_members() {
        let line = r#"{"level":"ERROR","took":2.5,"ok":false,"none":null,"at":[{"n":7}]}"#;
        let fits = |pattern: &str| Pattern::parse(pattern).unwrap().fits(line);
        for pattern in [
            r#"{ $.level = "ERROR" }"#,
            "{$.level=ERR*}",
            "{ $.level = *RO* }",
            r#"{ $.level != "INFO" && $.took > 1 }"#,
            "{ $.took >= 2.5 && $.took <= 2.5 && $.took != 2 && $.took < 3 && $.took = 2.5 }",
            "{ ($.took > 9 || $.level = ERROR) && $.at[0].n = 7 }",
            "{ $.took > 9 && $.took > 8 || $.level = ERROR }",
            "{ $.none IS NULL && $.ok IS FALSE && $.at EXISTS && $.other NOT EXISTS }",
        ] {
            assert!(fits(pattern), "{pattern}");
        }
        for pattern in [
            r#"{ $.level = "error" }"#,
            "{ $.level = *O }",
            "{ $.took > 2.5 }",
            "{ $.level > 1 }",
            "{ $.other != 1 }",
            "{ $.other IS NULL }",
            "{ $.ok IS TRUE }",
            "{ $.at[1].n = 7 }",
            "{ $.took > 9 && ($.took > 8 || $.level = ERROR) }",
        ] {
            assert!(!fits(pattern), "{pattern}");
        }
        let all = Pattern::parse("{ $.a NOT EXISTS }").unwrap();
        assert!(!all.fits("no JSON"));
    }

    #[test]
    fn whatever_is_asked_for_is_an_answer() {
        for pattern in ["\"", "?", "-", "? ?", "\"\\", "é?\"é", "a\"b c\""] {
            assert!(Pattern::parse(pattern).is_ok(), "{pattern}");
        }
        for pattern in [
            "[ip, user]",
            "%err%",
            "{",
            "{}",
            "{ $.level }",
            "{ $.level = }",
            "{ $ = 1 }",
            "{ $.a = 1 && }",
            "{ ($.a = 1 }",
            "{ $.a = 1 $.b = 2 }",
            "{ $.a < x }",
            "{ $.a IS é }",
            "{ $.a[é] = 1 }",
        ] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
        let deep = format!("{{{}", "(".repeat(100_000));
        assert!(Pattern::parse(&deep).is_err() && Pattern::parse(&(deep + "}")).is_err());
    }

    #[test]
    fn no_pattern_makes_it_panic() {
        let parts = [
            "{", "}", "$.a", "$", "[0]", "=", "!", "!=", "<", ">=", "&&", "|", "||", "(", ")",
            "\"", "\\", "*", "IS", "NULL", "NOT", "EXISTS", "1e9", "é", " ",
        ];
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..20_000 {
            let count = random.usize(..12);
            let pattern: String = (0..count).filter_map(|_| random.choice(parts)).collect();
            for pattern in [pattern.clone(), format!("{{{pattern}}}")] {
                let fits = Pattern::parse(&pattern).map(|pattern| pattern.fits(r#"{"a":[1]}"#));
                drop(fits);
            }
        }
    }
}
