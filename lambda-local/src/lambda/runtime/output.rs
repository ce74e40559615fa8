//! What an environment's process prints: read in between and at the end of each invocation, by
//! whoever waits for that, and put line by line between Lambda's own lines.

use std::{
    io::{self, PipeReader, Read},
    mem,
    sync::Arc,
    time::Duration,
};

use rustix::io::{ioctl_fionbio, ioctl_fionread};

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

    /// Adds lines of Lambda's own, with the milliseconds since 1970 of each, behind what was printed
    /// until now.
    pub(super) fn add(&mut self, lines: impl IntoIterator<Item = (u64, Message)>) {
        self.drain();
        for (at, line) in lines {
            self.write(at, line);
        }
    }

    /// An invocation begins. What was printed since the last one counts as its own: on Lambda the
    /// process was frozen in between.
    pub(super) fn begin(&mut self, start: Option<Line>, tail: bool) {
        self.tail = tail.then(Vec::new);
        start.into_iter().for_each(|line| self.platform(line));
    }

    /// The invocation has ended. Gives the end of its log and its lines, if they were asked for.
    pub(super) fn end(&mut self, last: impl IntoIterator<Item = Line>) -> (Vec<u8>, Printed) {
        self.drain();
        self.end_line();
        last.into_iter().for_each(|line| self.platform(line));
        self.stream.add(&mut self.lines);
        let printed = self.printed.as_mut().map(mem::take);
        let tail = self.tail.take();
        (tail.unwrap_or_default(), printed.unwrap_or_default())
    }

    /// Passes on what has been printed so far, and says when to come again.
    pub(super) fn pass_on(&mut self) -> Duration {
        let read = self.read(MAX_READ);
        self.stream.add(&mut self.lines);
        match read {
            MAX_READ.. => Duration::ZERO,
            0..BUFFER => CALM,
            _ => BUSY,
        }
    }

    /// Reads what is in the pipe now: what a handler printed before it answered was there before the
    /// answer came, and a process that prints for ever is not waited for.
    fn drain(&mut self) {
        let held = ioctl_fionread(&self.pipe).unwrap_or_default();
        self.read(usize::try_from(held).unwrap_or(MAX_READ));
    }

    /// How many bytes there were, at most `most` and what the buffer holds beyond that.
    fn read(&mut self, most: usize) -> usize {
        let mut total = 0;
        let mut buffer = mem::take(&mut self.buffer);
        while total < most {
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

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::atomic::{AtomicUsize, Ordering},
        thread,
    };

    use super::*;
    use crate::{
        cloudwatch::{CloudWatch, Pace},
        logs::Logs,
        place::Place,
        terminal::{Shows, Terminal},
    };

    /// What a pipe holds.
    const PIPE: usize = 64 << 10;

    fn stream() -> LogStream {
        let place = Place {
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
        };
        let cloudwatch = Arc::new(CloudWatch::new(place.clone(), Pace::default()));
        let told = (Terminal::start(Shows::None), cloudwatch, Arc::default());
        Logs::new(place, told).stream("g", "s".to_owned())
    }

    #[test]
    fn the_end_reads_what_is_there_and_does_not_wait_for_whoever_prints_on() {
        let (reader, mut writer) = io::pipe().unwrap();
        let mut output = Output::new(reader, stream()).unwrap();
        let written = Arc::new(AtomicUsize::new(0));
        let count = written.clone();
        let printing = thread::spawn(move || {
            let lines = b"y\n".repeat(2048);
            while count.load(Ordering::SeqCst) < 32 << 20 && writer.write_all(&lines).is_ok() {
                count.fetch_add(lines.len(), Ordering::SeqCst);
            }
        });
        while written.load(Ordering::SeqCst) < PIPE {
            thread::yield_now();
        }
        output.end([]);
        let read = written.load(Ordering::SeqCst);
        assert!(read <= 3 * PIPE, "{read} bytes were written meanwhile");
        drop(output);
        printing.join().unwrap();
    }

    #[test]
    fn the_end_reads_all_that_was_printed_before() {
        let (reader, mut writer) = io::pipe().unwrap();
        let mut output = Output::new(reader, stream()).unwrap();
        writer.write_all(&[b'x'; PIPE - 1]).unwrap();
        output.end([]);
        assert_eq!(ioctl_fionread(&output.pipe).unwrap(), 0);
    }
}
