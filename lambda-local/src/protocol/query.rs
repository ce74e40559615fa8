//! AWS's query protocol: a form in, XML out.

use std::{collections::BTreeMap, fmt::Write};

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Answer, ApiResult, Exception};

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
    ///
    /// # Errors
    /// If it is deeper or larger than what a client sends.
    pub(crate) fn members(&self) -> ApiResult<Value> {
        let mut all = Value::Object(Map::new());
        let mut room = MAX_ELEMENTS;
        for (name, value) in &self.0 {
            let parts = name.split('.').filter(|part| *part != "member");
            if parts.clone().count() > MAX_DEPTH {
                return Err(Exception::serialization("a parameter's name is too deep"));
            }
            let mut place = &mut all;
            for part in parts {
                place = match part.parse::<usize>() {
                    Ok(number @ 1..=MAX_ITEMS) => item(place, number - 1, &mut room)?,
                    _ => member(place, part, &mut room)?,
                };
            }
            *place = Value::String(value.clone());
        }
        Ok(all)
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
/// Deeper than any request of a service.
const MAX_DEPTH: usize = 16;
/// More than fit into the longest request that CloudWatch takes, of 1 MB; here, 3 MB.
const MAX_ELEMENTS: usize = 100_000;

fn item<'a>(place: &'a mut Value, index: usize, room: &mut usize) -> ApiResult<&'a mut Value> {
    if !place.is_array() {
        *place = Value::Array(Vec::new());
    }
    let Value::Array(items) = place else {
        unreachable!("it was just made one")
    };
    if items.len() <= index {
        take(room, index + 1 - items.len())?;
        items.resize(index + 1, Value::Null);
    }
    Ok(&mut items[index])
}

fn member<'a>(place: &'a mut Value, name: &str, room: &mut usize) -> ApiResult<&'a mut Value> {
    if !place.is_object() {
        *place = Value::Object(Map::new());
    }
    if place.get(name).is_none() {
        take(room, 1)?;
    }
    Ok(&mut place[name])
}

fn take(room: &mut usize, elements: usize) -> ApiResult<()> {
    let left = room.checked_sub(elements);
    *room = left.ok_or_else(|| Exception::serialization("the request has too many elements"))?;
    Ok(())
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
            let before = format!("<ErrorResponse xmlns=\"{namespace}\">");
            let behind = format!("<RequestId>{id}</RequestId></ErrorResponse>");
            return refuse(&exception, &before, &behind);
        }
    };
    (status, [("content-type", "text/xml")], xml).into_response()
}

/// A refusal in XML; what stands around it differs from service to service.
pub(crate) fn refuse(exception: &Exception, before: &str, behind: &str) -> Response {
    let Exception { code, message, .. } = exception;
    let message = escaped(message);
    let xml = format!(
        "{before}<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         {behind}"
    );
    (exception.status, [("content-type", "text/xml")], xml).into_response()
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
            form.members().unwrap(),
            json!({ "A": "1", "B": [{ "D": { "E": "y" } }, { "C": "x" }], "F": { "G": "z" } })
        );
        // Neither much memory nor a panic for what no client sends.
        let form = Form::read(b"A.member.4000000000=1&B=1&B.C=2&C.member.1=1&C.D=2");
        assert_eq!(form.members().unwrap()["A"]["4000000000"], "1");
    }
    #[test]
    fn a_form_that_would_take_a_stack_or_a_memory_is_refused() {
        let deep = "a.".repeat(10_000) + "a=1";
        assert!(Form::read(deep.as_bytes()).members().is_err());
        let wide: Vec<String> = (1..=150)
            .map(|n| format!("A.{n}{}=1", ".1000".repeat(14)))
            .collect();
        assert!(Form::read(wide.join("&").as_bytes()).members().is_err());
        // As many as one call may put.
        let put: Vec<String> = (1..=1000)
            .map(|n| format!("MetricData.member.{n}.Value={n}"))
            .collect();
        let form = Form::read(put.join("&").as_bytes());
        assert_eq!(form.members().unwrap()["MetricData"][999]["Value"], "1000");
    }
}
