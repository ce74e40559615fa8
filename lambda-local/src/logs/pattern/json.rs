//! Filter patterns for lines that are JSON: `{ $.level = "ERROR" && ($.took > 1 || $.n EXISTS) }`.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>

use serde_json::Value;

use super::token::{Comparison, Step, Token, tokens};

/// Parentheses in parentheses that are followed: a text from outside must not use up the stack.
const MOST_DEEP: usize = 32;

#[derive(Debug, PartialEq)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Compare(Vec<Step>, Comparison, Operand),
    IsNull(Vec<Step>),
    IsTrue(Vec<Step>),
    IsFalse(Vec<Step>),
    Exists(Vec<Step>),
    NotExists(Vec<Step>),
}

#[derive(Debug, PartialEq)]
pub(super) enum Operand {
    Number(f64),
    /// With `*` for anything.
    Text(String),
}

impl Condition {
    /// Reads what stands between the braces; `None` if it is no condition.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        let mut parser = Parser {
            tokens: &tokens,
            deep: 0,
        };
        let condition = parser.any()?;
        parser.tokens.is_empty().then_some(condition)
    }

    pub(super) fn fits(&self, line: &Value) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|one| one.fits(line)),
            Self::Any(conditions) => conditions.iter().any(|one| one.fits(line)),
            Self::Compare(path, comparison, operand) => {
                find(line, path).is_some_and(|value| compares(value, *comparison, operand))
            }
            Self::IsNull(path) => find(line, path).is_some_and(Value::is_null),
            Self::IsTrue(path) => find(line, path) == Some(&Value::Bool(true)),
            Self::IsFalse(path) => find(line, path) == Some(&Value::Bool(false)),
            Self::Exists(path) => find(line, path).is_some(),
            Self::NotExists(path) => find(line, path).is_none(),
        }
    }
}

fn find<'a>(line: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(line, |value, step| match step {
        Step::Member(name) => value.get(name),
        Step::Index(index) => value.get(index),
    })
}

fn compares(value: &Value, comparison: Comparison, operand: &Operand) -> bool {
    match (value, operand) {
        (Value::Number(number), Operand::Number(asked)) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            match comparison {
                Comparison::Equal => number == *asked,
                Comparison::NotEqual => number != *asked,
                Comparison::Less => number < *asked,
                Comparison::LessOrEqual => number <= *asked,
                Comparison::Greater => number > *asked,
                Comparison::GreaterOrEqual => number >= *asked,
            }
        }
        (Value::String(text), Operand::Text(asked)) => match comparison {
            Comparison::Equal => is_like(text, asked),
            Comparison::NotEqual => !is_like(text, asked),
            _ => false,
        },
        _ => comparison == Comparison::NotEqual,
    }
}

/// Whether a text is of a form in which `*` stands for anything.
fn is_like(text: &str, form: &str) -> bool {
    let Some((begin, rest)) = form.split_once('*') else {
        return text == form;
    };
    let Some(mut text) = text.strip_prefix(begin) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match text.split_once(part) {
            Some((_, behind)) => text = behind,
            None => return false,
        }
    }
    text.ends_with(end)
}

struct Parser<'a> {
    tokens: &'a [Token],
    deep: usize,
}

impl Parser<'_> {
    fn any(&mut self) -> Option<Condition> {
        let mut conditions = vec![self.all()?];
        while self.takes(&Token::Or) {
            conditions.push(self.all()?);
        }
        one_or(conditions, Condition::Any)
    }

    fn all(&mut self) -> Option<Condition> {
        let mut conditions = vec![self.one()?];
        while self.takes(&Token::And) {
            conditions.push(self.one()?);
        }
        one_or(conditions, Condition::All)
    }

    fn one(&mut self) -> Option<Condition> {
        if self.takes(&Token::Open) {
            self.deep += 1;
            if self.deep > MOST_DEEP {
                return None;
            }
            let condition = self.any()?;
            self.deep -= 1;
            return self.takes(&Token::Close).then_some(condition);
        }
        let Token::Path(path) = self.next()? else {
            return None;
        };
        match self.next()? {
            Token::Compare(comparison) => {
                let operand = self.operand(comparison)?;
                Some(Condition::Compare(path, comparison, operand))
            }
            Token::Word(word) => self.state(path, &word),
            _ => None,
        }
    }

    /// Texts are not before or behind each other.
    fn operand(&mut self, comparison: Comparison) -> Option<Operand> {
        let text = match self.next()? {
            Token::Quoted(text) => text,
            Token::Word(word) => match word.parse() {
                Ok(number) => return Some(Operand::Number(number)),
                Err(_) => word,
            },
            _ => return None,
        };
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        equality.then_some(Operand::Text(text))
    }

    fn state(&mut self, path: Vec<Step>, word: &str) -> Option<Condition> {
        let second = match word.to_ascii_uppercase().as_str() {
            "EXISTS" => return Some(Condition::Exists(path)),
            "IS" | "NOT" => self.next()?,
            _ => return None,
        };
        let Token::Word(second) = second else {
            return None;
        };
        let both = format!("{word} {second}").to_ascii_uppercase();
        match both.as_str() {
            "IS NULL" => Some(Condition::IsNull(path)),
            "IS TRUE" => Some(Condition::IsTrue(path)),
            "IS FALSE" => Some(Condition::IsFalse(path)),
            "NOT EXISTS" => Some(Condition::NotExists(path)),
            _ => None,
        }
    }

    fn takes(&mut self, token: &Token) -> bool {
        let Some((first, rest)) = self.tokens.split_first() else {
            return false;
        };
        let is_it = first == token;
        if is_it {
            self.tokens = rest;
        }
        is_it
    }

    fn next(&mut self) -> Option<Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first.clone())
    }
}

fn one_or(
    mut conditions: Vec<Condition>,
    several: fn(Vec<Condition>) -> Condition,
) -> Option<Condition> {
    match conditions.len() {
        1 => conditions.pop(),
        _ => Some(several(conditions)),
    }
}
