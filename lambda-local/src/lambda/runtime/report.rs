//! Lambda's own lines around an invocation: START, END and REPORT, or their JSON forms.

use std::{fmt, sync::Arc, time::Duration};

use serde_json::{Value, json};
use time::{OffsetDateTime, macros::format_description};

use super::outcome::Outcome;
use crate::{
    clock,
    lambda::model::{LogFormat, Snapshot},
};

/// One of them. It is written when somebody reads it.
#[derive(Debug)]
pub(super) struct Line {
    request_id: Arc<str>,
    snapshot: Arc<Snapshot>,
    /// Milliseconds since 1970.
    pub(super) at: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Start,
    /// What Lambda says of an end that is no answer.
    Failed(String),
    End,
    Report {
        took: Duration,
        init: Option<Duration>,
        status: &'static str,
    },
}

/// Makes the lines of one invocation.
#[derive(Debug)]
pub(super) struct Report {
    request_id: Arc<str>,
    snapshot: Arc<Snapshot>,
}

impl Report {
    pub(super) const fn new(snapshot: Arc<Snapshot>, request_id: Arc<str>) -> Self {
        Self {
            request_id,
            snapshot,
        }
    }

    pub(super) fn start(&self) -> Line {
        self.line(What::Start)
    }

    pub(super) fn end(
        &self,
        outcome: &Outcome,
        took: Duration,
        init: Option<Duration>,
    ) -> impl Iterator<Item = Line> {
        let failed = outcome.log_line(&self.request_id).map(What::Failed);
        let text = self.snapshot.configuration.logging.log_format == LogFormat::Text;
        let report = What::Report {
            took,
            init,
            status: outcome.status(),
        };
        let lines = [failed, text.then_some(What::End), Some(report)];
        lines.into_iter().flatten().map(|what| self.line(what))
    }

    fn line(&self, what: What) -> Line {
        Line {
            request_id: self.request_id.clone(),
            snapshot: self.snapshot.clone(),
            at: clock::milliseconds(),
            what,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.what, self.snapshot.configuration.logging.log_format) {
            (What::Failed(text), _) => f.write_str(text),
            (_, LogFormat::Text) => self.write_text(f),
            (_, LogFormat::Json) => self.json().fmt(f),
        }
    }
}

impl Line {
    fn write_text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = &self.request_id;
        match &self.what {
            What::Start => {
                let version = self.snapshot.label();
                write!(f, "START RequestId: {id} Version: {version}")
            }
            What::Failed(text) => f.write_str(text),
            What::End => write!(f, "END RequestId: {id}"),
            What::Report { took, init, .. } => {
                let (took, memory) = (milliseconds(*took), self.snapshot.configuration.memory_size);
                write!(
                    f,
                    "REPORT RequestId: {id}\tDuration: {took:.2} ms\tBilled Duration: {} ms\t\
                     Memory Size: {memory} MB",
                    took.ceil(),
                )?;
                init.map_or(Ok(()), |init| {
                    write!(f, "\tInit Duration: {:.2} ms", milliseconds(init))
                })
            }
        }
    }

    fn json(&self) -> Value {
        let (kind, members) = match &self.what {
            What::Report { took, init, status } => (
                "platform.report",
                json!({ "metrics": self.metrics(*took, *init), "status": status }),
            ),
            _ => (
                "platform.start",
                json!({ "version": self.snapshot.label() }),
            ),
        };
        let mut record = members;
        record["requestId"] = json!(&*self.request_id);
        let format = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
        );
        let time = (OffsetDateTime::UNIX_EPOCH + Duration::from_millis(self.at)).format(format);
        json!({ "time": time.unwrap_or_default(), "type": kind, "record": record })
    }

    fn metrics(&self, took: Duration, init: Option<Duration>) -> Value {
        let mut metrics = json!({
            "durationMs": milliseconds(took),
            "billedDurationMs": milliseconds(took).ceil(),
            "memorySizeMB": self.snapshot.configuration.memory_size,
        });
        if let Some(init) = init {
            metrics["initDurationMs"] = milliseconds(init).into();
        }
        metrics
    }
}

/// To the microsecond, as Lambda reports it.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
