//! What waits to be printed. It is bounded: a terminal that does not keep up costs lines, and
//! neither memory nor anybody's time.

use std::{
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::request::Request;
use crate::message::Message;

/// Bytes that may wait, about.
const MAX_BYTES: usize = 4 << 20;
/// The printer rests so long between two looks: woken for every request, it would cost each of
/// them a system call. Nobody sees it.
const REST: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(super) enum Shown {
    Announcement(String),
    Warning(String),
    Request(Request),
    Log(Vec<Message>),
}

impl Shown {
    fn bytes(&self) -> usize {
        match self {
            Self::Announcement(text) | Self::Warning(text) => text.len(),
            Self::Request(request) => request.bytes(),
            Self::Log(lines) => lines.iter().map(Message::bytes).sum(),
        }
    }

    const fn lines(&self) -> usize {
        match self {
            Self::Announcement(_) | Self::Warning(_) => 1,
            Self::Request(request) => request.lines(),
            Self::Log(lines) => lines.len(),
        }
    }
}

/// What is printed next.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) shown: Vec<Shown>,
    /// Lines that came behind it and had no room.
    pub(super) left_out: usize,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    shown: Vec<Shown>,
    bytes: usize,
    left_out: usize,
    /// Whether the printer has something to do, and needs no waking.
    printing: bool,
    ending: bool,
}

impl Queue {
    /// Never waits.
    pub(super) fn push(&self, shown: Shown) {
        let mut state = self.lock();
        let bytes = state.bytes + shown.bytes();
        // What comes first has room, however large it is.
        if state.left_out > 0 || bytes > MAX_BYTES && !state.shown.is_empty() {
            state.left_out += shown.lines();
            return;
        }
        state.bytes = bytes;
        state.shown.push(shown);
        let wake = !mem::replace(&mut state.printing, true);
        drop(state);
        if wake {
            self.changed.notify_all();
        }
    }

    /// Lets some more come before the next look.
    pub(super) fn rest(&self) {
        let goes_on = |state: &mut State| !state.ending;
        drop(self.changed.wait_timeout_while(self.lock(), REST, goes_on));
    }

    /// Waits until there is something to print; `None` when there is nothing more to come.
    pub(super) fn take(&self) -> Option<Batch> {
        let mut state = self.lock();
        if state.shown.is_empty() {
            state.printing = false;
            self.changed.notify_all();
            let idle = |state: &mut State| !state.printing && !state.ending;
            let waited = self.changed.wait_while(state, idle);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.bytes = 0;
        (!state.shown.is_empty()).then(|| Batch {
            shown: mem::take(&mut state.shown),
            left_out: mem::take(&mut state.left_out),
        })
    }

    /// Waits until all is printed, at most so long.
    pub(super) fn finish(&self, limit: Duration) {
        let mut state = self.lock();
        state.ending = true;
        self.changed.notify_all();
        let printing = |state: &mut State| state.printing;
        drop(self.changed.wait_timeout_while(state, limit, printing));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(bytes: usize) -> Shown {
        Shown::Warning("x".repeat(bytes))
    }

    #[test]
    fn what_has_no_room_is_counted_until_there_is_room_again() {
        let queue = Queue::default();
        queue.push(warning(MAX_BYTES + 1));
        queue.push(warning(1));
        queue.push(warning(1));
        let batch = queue.take().unwrap();
        assert_eq!((batch.shown.len(), batch.left_out), (1, 2));
        queue.push(warning(1));
        let batch = queue.take().unwrap();
        assert_eq!((batch.shown.len(), batch.left_out), (1, 0));
    }

    #[test]
    fn nothing_comes_after_the_end() {
        let queue = Queue::default();
        queue.push(warning(1));
        queue.finish(Duration::ZERO);
        assert!(queue.take().is_some());
        assert!(queue.take().is_none());
    }

    #[test]
    fn the_end_does_not_wait_for_ever_for_a_printer_that_is_stuck() {
        let queue = Queue::default();
        queue.push(warning(1));
        queue.finish(Duration::from_millis(1));
    }
}
