//! What an environment's process prints: read in between and at the end of each invocation, by
//! whoever waits for that, and put line by line between Lambda's own lines.

use std::{
    io::{self, PipeReader, Read},
    mem,
    sync::Arc,
    time::Duration,
};

use rustix::io::ioctl_fionbio;

use super::report::Line;
use crate::{clock, logs::LogStream, message::Message, terminal::Printed};

/// The end of an invocation's log that `LogType=Tail` gives, in bytes.
const MAX_TAIL: usize = 4096;
/// A line longer than this is cut into several, so that a function cannot fill the memory.
const MAX_LINE: usize = 256 << 10;
/// Read at one time at most, so that a process that prints for ever does not hold up the others.
const MAX_READ: usize = 1 << 20;
const BUFFER: usize = 8 << 10;
/// A pipe holds 64 KiB: how long it is left alone while little is printed, and while much is.
pub(super) const CALM: Duration = Duration::from_millis(20);
const BUSY: Duration = Duration::from_millis(1);

#[derive(Debug)]
pub(super) struct Output {
    pipe: PipeReader,
    stream: LogStream,
    /// A line whose end has not been printed.
    partial: Vec<u8>,
    /// Complete lines with their times.
    lines: Vec<(u64, Message)>,
    /// The end of the invocation's log, where that was asked for.
    tail: Option<Vec<u8>>,
    /// The invocation's lines, where they are to be shown under its request.
    printed: Option<Printed>,
    buffer: Vec<u8>,
}

impl Output {
    pub(super) fn new(pipe: PipeReader, stream: LogStream) -> io::Result<Self> {
        ioctl_fionbio(&pipe, true)?;
        Ok(Self {
            pipe,
            printed: stream.gathers(),
            stream,
            partial: Vec::new(),
            lines: Vec::new(),
            tail: None,
            buffer: vec![0; BUFFER],
        })
    }

    /// An invocation begins. What was printed since the last one counts as its own: on Lambda the
    /// process was frozen in between.
    pub(super) fn begin(&mut self, start: Line, tail: bool) {
        self.tail = tail.then(Vec::new);
        self.platform(start);
    }

    /// The invocation has ended. Gives the end of its log and its lines, if they were asked for.
    pub(super) fn end(&mut self, last: impl IntoIterator<Item = Line>) -> (Vec<u8>, Printed) {
        // What a handler printed before it answered was in the pipe before the answer came.
        while self.read() == MAX_READ {}
        self.end_line();
        last.into_iter().for_each(|line| self.platform(line));
        self.stream.add(&mut self.lines);
        let printed = self.printed.as_mut().map(mem::take);
        let tail = self.tail.take();
        (tail.unwrap_or_default(), printed.unwrap_or_default())
    }

    /// Passes on what has been printed so far, and says when to come again.
    pub(super) fn pass_on(&mut self) -> Duration {
        let read = self.read();
        self.stream.add(&mut self.lines);
        match read {
            MAX_READ => Duration::ZERO,
            0..BUFFER => CALM,
            _ => BUSY,
        }
    }

    /// How many bytes there were, at most [`MAX_READ`].
    fn read(&mut self) -> usize {
        let mut total = 0;
        let mut buffer = mem::take(&mut self.buffer);
        while total < MAX_READ {
            // Nothing more for now, or the end.
            let Ok(count @ 1..) = self.pipe.read(&mut buffer) else {
                break;
            };
            self.printed(&buffer[..count]);
            total += count;
            if count < buffer.len() {
                break;
            }
        }
        self.buffer = buffer;
        total
    }

    fn printed(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.partial.extend_from_slice(part);
            if part.ends_with(b"\n") || self.partial.len() >= MAX_LINE {
                self.end_line();
            }
        }
    }

    fn end_line(&mut self) {
        let line = mem::take(&mut self.partial);
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        if !text.is_empty() {
            let text: Arc<str> = String::from_utf8_lossy(text).into();
            self.write(clock::milliseconds(), Message::Printed(text));
        }
        self.partial = line;
        self.partial.clear();
    }

    fn platform(&mut self, line: Line) {
        self.write(line.at, Message::Platform(Arc::new(line)));
    }

    fn write(&mut self, at: u64, message: Message) {
        if let Some(tail) = &mut self.tail {
            tail.extend_from_slice(message.to_string().as_bytes());
            tail.push(b'\n');
            let excess = tail.len().saturating_sub(MAX_TAIL);
            tail.drain(..excess);
        }
        if let Some(printed) = &mut self.printed {
            printed.add(&message);
        }
        self.lines.push((at, message));
    }
}

/// Adds lines to a stream for which there is no environment, and to what was printed before, and
/// gives them as text.
pub(super) fn log_of(
    lines: impl Iterator<Item = Line>,
    stream: &LogStream,
    printed: &mut Printed,
) -> Vec<u8> {
    let mut text = Vec::new();
    let mut messages = Vec::new();
    for line in lines {
        text.extend_from_slice(format!("{line}\n").as_bytes());
        let (at, message) = (line.at, Message::Platform(Arc::new(line)));
        printed.add(&message);
        messages.push((at, message));
    }
    stream.add(&mut messages);
    text
}

impl Drop for Output {
    fn drop(&mut self) {
        self.end([]);
    }
}
