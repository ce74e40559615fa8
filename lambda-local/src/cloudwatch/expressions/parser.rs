//! Expressions as they are written.

use super::{
    functions::{all, apply, combine, each, number},
    value::{Scope, Value, wrong},
};
use crate::protocol::Exception;

/// Deeper than anybody writes.
const MAX_DEPTH: usize = 50;

/// Names, numbers, texts in quotes, and signs.
pub(crate) fn tokens(text: &str) -> Result<Vec<&str>, Exception> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' => rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
                .unwrap_or(rest.len()),
            '"' | '\'' => {
                let end = rest[1..].find(first);
                end.ok_or_else(|| wrong("a text has no end"))? + 2
            }
            _ if ["==", "!=", "<=", ">=", "&&", "||"]
                .iter()
                .any(|sign| rest.starts_with(sign)) =>
            {
                2
            }
            '+' | '-' | '*' | '/' | '^' | '<' | '>' | '(' | ')' | ',' | '[' | ']' => 1,
            other => return Err(wrong(&format!("'{other}' is not expected"))),
        };
        let (token, after) = rest.split_at(length);
        found.push(token);
        rest = after.trim_start();
    }
    Ok(found)
}

pub(crate) struct Parser<'t, 's, 'a> {
    tokens: &'t [&'t str],
    at: usize,
    depth: usize,
    scope: &'s mut Scope<'a>,
}

type Operation = fn(f64, f64) -> f64;

/// How tightly a sign binds, and what it does.
fn operator(token: &str) -> Option<(u8, Operation)> {
    const fn truth(holds: bool) -> f64 {
        if holds { 1.0 } else { 0.0 }
    }
    Some(match token {
        "OR" | "||" => (1, |a, b| truth(a != 0.0 || b != 0.0)),
        "AND" | "&&" => (2, |a, b| truth(a != 0.0 && b != 0.0)),
        "==" => (3, |a, b| truth(a == b)),
        "!=" => (3, |a, b| truth(a != b)),
        "<" => (3, |a, b| truth(a < b)),
        "<=" => (3, |a, b| truth(a <= b)),
        ">" => (3, |a, b| truth(a > b)),
        ">=" => (3, |a, b| truth(a >= b)),
        "+" => (4, |a, b| a + b),
        "-" => (4, |a, b| a - b),
        "*" => (5, |a, b| a * b),
        "/" => (5, |a, b| a / b),
        "^" => (6, f64::powf),
        _ => return None,
    })
}

impl<'t, 's, 'a> Parser<'t, 's, 'a> {
    pub(crate) const fn new(tokens: &'t [&'t str], scope: &'s mut Scope<'a>) -> Self {
        Self {
            tokens,
            at: 0,
            depth: 0,
            scope,
        }
    }

    /// The value of all that there is.
    pub(crate) fn whole(mut self) -> Result<Value, Exception> {
        let value = self.expression(0)?;
        match self.tokens.get(self.at) {
            None => Ok(value),
            Some(token) => Err(wrong(&format!("'{token}' is not expected"))),
        }
    }

    fn next(&mut self) -> Option<&str> {
        let token = self.tokens.get(self.at).copied();
        self.at += 1;
        token
    }

    fn expect(&mut self, sign: &str) -> Result<(), Exception> {
        match self.next() {
            Some(token) if token == sign => Ok(()),
            _ => Err(wrong(&format!("'{sign}' is missing"))),
        }
    }

    fn expression(&mut self, binding: u8) -> Result<Value, Exception> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(wrong("it is too deep"));
        }
        let mut left = self.operand()?;
        while let Some((own, apply)) = self.tokens.get(self.at).and_then(|t| operator(t)) {
            if own <= binding {
                break;
            }
            self.at += 1;
            let right = self.expression(own)?;
            left = combine(left, right, apply)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operand(&mut self) -> Result<Value, Exception> {
        let token = self.tokens.get(self.at).copied();
        let token = token.ok_or_else(|| wrong("it ends too early"))?;
        self.at += 1;
        match token {
            "(" => {
                let value = self.expression(0)?;
                self.expect(")")?;
                Ok(value)
            }
            "[" => self.list("]").and_then(all),
            "-" => {
                let value = self.expression(5)?;
                combine(Value::Number(0.0), value, |a, b| a - b)
            }
            _ if token.starts_with(|c: char| c.is_ascii_digit() || c == '.') => token
                .parse()
                .map(Value::Number)
                .map_err(|_| wrong(&format!("'{token}' is no number"))),
            name if self.tokens.get(self.at) == Some(&"(") => {
                self.at += 1;
                self.call(name)
            }
            name => (self.scope.of)(name),
        }
    }

    fn list(&mut self, end: &str) -> Result<Vec<Value>, Exception> {
        let mut values = Vec::new();
        while self.tokens.get(self.at) != Some(&end) {
            if !values.is_empty() {
                self.expect(",")?;
            }
            values.push(self.expression(0)?);
        }
        self.at += 1;
        Ok(values)
    }

    fn call(&mut self, name: &str) -> Result<Value, Exception> {
        match name.to_ascii_uppercase().as_str() {
            "METRICS" => {
                let text = match self.next() {
                    Some(")") => return (self.scope.metrics)("").map(Value::All),
                    Some(text) => text.trim_matches(['"', '\'']).to_owned(),
                    None => return Err(wrong("it ends too early")),
                };
                self.expect(")")?;
                (self.scope.metrics)(&text).map(Value::All)
            }
            "FILL" => self.fill(),
            name => {
                let values = self.list(")")?;
                apply(name, values, self.scope.period)
            }
        }
    }

    /// The second argument is a number, or the name of a way.
    fn fill(&mut self) -> Result<Value, Exception> {
        let value = self.expression(0)?;
        self.expect(",")?;
        let way = self.tokens.get(self.at).copied();
        let repeat = way.is_some_and(|way| way.eq_ignore_ascii_case("REPEAT"));
        let filler = match repeat {
            true => {
                self.at += 1;
                0.0
            }
            false => number(&self.expression(0)?)?,
        };
        self.expect(")")?;
        let times = self.scope.times;
        each(value, &|series| {
            let mut last = None;
            let filled = times.iter().filter_map(|at| {
                last = series.get(at).copied().or(if repeat { last } else { None });
                Some((*at, last.or((!repeat).then_some(filler))?))
            });
            filled.collect()
        })
    }
}
