//! What all of Lambda's own lines have in common: how important each is, its form in JSON, and
//! Lambda's words for how something ended.

use std::{fmt, time::Duration};

use serde_json::{Value, json};
use time::{OffsetDateTime, macros::format_description};

use super::outcome::Outcome;
use crate::lambda::model::Logging;

/// How important a line is, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Debug,
    Info,
    Warn,
}

/// Lambda's words for how an invocation or a start ended.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    status: &'static str,
    error_type: Option<String>,
}

impl Level {
    /// That of the least important lines that a function has. Levels belong to the JSON format:
    /// text has all lines.
    pub(super) fn least(logging: &Logging) -> Self {
        match logging.system_log_level.as_deref() {
            None | Some("DEBUG") => Self::Debug,
            Some("WARN") => Self::Warn,
            Some(_) => Self::Info,
        }
    }
}

impl Ended {
    pub(super) const SUCCESS: Self = Self {
        status: "success",
        error_type: None,
    };

    pub(super) fn of(outcome: &Outcome) -> Self {
        Self {
            status: outcome.reported_status(),
            error_type: outcome.reported_type(),
        }
    }

    pub(super) fn is_success(&self) -> bool {
        self.status == "success"
    }

    /// As JSON has it.
    pub(super) fn members(&self) -> Value {
        let mut members = json!({ "status": self.status });
        if let Some(kind) = &self.error_type {
            members["errorType"] = json!(kind);
        }
        members
    }

    /// As text has it: nothing where all is well. From memory of lines of AWS's.
    pub(super) fn write_text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_success() {
            return Ok(());
        }
        write!(f, "\tStatus: {}", self.status)?;
        let kind = self.error_type.as_deref();
        kind.map_or(Ok(()), |kind| write!(f, "\tError Type: {kind}"))
    }
}

/// A line in JSON. `at` is in milliseconds since 1970.
pub(super) fn event(at: u64, kind: &str, record: Value) -> Value {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let time = (OffsetDateTime::UNIX_EPOCH + Duration::from_millis(at)).format(format);
    json!({ "time": time.unwrap_or_default(), "type": kind, "record": record })
}

/// To the microsecond, as Lambda reports it.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
