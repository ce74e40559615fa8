//! What a value violates, in AWS's words.

use serde_json::{Number, Value};

use super::table::{Constraint, Member};

const NOT_NULL: &str = "Member must not be null";

impl Member {
    /// Adds what this value violates; `at` is the way to the member.
    pub(super) fn violations(&self, at: &str, value: Option<&Value>, found: &mut Vec<String>) {
        match value {
            Some(value) if !value.is_null() => self.constraint.violations(at, value, found),
            _ if self.required => found.push(format!(
                "Value null at '{at}' failed to satisfy constraint: {NOT_NULL}"
            )),
            _ => {}
        }
    }
}

impl Constraint {
    fn violations(&self, at: &str, value: &Value, found: &mut Vec<String>) {
        let mut violated: Vec<String> = self.violated(value).collect();
        match value {
            Value::Object(map) if !self.members.is_empty() => {
                for member in self.members.iter().rev() {
                    let at = format!("{at}.{}", member.name);
                    member.violations(&at, map.get(&member.key), found);
                }
            }
            Value::Object(map) => {
                let keys = map.keys().map(|key| Value::from(key.as_str()));
                violated.extend(within(self.keys.as_deref(), "Map keys", "", keys));
                let values = map.values().cloned();
                violated.extend(within(
                    self.values.as_deref(),
                    "Map value",
                    NOT_NULL,
                    values,
                ));
            }
            Value::Array(list) => self.of_list(at, list, &mut violated, found),
            _ => {}
        }
        let shown = shown(value);
        found.extend(violated.into_iter().map(|constraint| {
            format!("Value '{shown}' at '{at}' failed to satisfy constraint: {constraint}")
        }));
    }

    /// What is said of a list's structures is said of each (how they are named is from memory), of
    /// its texts of all at once.
    fn of_list(
        &self,
        at: &str,
        list: &[Value],
        violated: &mut Vec<String>,
        found: &mut Vec<String>,
    ) {
        let Some(each) = &self.each else { return };
        if each.members.is_empty() {
            let values = list.iter().cloned();
            violated.extend(within(Some(each), "Member", NOT_NULL, values));
            return;
        }
        for (index, value) in list.iter().enumerate() {
            each.violations(&format!("{at}.{}.member", index + 1), value, found);
        }
    }

    /// A value of another kind than the model's is the reader's to refuse.
    fn violated(&self, value: &Value) -> impl Iterator<Item = String> {
        let (what, size) = match value {
            Value::String(text) => ("length", Some(text.chars().count() as f64)),
            Value::Array(list) => ("length", Some(list.len() as f64)),
            Value::Number(number) => ("value", number.as_f64()),
            _ => ("", None),
        };
        let beyond = |bound: &Option<Number>, is: fn(f64, f64) -> bool| {
            let bound = bound.as_ref().and_then(Number::as_f64);
            bound.zip(size).is_some_and(|(bound, size)| is(size, bound))
        };
        let text = value.as_str();
        let pattern = self.pattern.as_ref();
        let broken = [
            beyond(&self.max, |size, most| size > most),
            beyond(&self.min, |size, least| size < least),
            pattern
                .zip(text)
                .is_some_and(|(pattern, text)| !pattern.matches(text)),
            self.one_of
                .as_ref()
                .zip(text)
                .is_some_and(|(known, text)| !known.iter().any(|one| one == text)),
        ];
        let said = broken.contains(&true).then(|| self.said(what));
        broken
            .into_iter()
            .zip(said.into_iter().flatten())
            .filter_map(|(broken, said)| said.filter(|_| broken))
    }

    /// All that it says, in AWS's order.
    fn said(&self, what: &str) -> [Option<String>; 4] {
        let bound = |number: &Option<Number>, than: &str| {
            let number = number.as_ref()?;
            Some(format!(
                "Member must have {what} {than} than or equal to {number}"
            ))
        };
        [
            bound(&self.max, "less"),
            bound(&self.min, "greater"),
            self.pattern.as_ref().map(|pattern| {
                format!(
                    "Member must satisfy regular expression pattern: {}",
                    pattern.text
                )
            }),
            self.one_of
                .as_ref()
                .map(|known| format!("Member must satisfy enum value set: [{}]", known.join(", "))),
        ]
    }
}

/// What the parts of a list or map violate: all that they have to satisfy is said.
fn within(
    constraint: Option<&Constraint>,
    whose: &str,
    further: &str,
    mut values: impl Iterator<Item = Value>,
) -> Option<String> {
    let constraint = constraint?;
    let broken = values.find(|value| constraint.violated(value).next().is_some())?;
    let what = if broken.is_number() {
        "value"
    } else {
        "length"
    };
    let mut all: Vec<String> = constraint.said(what).into_iter().flatten().collect();
    all.extend((!further.is_empty()).then(|| further.to_owned()));
    Some(format!(
        "{whose} must satisfy constraint: [{}]",
        all.join(", ")
    ))
}

/// As Java writes it: `[a, b]`, `{2=0.5}`.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => format!(
            "[{}]",
            list.iter().map(shown).collect::<Vec<_>>().join(", ")
        ),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| match value.as_f64() {
                Some(number) => format!("{key}={number:?}"),
                None => format!("{key}={}", shown(value)),
            };
            format!(
                "{{{}}}",
                map.iter().map(entry).collect::<Vec<_>>().join(", ")
            )
        }
        other => other.to_string(),
    }
}
