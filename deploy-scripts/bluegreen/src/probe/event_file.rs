//! A test event: what is sent, and what the answer must hold.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

/// A file of the user's.
#[derive(Debug)]
pub(crate) struct EventFile {
    pub(crate) name: String,
    pub(crate) event: Vec<u8>,
    expect: Option<Value>,
}

impl EventFile {
    /// Reads a file with an event, or with an `event` and what to `expect`.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let name = file.display().to_string();
        let text = fs::read_to_string(file).with_context(|| format!("failed to read {name}"))?;
        Self::parse(name.clone(), &text).with_context(|| format!("{name} is not JSON"))
    }

    fn parse(name: String, text: &str) -> serde_json::Result<Self> {
        let mut whole: Value = serde_json::from_str(text)?;
        let wrapped = whole.as_object().is_some_and(|members| {
            let known = |name: &String| name == "event" || name == "expect";
            members.contains_key("event") && members.keys().all(known)
        });
        let (event, expect) = match wrapped {
            true => (whole["event"].take(), whole.get("expect").cloned()),
            false => (whole, None),
        };
        Ok(Self {
            name,
            event: event.to_string().into_bytes(),
            expect,
        })
    }

    /// Whether an answer holds what is expected; without that, whether it has no status of 500 or
    /// more.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn check(&self, answer: &[u8]) -> Result<(), String> {
        let answer: Value = serde_json::from_slice(answer)
            .map_err(|error| format!("the answer is not JSON: {error}"))?;
        match &self.expect {
            Some(expected) => holds(&answer, expected, "answer"),
            None => match answer["statusCode"].as_u64() {
                Some(status) if status >= 500 => Err(format!("statusCode is {status}")),
                _ => Ok(()),
            },
        }
    }
}

/// Whether `found` holds `expected`: of an object the members that are named, of anything else the
/// same value. A text that is JSON is looked into, since bodies are texts.
fn holds(found: &Value, expected: &Value, place: &str) -> Result<(), String> {
    match (found, expected) {
        (Value::Object(members), Value::Object(expected)) => {
            for (name, expected) in expected {
                let found = members.get(name).unwrap_or(&Value::Null);
                holds(found, expected, &format!("{place}.{name}"))?;
            }
            Ok(())
        }
        (Value::String(text), Value::Object(_) | Value::Array(_)) => {
            match serde_json::from_str::<Value>(text) {
                Ok(inner) if !inner.is_string() => holds(&inner, expected, place),
                _ => Err(format!("{place} is {found} instead of {expected}")),
            }
        }
        _ if found == expected => Ok(()),
        _ => Err(format!("{place} is {found} instead of {expected}")),
    }
}

#[cfg(test)]
mod tests {
    use super::EventFile;

    fn check(file: &str, answer: &str) -> Result<(), String> {
        let file = EventFile::parse("test.json".to_owned(), file).unwrap();
        file.check(answer.as_bytes())
    }

    #[test]
    fn an_answer_must_hold_what_is_expected_and_may_hold_more() {
        let file = r#"{"event": {}, "expect": {"statusCode": 200, "body": {"ok": true}}}"#;
        let answer = r#"{"statusCode": 200, "body": "{\"ok\": true, \"id\": 7}", "headers": {}}"#;
        assert_eq!(check(file, answer), Ok(()));
        let wrong = check(file, r#"{"statusCode": 200, "body": "{\"ok\": false}"}"#);
        assert_eq!(
            wrong,
            Err("answer.body.ok is false instead of true".to_owned())
        );
        let missing = check(file, r#"{"body": "{\"ok\": true}"}"#);
        assert_eq!(
            missing,
            Err("answer.statusCode is null instead of 200".to_owned())
        );
    }

    #[test]
    fn without_an_expectation_only_a_server_error_is_bad() {
        assert_eq!(
            check(r#"{"rawPath": "/"}"#, r#"{"statusCode": 404}"#),
            Ok(())
        );
        assert_eq!(check("{}", r#""any""#), Ok(()));
        assert!(check("{}", r#"{"statusCode": 500}"#).is_err());
        assert!(check("{}", "oops").is_err());
    }

    #[test]
    fn an_event_with_members_of_its_own_is_the_whole_file() {
        let file = EventFile::parse("f".to_owned(), r#"{"event": 1, "detail": 2}"#).unwrap();
        assert_eq!(file.event, br#"{"detail":2,"event":1}"#);
        let wrapped = EventFile::parse("f".to_owned(), r#"{"event": {"a": 1}}"#).unwrap();
        assert_eq!(wrapped.event, br#"{"a":1}"#);
    }
}
