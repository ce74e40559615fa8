//! Route keys of HTTP APIs: `$default`, or a method and a path with variables.

use std::{collections::BTreeMap, fmt};

use http::Method;
use serde::{Deserialize, Serialize};

use crate::protocol::{ApiResult, Exception};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RouteKey {
    Default,
    Path {
        method: String,
        segments: Vec<Segment>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Segment {
    Literal(String),
    Variable(String),
    /// `{name+}`: the rest of the path.
    Greedy(String),
}

/// How well a route fits a request: API Gateway takes the route with the most specific path, and
/// among those the one that names the method.
pub(crate) type Fit = (Vec<u8>, bool);

impl RouteKey {
    pub(crate) fn parse(text: &str) -> ApiResult<Self> {
        if text == "$default" {
            return Ok(Self::Default);
        }
        let invalid = || {
            Exception::gateway_bad_request(format!(
                "The provided route key is not formatted properly for HTTP protocol. Format should be \"<HTTP METHOD> /<RESOURCE PATH>\" or \"$default\": {text}"
            ))
        };
        let (method, path) = text.split_once(' ').ok_or_else(invalid)?;
        let known = [
            "ANY", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS",
        ];
        let path = path.strip_prefix('/').ok_or_else(invalid)?;
        if !known.contains(&method) {
            return Err(invalid());
        }
        let segments: Vec<Segment> = path.split('/').map(Segment::parse).collect();
        let greedy = segments
            .iter()
            .position(|s| matches!(s, Segment::Greedy(_)));
        if greedy.is_some_and(|index| index + 1 != segments.len()) {
            return Err(invalid());
        }
        Ok(Self::Path {
            method: method.to_owned(),
            segments,
        })
    }

    /// How this route fits the request, and the path's variables; `None` if it does not.
    pub(crate) fn fit(
        &self,
        method: &Method,
        path: &str,
    ) -> Option<(Fit, BTreeMap<String, String>)> {
        let Self::Path {
            method: own,
            segments,
        } = self
        else {
            return Some(((Vec::new(), false), BTreeMap::new()));
        };
        if own != "ANY" && own != method.as_str() {
            return None;
        }
        let (ranks, variables) = fit_path(segments, path.strip_prefix('/').unwrap_or(path))?;
        Some(((ranks, own != "ANY"), variables))
    }

    /// The path with its variables; `$default` has none.
    pub(crate) fn path(&self) -> String {
        let text = self.to_string();
        text.split_once(' ')
            .map_or(text.clone(), |(_, path)| path.to_owned())
    }

    /// The part of a source ARN behind the stage: `GET/hello` or `$default`.
    pub(crate) fn source(&self) -> String {
        match self {
            Self::Default => "$default".to_owned(),
            Self::Path { method, segments } => {
                let method = if method == "ANY" { "*" } else { method };
                segments
                    .iter()
                    .fold(method.to_owned(), |arn, segment| format!("{arn}/{segment}"))
            }
        }
    }
}

fn fit_path(segments: &[Segment], path: &str) -> Option<(Vec<u8>, BTreeMap<String, String>)> {
    let mut rest: Vec<&str> = path.split('/').collect();
    let mut ranks = Vec::with_capacity(segments.len());
    let mut variables = BTreeMap::new();
    for segment in segments {
        let part = *rest.first()?;
        let rank = match segment {
            Segment::Literal(text) if text == part => 3,
            Segment::Literal(_) => return None,
            Segment::Variable(_) if part.is_empty() => return None,
            Segment::Variable(name) => {
                variables.insert(name.clone(), part.to_owned());
                2
            }
            Segment::Greedy(name) => {
                variables.insert(name.clone(), rest.join("/"));
                rest.truncate(1);
                1
            }
        };
        ranks.push(rank);
        rest.remove(0);
    }
    rest.is_empty().then_some((ranks, variables))
}

impl Segment {
    fn parse(text: &str) -> Self {
        match text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
        {
            None => Self::Literal(text.to_owned()),
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Self::Greedy(name.to_owned()),
                None => Self::Variable(name.to_owned()),
            },
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Variable(name) => write!(f, "{{{name}}}"),
            Self::Greedy(name) => write!(f, "{{{name}+}}"),
        }
    }
}

impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("$default"),
            Self::Path { method, segments } => {
                write!(f, "{method} ")?;
                segments
                    .iter()
                    .try_for_each(|segment| write!(f, "/{segment}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(keys: &[&'a str], method: &Method, path: &str) -> Option<&'a str> {
        let fits = keys.iter().filter_map(|text| {
            let (fit, _) = RouteKey::parse(text).unwrap().fit(method, path)?;
            Some((fit, *text))
        });
        fits.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, text)| text)
    }

    #[test]
    fn the_most_specific_route_wins() {
        let keys = [
            "$default",
            "ANY /{proxy+}",
            "GET /pets/{id}",
            "GET /pets/dog",
            "ANY /pets/dog",
        ];
        for (method, path, expected) in [
            (Method::GET, "/pets/dog", "GET /pets/dog"),
            (Method::POST, "/pets/dog", "ANY /pets/dog"),
            (Method::GET, "/pets/cat", "GET /pets/{id}"),
            (Method::POST, "/pets/cat", "ANY /{proxy+}"),
            (Method::GET, "/a/b/c", "ANY /{proxy+}"),
        ] {
            assert_eq!(
                best(&keys, &method, path),
                Some(expected),
                "{method} {path}"
            );
        }
        assert_eq!(best(&["GET /pets"], &Method::GET, "/pets/1"), None);
        assert_eq!(best(&["$default"], &Method::GET, "/x/y"), Some("$default"));
        assert_eq!(best(&["GET /"], &Method::GET, "/"), Some("GET /"));
    }

    #[test]
    fn path_variables_are_read() {
        let key = RouteKey::parse("GET /a/{one}/{rest+}").unwrap();
        let (_, variables) = key.fit(&Method::GET, "/a/b/c/d").unwrap();
        assert_eq!(variables["one"], "b");
        assert_eq!(variables["rest"], "c/d");
        assert_eq!(key.to_string(), "GET /a/{one}/{rest+}");
    }

    #[test]
    fn keys_that_api_gateway_refuses_are_refused() {
        for text in ["", "GET", "GET hello", "FETCH /x", "GET /{all+}/x"] {
            assert!(RouteKey::parse(text).is_err(), "{text:?}");
        }
    }
}
