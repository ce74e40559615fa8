//! Why requests failed: the errors among the lines that a version printed, each kind once.

use std::{collections::HashMap, fmt};

use serde::Serialize;
use serde_json::Value;

use crate::{aws::LogLine, terminal::harmless};

/// Asks CloudWatch for lines that may tell of an error. What they tell is seen here.
pub(crate) const PATTERN: &str = r#"?ERROR ?error ?Error ?FATAL ?panicked ?"timed out" ?"\"Bad\"""#;
/// Kinds that are told.
const MOST: usize = 5;
/// How what the function says of its answers is told.
const ANSWERED: &str = "answered with status ";
/// Of a text that no line has room for the beginning tells most.
const LONGEST: usize = 160;

/// One kind of error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fault {
    pub(crate) text: String,
    pub(crate) count: u64,
    /// One of the requests that met it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
}

/// The most frequent ones, the most frequent first, and what was answered behind them.
pub(crate) fn most_frequent(lines: &[LogLine]) -> Vec<Fault> {
    let mut kinds: HashMap<String, Fault> = HashMap::new();
    for fault in lines.iter().filter_map(|line| fault_in(&line.text)) {
        let kind = kinds.entry(kind(&fault.text)).or_insert_with(|| Fault {
            count: 0,
            ..fault.clone()
        });
        kind.count += fault.count;
        kind.request_id = kind.request_id.take().or(fault.request_id);
    }
    let mut faults: Vec<Fault> = kinds.into_values().collect();
    // What was answered is told behind why.
    let is_answer = |fault: &Fault| fault.text.starts_with(ANSWERED);
    faults.sort_by(|a, b| {
        let order = (is_answer(a), b.count, &a.text);
        order.cmp(&(is_answer(b), a.count, &b.text))
    });
    faults.truncate(MOST);
    faults
}

/// The error that a line tells of, if it does.
pub(crate) fn fault_in(line: &str) -> Option<Fault> {
    let line = line.trim();
    let (text, count, request_id) = match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(_)) => in_json(&serde_json::from_str(line).ok()?)?,
        _ => in_text(line)?,
    };
    Some(Fault {
        text: text.chars().take(LONGEST).collect(),
        count,
        request_id,
    })
}

fn in_json(line: &Value) -> Option<(String, u64, Option<String>)> {
    let text = |names: &[&str]| {
        let found = names.iter().find_map(|name| line.pointer(name)?.as_str());
        found.map(str::to_owned)
    };
    let request_id = text(&[
        "/requestId",
        "/request_id",
        "/span/requestId",
        "/fields/requestId",
        "/record/requestId",
    ]);
    if let Some(bad) = line.get("Bad").filter(|_| line.get("_aws").is_some()) {
        // Of errors and panics there are lines that tell more.
        let status = line["status"].as_u64()?;
        let bad = bad.as_u64().filter(|bad| *bad > 0)?;
        return Some((format!("{ANSWERED}{status}"), bad, request_id));
    }
    if line["type"] == "platform.report" {
        // Of errors there are lines that tell more.
        let status = text(&["/record/status"])?;
        let is_told = !matches!(status.as_str(), "success" | "error");
        return is_told.then_some((status, 1, request_id));
    }
    let level = text(&["/level"])?.to_ascii_uppercase();
    let is_error = matches!(level.as_str(), "ERROR" | "FATAL" | "CRITICAL");
    let message = text(&["/fields/message", "/message", "/msg", "/errorMessage"])?;
    let error = text(&["/fields/error", "/error", "/fields/err"]);
    let message = match error {
        Some(error) => format!("{message}: {error}"),
        None => message,
    };
    is_error.then_some((message, 1, request_id))
}

/// Lambda's own lines, and those of loggers that write the level as a word.
fn in_text(line: &str) -> Option<(String, u64, Option<String>)> {
    let words = || line.split_whitespace();
    if let Some(at) = line.find("Task timed out after") {
        let request_id = words().nth(1).map(str::to_owned);
        return Some((line[at..].to_owned(), 1, request_id));
    }
    if let Some((before, error)) = line.split_once(" Error: ")
        && before.starts_with("RequestId: ")
    {
        let request_id = words().nth(1).map(str::to_owned);
        return Some((error.to_owned(), 1, request_id));
    }
    if line.starts_with("thread '") && line.contains("panicked at") {
        return Some((line.to_owned(), 1, None));
    }
    let (_, text) = line.split_once("ERROR ")?;
    Some((text.trim().to_owned(), 1, None))
}

/// What texts have in common that tell of the same: a word with digits in it may be a name of one
/// of many things, unless it is short, as a status is.
fn kind(text: &str) -> String {
    let word = |word: &str| {
        let is_name = word.len() > 4 && word.contains(|c: char| c.is_ascii_digit());
        if is_name {
            "#".to_owned()
        } else {
            word.to_owned()
        }
    };
    text.split_whitespace()
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

/// `12 times answered with status 500 (request 8d3a…)`
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = harmless(&self.text);
        match self.count {
            1 => write!(f, "once {text}")?,
            count => write!(f, "{count} times {text}")?,
        }
        match &self.request_id {
            Some(id) => write!(f, " (request {})", harmless(id)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, LogLine, fault_in, most_frequent};

    fn lines(texts: &[&str]) -> Vec<LogLine> {
        let line = |text: &&str| LogLine {
            id: String::new(),
            at: 0,
            text: (*text).to_owned(),
        };
        texts.iter().map(line).collect()
    }

    #[test]
    fn an_error_is_known_in_each_form_in_which_it_is_printed() {
        let text = |line: &str| fault_in(line).map(|fault| (fault.text, fault.request_id));
        let known = |text: &str, id: Option<&str>| Some((text.to_owned(), id.map(str::to_owned)));
        for (line, expected) in [
            (
                r#"{"level":"ERROR","fields":{"message":"no stock","version":"4"},"span":{"requestId":"r1"}}"#,
                known("no stock", Some("r1")),
            ),
            (
                r#"{"level":"error","message":"no stock","error":"timeout","requestId":"r1"}"#,
                known("no stock: timeout", Some("r1")),
            ),
            (
                r#"{"_aws":{},"Requests":9,"Bad":2,"status":500,"requestId":"r1"}"#,
                known("answered with status 500", Some("r1")),
            ),
            (
                r#"{"type":"platform.report","record":{"requestId":"r1","status":"timeout"}}"#,
                known("timeout", Some("r1")),
            ),
            (
                "2026-11-27T03:00:00.000Z r1 Task timed out after 3.00 seconds",
                known("Task timed out after 3.00 seconds", Some("r1")),
            ),
            (
                "RequestId: r1 Error: Runtime exited with error: exit status 1",
                known("Runtime exited with error: exit status 1", Some("r1")),
            ),
            (
                "2026-11-27T03:00:00Z ERROR shop: no stock",
                known("shop: no stock", None),
            ),
        ] {
            assert_eq!(text(line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_no_error_is_none() {
        for line in [
            "",
            "{}",
            r#"{"level":"INFO","message":"an ERROR was mended"}"#,
            r#"{"_aws":{},"Requests":9,"Bad":0}"#,
            r#"{"_aws":{},"Requests":9,"Bad":1,"status":"error"}"#,
            r#"{"type":"platform.report","record":{"requestId":"r1","status":"success"}}"#,
            "START RequestId: r1 Version: 4",
        ] {
            assert_eq!(fault_in(line), None, "{line}");
        }
    }

    #[test]
    fn each_kind_is_told_once_with_how_often_and_one_request() {
        let found = most_frequent(&lines(&[
            "ERROR order 84711 has no price",
            r#"{"_aws":{},"Bad":1,"status":503}"#,
            r#"{"_aws":{},"Bad":4,"status":500,"requestId":"r9"}"#,
            "ERROR order 84712 has no price",
        ]));
        let fault = |text: &str, count, request_id: Option<&str>| Fault {
            text: text.to_owned(),
            count,
            request_id: request_id.map(str::to_owned),
        };
        assert_eq!(
            found,
            [
                fault("order 84711 has no price", 2, None),
                fault("answered with status 500", 4, Some("r9")),
                fault("answered with status 503", 1, None),
            ]
        );
    }
}
