//! The ways to name a function: its name, a partial ARN or an ARN, each with a qualifier behind
//! it or beside it.

use std::{fmt, iter::Peekable, str::Split};

use serde::{Deserialize, Serialize};

use crate::{
    place::Place,
    protocol::{ApiResult, Exception},
};

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

    /// Reads a `FunctionName` as calls take it, and the `Qualifier` given beside it: the model's
    /// pattern, part by part. A part that may be left out is one only where more follows.
    pub(crate) fn parse(text: &str, qualifier: Option<&str>, place: &Place) -> ApiResult<Self> {
        let no_name = || Exception::invalid_parameter(format!("'{text}' names no function"));
        let named = Named::read(text).ok_or_else(no_name)?;
        let Named {
            region, account, ..
        } = named;
        region.map_or(Ok(()), |region| check_region(region, place))?;
        account.map_or(Ok(()), |account| check_account(account, place))?;
        Ok(Self {
            name: named.name.to_owned(),
            qualifier: agree(named.qualifier, qualifier)?,
        })
    }

    /// As invocations are said to mean it: `$LATEST` where nothing is named.
    pub(crate) fn or_latest(&self) -> Self {
        self.at(self.qualifier.clone().unwrap_or(Qualifier::Latest))
    }

    /// The same with another qualifier.
    pub(crate) fn at(&self, qualifier: Qualifier) -> Self {
        Self {
            name: self.name.clone(),
            qualifier: Some(qualifier),
        }
    }
}

/// The parts of a `FunctionName`.
pub(crate) struct Named<'a> {
    region: Option<&'a str>,
    pub(crate) account: Option<&'a str>,
    name: &'a str,
    qualifier: Option<&'a str>,
}

impl<'a> Named<'a> {
    /// `None` if it names no function.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.split(':').peekable();
        if text.starts_with("arn:") && parts.nth(2) != Some("lambda") {
            return None;
        }
        let region = next_before_another(&mut parts, is_region);
        let account = next_before_another(&mut parts, is_account);
        next_before_another(&mut parts, |part| part == "function");
        let (name, qualifier) = (parts.next()?, parts.next());
        let is_whole = !name.is_empty() && parts.next().is_none();
        is_whole.then_some(Self {
            region,
            account,
            name,
            qualifier,
        })
    }
}

type Parts<'a> = Peekable<Split<'a, char>>;

fn next_before_another<'a>(parts: &mut Parts<'a>, is: impl Fn(&str) -> bool) -> Option<&'a str> {
    let more = parts.clone().nth(1).is_some();
    parts.next_if(|part| more && is(part))
}

/// `us-east-1`: a name of digits behind hyphens no function's qualifier follows as ARNs have it.
fn is_region(part: &str) -> bool {
    let mut words = part.rsplit('-');
    words
        .next()
        .is_some_and(|end| end.len() == 1 && end.bytes().all(|b| b.is_ascii_digit()))
        && words.clone().count() >= 2
        && words.all(|word| word.bytes().all(|b| b.is_ascii_lowercase()))
}

fn is_account(part: &str) -> bool {
    part.len() == 12 && part.bytes().all(|b| b.is_ascii_digit())
}

impl Qualifier {
    /// What is neither is the name of an alias that may be there, or cannot.
    pub(crate) fn parse(text: &str) -> Self {
        match (text, text.parse()) {
            ("$LATEST", _) => Self::Latest,
            (_, Ok(number)) if text.bytes().all(|b| b.is_ascii_digit()) => Self::Version(number),
            _ => Self::Alias(text.to_owned()),
        }
    }
}

impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("$LATEST"),
            Self::Version(number) => number.fmt(f),
            Self::Alias(name) => f.write_str(name),
        }
    }
}

fn agree(inline: Option<&str>, beside: Option<&str>) -> ApiResult<Option<Qualifier>> {
    let beside = beside.filter(|text| !text.is_empty());
    match (inline, beside) {
        (Some(inline), Some(beside)) if inline != beside => Err(Exception::invalid_parameter(
            "The derived qualifier from the function name does not match the specified qualifier.",
        )),
        (Some(text), _) | (None, Some(text)) => Ok(Some(Qualifier::parse(text))),
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
pub(crate) fn is_word(text: &str, max: usize) -> bool {
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
    fn what_may_be_left_out_is_a_name_where_nothing_follows() {
        for (text, name, qualifier) in [
            (
                "arn:aws:lambda:us-east-1:000000000000:function",
                "function",
                None,
            ),
            (
                "000000000000:function:hello:3",
                "hello",
                Some(Qualifier::Version(3)),
            ),
            ("function:hello", "hello", None),
            ("us-east-1:000000000000:function:hello", "hello", None),
            ("us-east-1", "us-east-1", None),
        ] {
            let found = parse(text, None).unwrap();
            assert_eq!(
                (found.name.as_str(), found.qualifier),
                (name, qualifier),
                "{text}"
            );
        }
        for text in ["", "arn:aws:s3:::bucket:key:a", "hello:live:1:2"] {
            assert!(parse(text, None).is_err(), "{text}");
        }
    }
}
