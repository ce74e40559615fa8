//! The table: of each operation its members, and what each of them has to satisfy.

use std::{collections::HashMap, sync::LazyLock};

use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Number, Value};

use super::pattern::Pattern;

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("table.json")).expect("the table is JSON"));

#[derive(Debug, Deserialize)]
struct Table {
    operations: HashMap<String, Row>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Row {
    /// As the model has it: `/2015-03-31/functions/{FunctionName}`.
    path: String,
    members: Vec<Member>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Member {
    /// As answers call it.
    pub(super) name: String,
    #[serde(rename = "in")]
    place: Place,
    pub(super) key: String,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    number: bool,
    #[serde(default)]
    list: bool,
    #[serde(flatten)]
    pub(super) constraint: Constraint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    Path,
    Query,
    Header,
    Body,
}

/// Of a text or a list the bounds are those of its length, of a number of its value.
#[derive(Debug, Deserialize)]
pub(super) struct Constraint {
    pub(super) min: Option<Number>,
    pub(super) max: Option<Number>,
    pub(super) pattern: Option<Pattern>,
    #[serde(rename = "enum")]
    pub(super) one_of: Option<Vec<String>>,
    #[serde(default)]
    pub(super) members: Vec<Member>,
    pub(super) each: Option<Box<Self>>,
    pub(super) keys: Option<Box<Self>>,
    pub(super) values: Option<Box<Self>>,
}

/// `None` for an operation that has no members.
pub(super) fn row(operation: &str) -> Option<&'static Row> {
    TABLE.operations.get(operation)
}

/// What a call brought.
pub(super) struct Given<'a> {
    parts: &'a Parts,
    query: Vec<(String, String)>,
    body: Value,
}

impl<'a> Given<'a> {
    /// A body that is no JSON has no members: its reader refuses it.
    pub(super) fn of(parts: &'a Parts, body: &[u8]) -> Self {
        let query = parts.uri.query().unwrap_or("").as_bytes();
        Self {
            parts,
            query: form_urlencoded::parse(query).into_owned().collect(),
            body: serde_json::from_slice(body).unwrap_or_default(),
        }
    }
}

impl Row {
    pub(super) fn has_body(&self) -> bool {
        let mut members = self.members.iter();
        members.any(|member| member.place == Place::Body)
    }

    /// The last member's first: so two of them were recorded.
    pub(super) fn violations(&self, given: &Given<'_>) -> Vec<String> {
        let mut found = Vec::new();
        for member in self.members.iter().rev() {
            let value = self.value(member, given);
            member.violations(&member.name, value.as_ref(), &mut found);
        }
        found
    }

    fn value(&self, member: &Member, given: &Given<'_>) -> Option<Value> {
        match member.place {
            Place::Path => self.segment(&member.key, given.parts.uri.path()),
            Place::Query => member.of_query(&given.query),
            Place::Header => {
                let value = given.parts.headers.get(&member.key)?;
                Some(Value::from(value.to_str().ok()?))
            }
            Place::Body => given.body.get(&member.key).cloned(),
        }
    }

    fn segment(&self, key: &str, path: &str) -> Option<Value> {
        let wanted = format!("{{{key}}}");
        let index = self.path.split('/').position(|part| part == wanted)?;
        let part = percent_decode_str(path.split('/').nth(index)?);
        Some(Value::from(part.decode_utf8_lossy()))
    }
}

impl Member {
    fn of_query(&self, query: &[(String, String)]) -> Option<Value> {
        let mut given = query
            .iter()
            .filter(|(key, _)| *key == self.key)
            .map(|(_, value)| value.as_str());
        if self.list {
            let all: Vec<&str> = given.collect();
            return (!all.is_empty()).then(|| Value::from(all));
        }
        let value = given.next()?;
        match value.parse::<i64>() {
            Ok(number) if self.number => Some(Value::from(number)),
            _ => Some(Value::from(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_sound(constraint: &Constraint) -> bool {
        let inside = [&constraint.each, &constraint.keys, &constraint.values];
        constraint.pattern.as_ref().is_none_or(Pattern::is_sound)
            && inside.into_iter().flatten().all(|one| is_sound(one))
            && constraint
                .members
                .iter()
                .all(|member| is_sound(&member.constraint))
    }

    #[test]
    fn every_pattern_of_the_model_is_understood() {
        for (name, row) in &TABLE.operations {
            for member in &row.members {
                assert!(is_sound(&member.constraint), "{name} {}", member.name);
            }
        }
    }
}
