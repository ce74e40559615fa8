//! What is kept of a log group: what was said of it, and so many bytes of its lines.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{clock, message::Message};

/// Bytes that a log group takes before it forgets the oldest.
const MAX_GROUP_BYTES: usize = 8 << 20;
const DAY: u64 = 24 * 60 * 60 * 1000;

#[derive(Debug, Default)]
pub(super) struct Kept {
    /// `None` if it was deleted: the next line makes another, as Lambda does it.
    pub(super) group: Option<LogGroup>,
    events: VecDeque<LogEvent>,
    bytes: usize,
    next_id: u64,
    /// The events that are on disk.
    on_disk: Range<u64>,
}

/// A group without its lines.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LogGroup {
    pub(super) name: String,
    /// No other group has it, not even one of the same name.
    pub(super) id: u64,
    /// Milliseconds since 1970.
    pub(super) created: u64,
    /// Days after which lines go; `None` for never.
    pub(super) retention: Option<u32>,
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

/// Of each stream in turn its lines, with the milliseconds since 1970 of each.
pub(super) type Runs<S, M> = Vec<(S, Vec<(u64, M)>)>;

impl LogGroup {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: fastrand::u64(..),
            created: clock::milliseconds(),
            retention: None,
        }
    }
}

impl Kept {
    pub(super) fn add(&mut self, stream: &Arc<str>, timestamp: u64, message: Message) {
        self.bytes += bytes_of(&message);
        let id = self.next_id;
        self.next_id += 1;
        self.events.push_back(LogEvent {
            id,
            stream: stream.clone(),
            timestamp,
            message,
        });
        while self.bytes > MAX_GROUP_BYTES && self.forget_oldest() {}
    }

    fn forget_oldest(&mut self) -> bool {
        let oldest = self.events.pop_front();
        self.bytes -= oldest.as_ref().map_or(0, |event| bytes_of(&event.message));
        oldest.is_some()
    }

    /// Forgets the lines that are older than the group keeps them. `now` is in milliseconds since
    /// 1970.
    pub(super) fn forget_old(&mut self, now: u64) {
        let days = self.group.as_ref().and_then(|group| group.retention);
        let since = days.map_or(0, |days| now.saturating_sub(u64::from(days) * DAY));
        let is_old = |event: &LogEvent| event.timestamp < since;
        while self.events.front().is_some_and(is_old) && self.forget_oldest() {}
    }

    /// Forgets all, and gives the group, if it was there. Numbers of events are not given again:
    /// whoever watches the group goes on with those of the next.
    pub(super) fn delete(&mut self) -> Option<LogGroup> {
        let next_id = self.next_id;
        let deleted = std::mem::take(self);
        self.next_id = next_id;
        self.on_disk = next_id..next_id;
        deleted.group
    }

    /// The events from this one on.
    pub(super) fn from(&self, id: u64) -> impl Iterator<Item = &LogEvent> {
        let first = self.events.partition_point(|event| event.id < id);
        self.events.range(first..)
    }

    /// What the lines take, about.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Kept {
    /// Takes in lines that are on disk, which follow those that it took in before.
    pub(super) fn take_in(&mut self, first: u64, lines: Runs<Arc<str>, Message>) {
        self.next_id = first;
        for (stream, lines) in lines {
            for (timestamp, message) in lines {
                self.add(&stream, timestamp, message);
            }
        }
        self.on_disk = self.ids();
    }

    /// The events that are kept.
    pub(super) fn ids(&self) -> Range<u64> {
        let first = self.events.front().map_or(self.next_id, |event| event.id);
        first..self.next_id
    }

    /// Those of them that are on disk, and perhaps some that are not kept any more.
    pub(super) const fn on_disk(&self) -> &Range<u64> {
        &self.on_disk
    }

    pub(super) fn is_on_disk(&mut self, ids: Range<u64>) {
        self.on_disk = ids;
    }
}

/// What an event takes in memory, about.
fn bytes_of(message: &Message) -> usize {
    size_of::<LogEvent>() - size_of::<Message>() + message.bytes()
}
