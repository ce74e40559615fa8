//! The rule of a composite alarm: which states of which other alarms make it ring.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html>

use super::standing::State;
use crate::protocol::{ApiResult, Exception};

/// Elements that AWS lets a rule have: alarms, constants and parentheses.
const MAX_ELEMENTS: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    Always(bool),
    /// The alarm of this name is in this state.
    In(State, String),
    Not(Box<Self>),
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
}

impl Rule {
    /// NOT binds tightest and OR loosest: AWS documents the words and not their order.
    pub(super) fn parse(text: &str) -> ApiResult<Self> {
        let mut parser = Parser {
            rest: text.trim_start(),
            elements: 0,
        };
        let rule = parser.either()?;
        match parser.rest {
            "" => Ok(rule),
            rest => Err(wrong(&format!("'{rest}' is not expected"))),
        }
    }

    /// An alarm that is gone is in no state.
    pub(super) fn holds(&self, state_of: &impl Fn(&str) -> Option<State>) -> bool {
        match self {
            Self::Always(holds) => *holds,
            Self::In(state, name) => state_of(name) == Some(*state),
            Self::Not(rule) => !rule.holds(state_of),
            Self::Both(one, other) => one.holds(state_of) && other.holds(state_of),
            Self::Either(one, other) => one.holds(state_of) || other.holds(state_of),
        }
    }

    /// The alarms that it looks at.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Self::Always(_) => Vec::new(),
            Self::In(_, name) => vec![name],
            Self::Not(rule) => rule.names(),
            Self::Both(one, other) | Self::Either(one, other) => {
                [one.names(), other.names()].concat()
            }
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
    elements: usize,
}

impl<'a> Parser<'a> {
    fn either(&mut self) -> ApiResult<Rule> {
        let mut rule = self.both()?;
        while self.takes("OR") {
            rule = Rule::Either(rule.into(), self.both()?.into());
        }
        Ok(rule)
    }

    fn both(&mut self) -> ApiResult<Rule> {
        let mut rule = self.one()?;
        while self.takes("AND") {
            rule = Rule::Both(rule.into(), self.one()?.into());
        }
        Ok(rule)
    }

    fn one(&mut self) -> ApiResult<Rule> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(wrong("it has more than 500 elements"));
        }
        match self.word() {
            "NOT" => Ok(Rule::Not(self.one()?.into())),
            "TRUE" => Ok(Rule::Always(true)),
            "FALSE" => Ok(Rule::Always(false)),
            "ALARM" => self.alarm(State::Alarm),
            "OK" => self.alarm(State::Ok),
            "INSUFFICIENT_DATA" => self.alarm(State::InsufficientData),
            "" => {
                self.sign('(')?;
                let rule = self.either()?;
                self.sign(')')?;
                Ok(rule)
            }
            word => Err(wrong(&format!("'{word}' is not expected"))),
        }
    }

    fn alarm(&mut self, state: State) -> ApiResult<Rule> {
        self.sign('(')?;
        let (end, quoted) = match self.rest.strip_prefix('"') {
            Some(rest) => {
                self.rest = rest;
                ('"', true)
            }
            None => (')', false),
        };
        let (name, rest) = self
            .rest
            .split_once(end)
            .ok_or_else(|| wrong(&format!("'{end}' is missing")))?;
        self.rest = rest.trim_start();
        if quoted {
            self.sign(')')?;
        }
        // An ARN, or the name.
        let name = name.trim().rsplit(":alarm:").next().unwrap_or_default();
        Ok(Rule::In(state, name.to_owned()))
    }

    /// The word that is next, if one is.
    fn word(&mut self) -> &'a str {
        let is_of_word = |c: char| c.is_ascii_alphabetic() || c == '_';
        let length = self.rest.find(|c| !is_of_word(c));
        let (word, rest) = self.rest.split_at(length.unwrap_or(self.rest.len()));
        self.rest = rest.trim_start();
        word
    }

    fn takes(&mut self, wanted: &str) -> bool {
        let before = self.rest;
        let taken = self.word() == wanted;
        if !taken {
            self.rest = before;
        }
        taken
    }

    fn sign(&mut self, sign: char) -> ApiResult<()> {
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest
            .ok_or_else(|| wrong(&format!("'{sign}' is missing")))?
            .trim_start();
        Ok(())
    }
}

fn wrong(what: &str) -> Exception {
    Exception::new(
        "ValidationError",
        400,
        format!("AlarmRule is not valid: {what}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let state_of = |name: &str| match name {
            "rings" | "rings, too (a)" => Some(State::Alarm),
            "silent" => Some(State::Ok),
            "new" => Some(State::InsufficientData),
            _ => None,
        };
        Rule::parse(text).unwrap().holds(&state_of)
    }

    #[test]
    fn a_rule_holds_where_its_alarms_are_in_the_states_that_it_names() {
        for text in [
            "TRUE",
            "NOT FALSE",
            "ALARM(rings)",
            "ALARM(\"rings, too (a)\") AND OK( silent )",
            "ALARM(arn:aws:cloudwatch:us-east-1:000000000000:alarm:rings)",
            "INSUFFICIENT_DATA(new)",
            "NOT ALARM(silent) AND NOT (OK(rings) OR OK(new))",
            "ALARM(rings) OR ALARM(silent) AND FALSE",
        ] {
            assert!(holds(text), "{text}");
            assert!(!holds(&format!("NOT ({text})")), "{text}");
        }
        assert!(!holds("OK(gone)"));
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        let long = "NOT ".repeat(MAX_ELEMENTS) + "TRUE";
        for text in [
            "",
            "rings",
            "ALARM",
            "ALARM(rings",
            "ALARM(\"rings)",
            "TRUE FALSE",
            "(TRUE",
            "TRUE)",
            "TRUE AND",
            "alarm(rings)",
            &long,
        ] {
            assert!(Rule::parse(text).is_err(), "{text}");
        }
    }
}
