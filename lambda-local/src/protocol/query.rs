//! AWS's query protocol: a form in, XML out.

use std::{collections::BTreeMap, fmt::Write};

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Answer, Exception};

/// The members of a request, as the form has them: `Tags.member.1.Key` and the like.
#[derive(Debug)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    pub(crate) fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Exception> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| {
                let message = format!("The request must contain the parameter {name}");
                Exception::new("MissingParameter", 400, message)
            })
    }

    /// All of it as the JSON protocols would have it: `A.member.2.B` is member `B` of the second in
    /// the list `A`. Every value is text.
    pub(crate) fn members(&self) -> Value {
        let mut all = Value::Object(Map::new());
        for (name, value) in &self.0 {
            let mut place = &mut all;
            for part in name.split('.').filter(|part| *part != "member") {
                place = match part.parse::<usize>() {
                    Ok(number @ 1..=MAX_ITEMS) => item(place, number - 1),
                    _ => member(place, part),
                };
            }
            *place = Value::String(value.clone());
        }
        all
    }

    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        let keys = self.0.iter().filter_map(|(name, key)| {
            let place = name.strip_prefix("Tags.member.")?.strip_suffix(".Key")?;
            let value = self.get(&format!("Tags.member.{place}.Value"))?;
            Some((key.clone(), value.to_owned()))
        });
        keys.collect()
    }
}

/// Longer than any list that a service takes.
const MAX_ITEMS: usize = 1000;

fn item(place: &mut Value, index: usize) -> &mut Value {
    if !place.is_array() {
        *place = Value::Array(Vec::new());
    }
    let Value::Array(items) = place else {
        unreachable!("it was just made one")
    };
    if items.len() <= index {
        items.resize(index + 1, Value::Null);
    }
    &mut items[index]
}

fn member<'a>(place: &'a mut Value, name: &str) -> &'a mut Value {
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    &mut place[name]
}

/// The version of a service, by which its clients name it, and the namespace of its answers.
pub(crate) type Namespace = (&'static str, &'static str);

/// Answers an action in its service's XML namespace.
pub(crate) fn respond(namespace: &str, action: &str, answer: Answer) -> Response {
    let id = Uuid::new_v4();
    let (status, xml) = match answer {
        Ok(result) => {
            let metadata =
                format!("<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata>");
            let result = element(&format!("{action}Result"), &result);
            let xml = format!(
                "<{action}Response xmlns=\"{namespace}\">{result}{metadata}</{action}Response>"
            );
            (StatusCode::OK, xml)
        }
        Err(exception) => {
            let Exception { code, message, .. } = &exception;
            let message = escaped(message);
            let xml = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
            );
            (exception.status, xml)
        }
    };
    (status, [("content-type", "text/xml")], xml).into_response()
}

/// A value as an element: an object's members within it, a list's as `member` each.
fn element(name: &str, value: &Value) -> String {
    let inside = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| element(name, value))
            .collect(),
        Value::Array(items) => items.iter().map(|item| element("member", item)).collect(),
        Value::String(text) => escaped(text),
        other => other.to_string(),
    };
    format!("<{name}>{inside}</{name}>")
}

/// Text as XML and HTML have it, also within double quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => xml += "&lt;",
            '>' => xml += "&gt;",
            '&' => xml += "&amp;",
            '"' => xml += "&quot;",
            // Not allowed in XML, not even escaped.
            c if c.is_control() && !matches!(c, '\t' | '\n' | '\r') => xml.push('\u{fffd}'),
            c => {
                let _ = write!(xml, "{c}");
            }
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Form;

    #[test]
    fn a_form_is_read_as_the_structure_that_it_means() {
        let form = Form::read(b"A=1&B.member.2.C=x&B.member.1.D.E=y&F.G=z");
        assert_eq!(
            form.members(),
            json!({ "A": "1", "B": [{ "D": { "E": "y" } }, { "C": "x" }], "F": { "G": "z" } })
        );
        // Neither much memory nor a panic for what no client sends.
        let form = Form::read(b"A.member.4000000000=1&B=1&B.C=2&C.member.1=1&C.D=2");
        assert_eq!(form.members()["A"]["4000000000"], "1");
    }
}
