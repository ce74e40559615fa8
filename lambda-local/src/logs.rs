//! What functions print and what Lambda says around it: kept in memory per log group, bounded,
//! and shown on the terminal.

use std::{
    collections::{BTreeMap, VecDeque},
    io::Write,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

/// Bytes of messages that a log group keeps before it forgets the oldest.
const MAX_GROUP_BYTES: usize = 8 << 20;
/// Lines that may wait for a slow terminal before they are not shown.
const MAX_WAITING_LINES: usize = 1024;

#[derive(Debug)]
pub(crate) struct Logs {
    groups: Mutex<BTreeMap<String, Group>>,
    terminal: Option<mpsc::SyncSender<String>>,
}

#[derive(Debug, Default)]
struct Group {
    events: VecDeque<LogEvent>,
    bytes: usize,
    next_id: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct LogEvent {
    /// Increases by one with each event of the group.
    pub(crate) id: u64,
    pub(crate) stream: Arc<str>,
    /// Milliseconds since 1970.
    pub(crate) timestamp: u64,
    pub(crate) message: String,
}

impl Logs {
    /// Logs that are also printed on standard output, or not.
    pub(crate) fn new(print: bool) -> Self {
        let terminal = print.then(|| {
            let (sender, lines) = mpsc::sync_channel::<String>(MAX_WAITING_LINES);
            thread::spawn(move || print_lines(&lines));
            sender
        });
        Self {
            groups: Mutex::default(),
            terminal,
        }
    }

    pub(crate) fn add(&self, group: &str, stream: &Arc<str>, message: String) {
        if let Some(terminal) = &self.terminal {
            // A terminal that does not keep up loses lines; the log group keeps them.
            let _ = terminal.try_send(message.clone());
        }
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if !groups.contains_key(group) {
            groups.insert(group.to_owned(), Group::default());
        }
        if let Some(group) = groups.get_mut(group) {
            group.add(stream, message);
        }
    }

    /// Says something about the server itself, on standard error.
    pub(crate) fn warn(message: &str) {
        eprintln!("lambda-local: {message}");
    }

    pub(crate) fn group_names(&self) -> Vec<String> {
        self.groups
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .cloned()
            .collect()
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
        let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let events = groups.get(group)?.events.iter();
        let events = events.filter(|event| event.id >= start_id && wanted(event));
        Some(events.take(limit).cloned().collect())
    }
}

impl Group {
    fn add(&mut self, stream: &Arc<str>, message: String) {
        self.bytes += message.len();
        let id = self.next_id;
        self.next_id += 1;
        self.events.push_back(LogEvent {
            id,
            stream: stream.clone(),
            timestamp: now(),
            message,
        });
        while self.bytes > MAX_GROUP_BYTES {
            let Some(oldest) = self.events.pop_front() else {
                break;
            };
            self.bytes -= oldest.message.len();
        }
    }
}

fn print_lines(lines: &mpsc::Receiver<String>) {
    let mut out = std::io::stdout();
    for line in lines {
        // Nobody reads standard output any more: the log groups are still there.
        if writeln!(out, "{line}").is_err() {
            return;
        }
    }
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    elapsed.as_millis().try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_forgets_its_oldest_lines_and_not_more() {
        let logs = Logs::new(false);
        let stream: Arc<str> = "stream".into();
        let line = "x".repeat(1 << 20);
        for _ in 0..10 {
            logs.add("group", &stream, line.clone());
        }
        let events = logs.events("group", 0, 100, |_| true).unwrap();
        assert_eq!(events.len(), 8);
        assert_eq!(events[0].id, 2);
        assert!(logs.events("other", 0, 100, |_| true).is_none());
    }
}
