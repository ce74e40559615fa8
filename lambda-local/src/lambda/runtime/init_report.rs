//! Lambda's own lines around the start of an environment, which only functions that log JSON have
//! here.
//! <https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html>

use std::{fmt, sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    outcome::Outcome,
    system_log::{Ended, Level, event, milliseconds},
    variables::Initialization,
};
use crate::{
    clock,
    lambda::model::{LogFormat, Snapshot},
    message::Message,
};

/// Makes the lines of one start.
#[derive(Debug, Clone)]
pub(super) struct InitReport {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) kind: Initialization,
}

/// One of them. It is written when somebody reads it.
#[derive(Debug)]
struct Line {
    of: InitReport,
    /// Milliseconds since 1970.
    at: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Start,
    RuntimeDone(Ended),
    Report(Ended, Duration),
}

impl InitReport {
    /// With the milliseconds since 1970, as `end`.
    pub(super) fn start(&self) -> Option<(u64, Message)> {
        self.line(What::Start)
    }

    /// Why it failed, if it did, and how long it took.
    pub(super) fn end(
        &self,
        failed: Option<&Outcome>,
        took: Duration,
    ) -> impl Iterator<Item = (u64, Message)> {
        let ended = failed.map_or(Ended::SUCCESS, Ended::of);
        let lines = [What::RuntimeDone(ended.clone()), What::Report(ended, took)];
        lines.into_iter().filter_map(|what| self.line(what))
    }

    fn line(&self, what: What) -> Option<(u64, Message)> {
        let logging = &self.snapshot.configuration.logging;
        let is_said =
            logging.log_format == LogFormat::Json && self.level(&what) >= Level::least(logging);
        let (of, at) = (self.clone(), clock::milliseconds());
        is_said.then(|| (at, Message::Platform(Arc::new(Line { of, at, what }))))
    }

    /// From memory of the table of system log events in
    /// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>.
    fn level(&self, what: &What) -> Level {
        match (what, self.kind) {
            (What::Start, _) => Level::Info,
            (What::RuntimeDone(ended) | What::Report(ended, _), _) if !ended.is_success() => {
                Level::Warn
            }
            (What::Report(..), Initialization::Provisioned) => Level::Info,
            (What::RuntimeDone(_) | What::Report(..), _) => Level::Debug,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, mut record) = match &self.what {
            What::Start => ("platform.initStart", self.function()),
            What::RuntimeDone(ended) => ("platform.initRuntimeDone", ended.members()),
            What::Report(ended, took) => {
                let mut record = ended.members();
                record["metrics"] = json!({ "durationMs": milliseconds(*took) });
                ("platform.initReport", record)
            }
        };
        record["initializationType"] = json!(self.of.kind.name());
        record["phase"] = json!("init");
        event(self.at, kind, record).fmt(f)
    }
}

impl Line {
    fn function(&self) -> Value {
        let snapshot = &self.of.snapshot;
        json!({
            "functionName": snapshot.function,
            "functionVersion": snapshot.label(),
            "runtimeVersion": snapshot.configuration.runtime,
            "runtimeVersionArn": snapshot.runtime_version_arn(),
        })
    }
}
