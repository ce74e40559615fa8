//! AWS's query protocol: a form in, XML out.

use std::{collections::BTreeMap, fmt::Write};

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::{Answered, Iam, Refusal};
use crate::error::ApiError;

/// The versions of the services that are here, and their XML namespaces.
const SERVICES: [(&str, &str); 2] = [
    ("2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/"),
    ("2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/"),
];

/// The members of a request, as the form has them: `Tags.member.1.Key` and the like.
#[derive(Debug)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| {
                let message = format!("The request must contain the parameter {name}");
                Refusal::new("MissingParameter", 400, message)
            })
    }

    pub(super) fn tags(&self) -> BTreeMap<String, String> {
        let keys = self.0.iter().filter_map(|(name, key)| {
            let place = name.strip_prefix("Tags.member.")?.strip_suffix(".Key")?;
            let value = self.get(&format!("Tags.member.{place}.Value"))?;
            Some((key.clone(), value.to_owned()))
        });
        keys.collect()
    }
}

/// Answers a form; what is not here says which operation that is.
pub(crate) fn answer(iam: &Iam, body: &[u8]) -> Response {
    let form = Form::read(body);
    let action = form.get("Action").unwrap_or_default();
    let version = form.get("Version").unwrap_or_default();
    let service = SERVICES.iter().find(|(known, _)| *known == version);
    let answered = service.and_then(|(_, namespace)| Some((namespace, iam.answer(action, &form)?)));
    match answered {
        Some((namespace, answered)) => respond(namespace, action, answered),
        None => ApiError::not_implemented(&format!("{action} ({version})")).into_response(),
    }
}

fn respond(namespace: &str, action: &str, answered: Answered) -> Response {
    let id = Uuid::new_v4();
    let (status, xml) = match answered {
        Ok(result) => {
            let metadata =
                format!("<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata>");
            let result = element(&format!("{action}Result"), &result);
            let xml = format!(
                "<{action}Response xmlns=\"{namespace}\">{result}{metadata}</{action}Response>"
            );
            (StatusCode::OK, xml)
        }
        Err(refusal) => {
            let Refusal { code, message, .. } = &refusal;
            let message = escaped(message);
            let xml = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
            );
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, xml)
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

fn escaped(text: &str) -> String {
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
