//! What is kept of the lines of a log group: so many bytes of them.

use std::{collections::VecDeque, sync::Arc};

use crate::message::Message;

/// Bytes that a log group takes before it forgets the oldest.
const MAX_GROUP_BYTES: usize = 8 << 20;

#[derive(Debug, Default)]
pub(super) struct Kept {
    /// A group that was deleted is made anew by the next line, as Lambda does it.
    pub(super) deleted: bool,
    /// Days. That lines go after as many nobody sees: they go sooner, with the server.
    pub(super) retention: Option<u32>,
    pub(super) events: VecDeque<LogEvent>,
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
    pub(crate) message: Message,
}

impl Kept {
    pub(super) fn deleted() -> Self {
        Self {
            deleted: true,
            ..Self::default()
        }
    }

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
