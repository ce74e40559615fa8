//! The ways to name a function: its name, a partial ARN or an ARN, each with a qualifier behind
//! it or beside it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    place::Place,
    protocol::{ApiResult, Exception},
};

const NAME_PATTERN: &str = "Member must satisfy regular expression pattern: \
    (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?\
    ([a-zA-Z0-9-_\\.]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";

/// A function, and which version or alias of it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionRef {
    pub(crate) name: String,
    pub(crate) qualifier: Option<Qualifier>,
}

/// As its users call it: `hello:live`.
impl fmt::Display for FunctionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.qualifier {
            Some(qualifier) => write!(f, ":{qualifier}"),
            None => Ok(()),
        }
    }
}

/// What may stand behind a function's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Qualifier {
    Latest,
    Version(u64),
    Alias(String),
}

impl FunctionRef {
    /// The function itself.
    pub(crate) fn unqualified(&self) -> Self {
        Self {
            name: self.name.clone(),
            qualifier: None,
        }
    }

    /// Reads a `FunctionName` as calls take it, and the `Qualifier` given beside it.
    pub(crate) fn parse(text: &str, qualifier: Option<&str>, place: &Place) -> ApiResult<Self> {
        let invalid = || Exception::validation(text, "functionName", NAME_PATTERN);
        let parts: Vec<&str> = text.split(':').collect();
        let (name, inline) = match parts.as_slice() {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(*qualifier)),
            [account, "function", rest @ ..] => {
                check_account(account, place)?;
                name_and_qualifier(rest).ok_or_else(invalid)?
            }
            [
                "arn",
                partition,
                "lambda",
                region,
                account,
                "function",
                rest @ ..,
            ] if partition.starts_with("aws") => {
                check_region(region, place)?;
                check_account(account, place)?;
                name_and_qualifier(rest).ok_or_else(invalid)?
            }
            _ => return Err(invalid()),
        };
        if !is_word(name, 64) {
            return Err(invalid());
        }
        Ok(Self {
            name: name.to_owned(),
            qualifier: agree(inline, qualifier)?,
        })
    }
}

impl Qualifier {
    pub(crate) fn parse(text: &str) -> ApiResult<Self> {
        match text {
            "$LATEST" => Ok(Self::Latest),
            _ if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => text
                .parse()
                .map(Self::Version)
                .map_err(|_| Exception::validation(text, "qualifier", QUALIFIER_PATTERN)),
            _ if is_word(text, 128) => Ok(Self::Alias(text.to_owned())),
            _ => Err(Exception::validation(text, "qualifier", QUALIFIER_PATTERN)),
        }
    }
}

const QUALIFIER_PATTERN: &str =
    "Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)";

impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("$LATEST"),
            Self::Version(number) => number.fmt(f),
            Self::Alias(name) => f.write_str(name),
        }
    }
}

fn name_and_qualifier<'a>(rest: &[&'a str]) -> Option<(&'a str, Option<&'a str>)> {
    match rest {
        [name] => Some((name, None)),
        [name, qualifier] => Some((name, Some(qualifier))),
        _ => None,
    }
}

fn agree(inline: Option<&str>, beside: Option<&str>) -> ApiResult<Option<Qualifier>> {
    let beside = beside.filter(|text| !text.is_empty());
    match (inline, beside) {
        (Some(inline), Some(beside)) if inline != beside => Err(Exception::invalid_parameter(
            "The derived qualifier from the function name does not match the specified qualifier.",
        )),
        (Some(text), _) | (None, Some(text)) => Qualifier::parse(text).map(Some),
        (None, None) => Ok(None),
    }
}

fn check_account(account: &str, place: &Place) -> ApiResult<()> {
    if account == place.account {
        return Ok(());
    }
    Err(Exception::not_found(format!(
        "Function not found: account {account} is not here, this is account {}",
        place.account
    )))
}

fn check_region(region: &str, place: &Place) -> ApiResult<()> {
    if region == place.region {
        return Ok(());
    }
    Err(Exception::not_found(format!(
        "Functions from '{region}' are not reachable in this region ('{}')",
        place.region
    )))
}

/// Letters, digits, `-` and `_`, at least one and at most `max` of them.
pub(super) fn is_word(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, qualifier: Option<&str>) -> ApiResult<FunctionRef> {
        let place = Place {
            region: "us-east-1".into(),
            account: "000000000000".into(),
        };
        FunctionRef::parse(text, qualifier, &place)
    }

    #[test]
    fn a_function_can_be_named_in_every_way_that_aws_takes() {
        let live = Some(Qualifier::Alias("live".into()));
        for text in [
            "hello:live",
            "000000000000:function:hello:live",
            "arn:aws:lambda:us-east-1:000000000000:function:hello:live",
        ] {
            let found = parse(text, None).unwrap();
            assert_eq!(
                (found.name.as_str(), &found.qualifier),
                ("hello", &live),
                "{text}"
            );
        }
        assert_eq!(parse("hello", Some("live")).unwrap().qualifier, live);
        assert_eq!(
            parse("hello", Some("3")).unwrap().qualifier,
            Some(Qualifier::Version(3))
        );
        assert_eq!(
            parse("hello", Some("$LATEST")).unwrap().qualifier,
            Some(Qualifier::Latest)
        );
        assert_eq!(parse("hello", None).unwrap().qualifier, None);
    }

    #[test]
    fn a_qualifier_that_contradicts_the_name_is_refused() {
        let error = parse("hello:1", Some("2")).unwrap_err();
        assert_eq!(error.code, "InvalidParameterValueException");
        assert_eq!(
            error.message,
            "The derived qualifier from the function name does not match the specified qualifier."
        );
        assert!(parse("hello:2", Some("2")).is_ok());
    }

    #[test]
    fn malformed_names_are_refused_by_the_model() {
        for text in [
            "",
            "he llo",
            "a/b",
            "arn:aws:s3:::bucket",
            "hello:live:1:2",
            "hello:a b",
        ] {
            assert_eq!(
                parse(text, None).unwrap_err().code,
                "ValidationException",
                "{text}"
            );
        }
    }
}
