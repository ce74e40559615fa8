//! Lambda's own lines around an invocation: START, END and REPORT, or their JSON forms.

use std::{fmt, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    outcome::Outcome,
    system_log::{Ended, Level, event, milliseconds},
};
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
    /// In JSON alone.
    RuntimeDone(Ended),
    /// In text alone.
    End,
    Report {
        took: Duration,
        init: Option<Duration>,
        ended: Ended,
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

    /// The first line, if the function's log level lets it through.
    pub(super) fn start(&self) -> Option<Line> {
        self.line(What::Start)
    }

    pub(super) fn end(
        &self,
        outcome: &Outcome,
        took: Duration,
        init: Option<Duration>,
    ) -> impl Iterator<Item = Line> {
        let failed = outcome.log_line(&self.request_id).map(What::Failed);
        let ended = Ended::of(outcome);
        let between = match self.snapshot.configuration.logging.log_format {
            LogFormat::Text => What::End,
            LogFormat::Json => What::RuntimeDone(ended.clone()),
        };
        let report = What::Report { took, init, ended };
        let lines = [failed, Some(between), Some(report)];
        lines
            .into_iter()
            .flatten()
            .filter_map(|what| self.line(what))
    }

    /// That extensions were not done with the invocation within the function's timeout. The words
    /// are ours.
    pub(super) fn late(&self) -> Option<Line> {
        let (id, limit) = (&self.request_id, self.snapshot.configuration.timeout);
        let text =
            format!("{id} Extensions were not done after {limit} seconds: the environment ends");
        self.line(What::Failed(text))
    }

    fn line(&self, what: What) -> Option<Line> {
        let logging = &self.snapshot.configuration.logging;
        (what.level() >= Level::least(logging)).then(|| Line {
            request_id: self.request_id.clone(),
            snapshot: self.snapshot.clone(),
            at: clock::milliseconds(),
            what,
        })
    }
}

impl What {
    /// From memory of the table of system log events in
    /// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>.
    fn level(&self) -> Level {
        match self {
            Self::Failed(_) => Level::Warn,
            Self::Start | Self::End => Level::Info,
            Self::RuntimeDone(ended) if ended.is_success() => Level::Debug,
            Self::Report { ended, .. } if ended.is_success() => Level::Info,
            Self::RuntimeDone(_) | Self::Report { .. } => Level::Warn,
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
            What::End | What::RuntimeDone(_) => write!(f, "END RequestId: {id}"),
            What::Report { took, init, ended } => {
                let (took, memory) = (milliseconds(*took), self.snapshot.configuration.memory_size);
                write!(
                    f,
                    "REPORT RequestId: {id}\tDuration: {took:.2} ms\tBilled Duration: {} ms\t\
                     Memory Size: {memory} MB",
                    took.ceil(),
                )?;
                if let Some(init) = init {
                    write!(f, "\tInit Duration: {:.2} ms", milliseconds(*init))?;
                }
                ended.write_text(f)
            }
        }
    }

    fn json(&self) -> Value {
        let (kind, mut record) = match &self.what {
            What::Report { took, init, ended } => {
                let mut record = ended.members();
                record["metrics"] = self.metrics(*took, *init);
                ("platform.report", record)
            }
            What::RuntimeDone(ended) => ("platform.runtimeDone", ended.members()),
            _ => (
                "platform.start",
                json!({ "version": self.snapshot.label() }),
            ),
        };
        record["requestId"] = json!(&*self.request_id);
        event(self.at, kind, record)
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
