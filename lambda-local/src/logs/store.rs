//! What functions print and what Lambda says around it: kept in memory per log group, bounded.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::kept::{Kept, LogEvent};
use crate::{
    cloudwatch::CloudWatch,
    message::Message,
    terminal::{Printed, Terminal},
};

/// Lines of one request that are looked through.
const MOST_LINES: usize = 500;

#[derive(Debug)]
pub(crate) struct Logs {
    groups: Mutex<BTreeMap<String, Arc<Group>>>,
    terminal: Terminal,
    cloudwatch: Arc<CloudWatch>,
}

#[derive(Debug)]
struct Group {
    name: String,
    kept: Mutex<Kept>,
    terminal: Terminal,
    /// Where the metrics go that lines embed.
    cloudwatch: Arc<CloudWatch>,
}

/// Where the lines of one execution environment go.
#[derive(Debug, Clone)]
pub(crate) struct LogStream {
    group: Arc<Group>,
    pub(crate) name: Arc<str>,
}

impl Logs {
    pub(crate) fn new(terminal: Terminal, cloudwatch: Arc<CloudWatch>) -> Self {
        Self {
            groups: Mutex::default(),
            terminal,
            cloudwatch,
        }
    }

    /// A stream of this name in a group, which is made if it is not there.
    pub(crate) fn stream(&self, group: &str, name: String) -> LogStream {
        LogStream {
            group: self.made(group),
            name: name.into(),
        }
    }

    fn made(&self, name: &str) -> Arc<Group> {
        let mut groups = lock(&self.groups);
        let new = || {
            Arc::new(Group {
                name: name.to_owned(),
                kept: Mutex::default(),
                terminal: self.terminal.clone(),
                cloudwatch: self.cloudwatch.clone(),
            })
        };
        let group = groups.entry(name.to_owned()).or_insert_with(new).clone();
        lock(&group.kept).deleted = false;
        group
    }

    /// The group, if it is there.
    fn group(&self, name: &str) -> Option<Arc<Group>> {
        let group = lock(&self.groups).get(name)?.clone();
        let deleted = lock(&group.kept).deleted;
        (!deleted).then_some(group)
    }

    /// False if it is there already.
    pub(super) fn create(&self, name: &str) -> bool {
        let is_new = self.group(name).is_none();
        self.made(name);
        is_new
    }

    /// Forgets all that was printed; false if there is no such group.
    pub(super) fn delete(&self, name: &str) -> bool {
        let found = self.group(name);
        if let Some(group) = &found {
            *lock(&group.kept) = Kept::deleted();
        }
        found.is_some()
    }

    /// False if there is no such group.
    pub(super) fn retain(&self, name: &str, days: Option<u32>) -> bool {
        let found = self.group(name);
        if let Some(group) = &found {
            lock(&group.kept).retention = days;
        }
        found.is_some()
    }

    /// The groups with the days that they keep their lines, for ever where none are said.
    pub(super) fn all(&self) -> Vec<(String, Option<u32>)> {
        let groups = lock(&self.groups);
        let groups = groups.iter().filter_map(|(name, group)| {
            let kept = lock(&group.kept);
            (!kept.deleted).then(|| (name.clone(), kept.retention))
        });
        groups.collect()
    }

    /// The group's events from `start_id` on that are wanted, at most `limit`; `None` if there
    /// is no such group.
    pub(crate) fn events(
        &self,
        group: &str,
        start_id: u64,
        limit: usize,
        wanted: impl Fn(&LogEvent) -> bool,
    ) -> Option<Vec<LogEvent>> {
        let group = self.group(group)?;
        let kept = lock(&group.kept);
        let events = kept.events.iter();
        let events = events.filter(|event| event.id >= start_id && wanted(event));
        Some(events.take(limit).cloned().collect())
    }
}

impl Logs {
    /// What was printed for one request: the lines of its stream from the first that names it to
    /// the last that does. Nothing where they are not kept any more.
    pub(crate) fn of_request(&self, group: &str, request_id: &str) -> Vec<String> {
        let Some(group) = self.group(group) else {
            return Vec::new();
        };
        let kept = lock(&group.kept);
        let names = |event: &&LogEvent| event.message.to_string().contains(request_id);
        let Some(first) = kept.events.iter().find(names) else {
            return Vec::new();
        };
        let stream = kept
            .events
            .iter()
            .filter(|event| event.stream == first.stream);
        let from = stream.filter(|event| event.id >= first.id);
        let lines: Vec<&LogEvent> = from.take(MOST_LINES).collect();
        let end = lines.iter().rposition(names).unwrap_or_default();
        let text = |event: &&LogEvent| event.message.to_string();
        lines[..=end].iter().map(text).collect()
    }
}

impl LogStream {
    /// Adds lines with the milliseconds since 1970 of each.
    pub(crate) fn add(&self, lines: &mut Vec<(u64, Message)>) {
        if lines.is_empty() {
            return;
        }
        let shown = lines.iter().map(|(_, message)| message);
        self.group.terminal.log(shown);
        self.group.extract_metrics(lines);
        let mut kept = lock(&self.group.kept);
        kept.deleted = false;
        for (timestamp, message) in lines.drain(..) {
            kept.add(&self.name, timestamp, message);
        }
    }

    /// See [`Terminal::gathers`].
    pub(crate) fn gathers(&self) -> Option<Printed> {
        self.group.terminal.gathers()
    }
}

impl Group {
    /// Of what functions print: Lambda's own lines embed none.
    fn extract_metrics(&self, lines: &[(u64, Message)]) {
        for (timestamp, message) in lines {
            if let Message::Printed(line) = message {
                self.cloudwatch.extract(&self.name, line, timestamp / 1000);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cloudwatch::Pace, place::Place, terminal::Shows};

    fn logs() -> Logs {
        let place = Place {
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
        };
        let cloudwatch = CloudWatch::new(place, Pace::default());
        Logs::new(Terminal::start(Shows::None), Arc::new(cloudwatch))
    }

    #[test]
    fn a_group_forgets_its_oldest_lines_and_not_more() {
        let logs = logs();
        let stream = logs.stream("group", "stream".into());
        let line: Arc<str> = "x".repeat((1 << 20) - size_of::<LogEvent>()).into();
        for at in 0..10 {
            stream.add(&mut vec![(at, Message::Printed(line.clone()))]);
        }
        let events = logs.events("group", 0, 100, |_| true).unwrap();
        assert_eq!(events.len(), 8);
        assert_eq!((events[0].id, events[0].timestamp), (2, 2));
        assert!(logs.events("other", 0, 100, |_| true).is_none());
    }

    #[test]
    fn a_group_that_was_deleted_is_made_anew_by_the_next_line() {
        let logs = logs();
        let stream = logs.stream("group", "stream".into());
        let line = || vec![(1, Message::Printed("x".into()))];
        stream.add(&mut line());
        assert!(logs.retain("group", Some(14)) && !logs.create("group"));
        assert_eq!(logs.all(), [("group".to_owned(), Some(14))]);
        assert!(logs.delete("group") && !logs.delete("group"));
        assert!(logs.all().is_empty() && !logs.retain("group", None));
        stream.add(&mut line());
        assert_eq!(logs.all(), [("group".to_owned(), None)]);
        assert_eq!(logs.events("group", 0, 9, |_| true).unwrap().len(), 1);
    }
}
