//! One log group, and the streams of it that execution environments write to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::kept::{Kept, LogGroup};
use crate::{
    changed::{Changed, Kind},
    cloudwatch::CloudWatch,
    message::Message,
    terminal::{Printed, Terminal},
};

/// Who else is told of lines and groups.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) terminal: Terminal,
    /// Where the metrics go that lines embed.
    pub(super) cloudwatch: Arc<CloudWatch>,
    pub(super) changed: Arc<Changed>,
}

#[derive(Debug)]
pub(super) struct Group {
    name: String,
    kept: Mutex<Kept>,
    told: Told,
}

/// Where the lines of one execution environment go.
#[derive(Debug, Clone)]
pub(crate) struct LogStream {
    pub(super) group: Arc<Group>,
    pub(crate) name: Arc<str>,
}

impl Group {
    /// One that is not there yet.
    pub(super) fn named(name: &str, told: Told) -> Self {
        Self {
            name: name.to_owned(),
            kept: Mutex::default(),
            told,
        }
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.kept)
    }

    /// What is kept of it, if it is there.
    pub(super) fn found(&self) -> Option<MutexGuard<'_, Kept>> {
        Some(self.kept()).filter(|kept| kept.group.is_some())
    }

    /// What is kept of it; it is made if it is not there.
    pub(super) fn made(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept();
        if kept.group.is_none() {
            kept.group = Some(LogGroup::new(&self.name));
            self.has_changed();
        }
        kept
    }

    /// It was made, changed or deleted.
    pub(super) fn has_changed(&self) {
        self.told.changed.mark(Kind::LogGroup, &self.name);
    }

    /// Of what functions print: Lambda's own lines embed none.
    fn extract_metrics(&self, lines: &[(u64, Message)]) {
        let Told { cloudwatch, .. } = &self.told;
        for (timestamp, message) in lines {
            if let Message::Printed(line) = message {
                cloudwatch.extract(&self.name, line, timestamp / 1000);
            }
        }
    }
}

impl LogStream {
    /// Adds lines with the milliseconds since 1970 of each.
    pub(crate) fn add(&self, lines: &mut Vec<(u64, Message)>) {
        if lines.is_empty() {
            return;
        }
        let shown = lines.iter().map(|(_, message)| message);
        self.group.told.terminal.log(shown);
        self.group.extract_metrics(lines);
        let mut kept = self.group.made();
        for (timestamp, message) in lines.drain(..) {
            kept.add(&self.name, timestamp, message);
        }
    }

    /// See [`Terminal::gathers`].
    pub(crate) fn gathers(&self) -> Option<Printed> {
        self.group.told.terminal.gathers()
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
