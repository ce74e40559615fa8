//! Which web pages of other origins may call an HTTP API or a function URL from a browser.
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A day.
const MAX_AGE: u32 = 86_400;

/// The members have the names that Lambda gives them; those of API Gateway begin in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Cors {
    #[serde(
        default,
        alias = "allowCredentials",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) allow_credentials: Option<bool>,
    #[serde(default, alias = "allowHeaders", skip_serializing_if = "Vec::is_empty")]
    pub(crate) allow_headers: Vec<String>,
    #[serde(default, alias = "allowMethods", skip_serializing_if = "Vec::is_empty")]
    pub(crate) allow_methods: Vec<String>,
    #[serde(default, alias = "allowOrigins", skip_serializing_if = "Vec::is_empty")]
    pub(crate) allow_origins: Vec<String>,
    #[serde(
        default,
        alias = "exposeHeaders",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) expose_headers: Vec<String>,
    #[serde(default, alias = "maxAge", skip_serializing_if = "Option::is_none")]
    pub(crate) max_age: Option<u32>,
}

impl Cors {
    /// Seconds that are too many, if they are.
    pub(crate) fn too_old(&self) -> Option<u32> {
        self.max_age.filter(|age| *age > MAX_AGE)
    }

    /// As API Gateway shows it.
    pub(crate) fn in_lower_case(&self) -> Value {
        let shown = json!(self);
        let members = shown.as_object().into_iter().flatten();
        let lower = members.map(|(name, value)| {
            let mut name = name.clone();
            if let Some(first) = name.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            (name, value.clone())
        });
        Value::Object(lower.collect::<Map<_, _>>())
    }

    /// What a page of this origin is told: its own origin, or that every one may.
    pub(crate) fn allowed(&self, origin: &str) -> Option<String> {
        let named = |pattern: &String| {
            pattern == origin
                || pattern
                    .strip_suffix('*')
                    .is_some_and(|scheme| !scheme.is_empty() && origin.starts_with(scheme))
        };
        if self.allow_origins.iter().any(|pattern| pattern == "*") {
            let credentials = self.allow_credentials == Some(true);
            return Some(if credentials { origin } else { "*" }.to_owned());
        }
        self.allow_origins
            .iter()
            .any(named)
            .then(|| origin.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_allowed_by_its_origin() {
        let cors = |origins: &[&str], credentials| Cors {
            allow_origins: origins.iter().map(|&origin| origin.into()).collect(),
            allow_credentials: credentials,
            ..Cors::default()
        };
        let page = "https://example.com";
        for (cors, expected) in [
            (cors(&[page], None), Some(page)),
            (cors(&["https://*"], None), Some(page)),
            (cors(&["*"], None), Some("*")),
            (cors(&["*"], Some(true)), Some(page)),
            (cors(&["https://other.com"], None), None),
            (cors(&["http://*"], None), None),
        ] {
            assert_eq!(cors.allowed(page).as_deref(), expected, "{cors:?}");
        }
    }

    #[test]
    fn api_gateway_shows_it_in_its_own_names() {
        let read: Cors = serde_json::from_str(r#"{"allowOrigins":["*"],"maxAge":5}"#).unwrap();
        let shown = read.in_lower_case();
        assert_eq!(shown, json!({ "allowOrigins": ["*"], "maxAge": 5 }));
    }
}
