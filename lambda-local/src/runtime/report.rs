//! Lambda's own lines around an invocation: START, END and REPORT, or their JSON forms.

use std::time::Duration;

use serde_json::{Value, json};

use super::Outcome;
use crate::model::{LogFormat, Snapshot};

/// Writes the lines of one invocation.
pub(super) struct Report {
    request_id: String,
    version: String,
    memory_size: u32,
    format: LogFormat,
}

impl Report {
    pub(super) fn new(snapshot: &Snapshot, request_id: &str) -> Self {
        Self {
            request_id: request_id.to_owned(),
            version: snapshot.label(),
            memory_size: snapshot.configuration.memory_size,
            format: snapshot.configuration.logging.log_format,
        }
    }

    pub(super) fn start(&self) -> String {
        let Self {
            request_id,
            version,
            ..
        } = self;
        match self.format {
            LogFormat::Text => format!("START RequestId: {request_id} Version: {version}"),
            LogFormat::Json => platform_line(
                "platform.start",
                &json!({ "requestId": request_id, "version": version }),
            ),
        }
    }

    pub(super) fn end(
        &self,
        outcome: &Outcome,
        took: Duration,
        init: Option<Duration>,
    ) -> Vec<String> {
        let mut lines = Vec::from_iter(outcome.log_line(&self.request_id));
        match self.format {
            LogFormat::Text => {
                lines.push(format!("END RequestId: {}", self.request_id));
                lines.push(self.text_report(took, init));
            }
            LogFormat::Json => lines.push(self.json_report(outcome, took, init)),
        }
        lines
    }

    fn text_report(&self, took: Duration, init: Option<Duration>) -> String {
        let init = init.map_or_else(String::new, |init| {
            format!("\tInit Duration: {:.2} ms", milliseconds(init))
        });
        format!(
            "REPORT RequestId: {}\tDuration: {:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB{init}",
            self.request_id,
            milliseconds(took),
            milliseconds(took).ceil(),
            self.memory_size,
        )
    }

    fn json_report(&self, outcome: &Outcome, took: Duration, init: Option<Duration>) -> String {
        let mut metrics = json!({
            "durationMs": milliseconds(took),
            "billedDurationMs": milliseconds(took).ceil(),
            "memorySizeMB": self.memory_size,
        });
        if let Some(init) = init {
            metrics["initDurationMs"] = milliseconds(init).into();
        }
        let status = match outcome {
            Outcome::Response(_) => "success",
            Outcome::TimedOut(_) => "timeout",
            Outcome::Reported(_) => "error",
            _ => "failure",
        };
        platform_line(
            "platform.report",
            &json!({
                "requestId": self.request_id,
                "metrics": metrics,
                "status": status,
            }),
        )
    }
}

fn platform_line(kind: &str, record: &Value) -> String {
    let now = time::OffsetDateTime::now_utc();
    let format = time::macros::format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
    );
    let time = now.format(format).unwrap_or_default();
    json!({ "time": time, "type": kind, "record": record }).to_string()
}

/// To the microsecond, as Lambda reports it.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
