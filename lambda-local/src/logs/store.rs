//! What functions print and what Lambda says around it: kept in memory per log group, bounded.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    message::Message,
    terminal::{Printed, Terminal},
};

/// Bytes that a log group takes before it forgets the oldest.
const MAX_GROUP_BYTES: usize = 8 << 20;

/// Lines of one request that are looked through.
const MOST_LINES: usize = 500;

#[derive(Debug)]
pub(crate) struct Logs {
    groups: Mutex<BTreeMap<String, Arc<Group>>>,
    terminal: Terminal,
}

#[derive(Debug)]
struct Group {
    kept: Mutex<Kept>,
    terminal: Terminal,
}

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<LogEvent>,
    bytes: usize,
    next_id: u64,
}

/// Where the lines of one execution environment go.
#[derive(Debug, Clone)]
pub(crate) struct LogStream {
    group: Arc<Group>,
    pub(crate) name: Arc<str>,
}

#[derive(Debug, Clone)]
pub(crate) struct LogEvent {
    /// Increases by one with each event of the group.
    pub(crate) id: u64,
    pub(crate) stream: Arc<str>,
    /// Milliseconds since 1970.
    pub(crate) timestamp: u64,
    pub(crate) message: Message,
}

impl Logs {
    pub(crate) fn new(terminal: Terminal) -> Self {
        Self {
            groups: Mutex::default(),
            terminal,
        }
    }

    /// A stream of this name in a group, which is made if it is not there.
    pub(crate) fn stream(&self, group: &str, name: String) -> LogStream {
        let mut groups = lock(&self.groups);
        let new = || {
            Arc::new(Group {
                kept: Mutex::default(),
                terminal: self.terminal.clone(),
            })
        };
        LogStream {
            group: groups.entry(group.to_owned()).or_insert_with(new).clone(),
            name: name.into(),
        }
    }

    pub(crate) fn group_names(&self) -> Vec<String> {
        lock(&self.groups).keys().cloned().collect()
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
        let group = lock(&self.groups).get(group)?.clone();
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
        let Some(group) = lock(&self.groups).get(group).cloned() else {
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
        let mut kept = lock(&self.group.kept);
        for (timestamp, message) in lines.drain(..) {
            kept.add(&self.name, timestamp, message);
        }
    }

    /// See [`Terminal::gathers`].
    pub(crate) fn gathers(&self) -> Option<Printed> {
        self.group.terminal.gathers()
    }
}

impl Kept {
    fn add(&mut self, stream: &Arc<str>, timestamp: u64, message: Message) {
        self.bytes += bytes_of(&message);
        let id = self.next_id;
        self.next_id += 1;
        self.events.push_back(LogEvent {
            id,
            stream: stream.clone(),
            timestamp,
            message,
        });
        while self.bytes > MAX_GROUP_BYTES {
            let Some(oldest) = self.events.pop_front() else {
                break;
            };
            self.bytes -= bytes_of(&oldest.message);
        }
    }
}

/// What an event takes in memory, about.
fn bytes_of(message: &Message) -> usize {
    size_of::<LogEvent>() - size_of::<Message>() + message.bytes()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Shows;

    #[test]
    fn a_group_forgets_its_oldest_lines_and_not_more() {
        let logs = Logs::new(Terminal::start(Shows::None));
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
}
