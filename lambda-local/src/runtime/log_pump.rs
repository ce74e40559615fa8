//! Reads what an environment's process prints, line by line, and puts Lambda's own lines in their
//! place between them.

use std::{io, mem, sync::Arc};

use tokio::{
    io::AsyncReadExt,
    net::unix::pipe,
    sync::{mpsc, oneshot},
};

use crate::logs::Logs;

/// The end of an invocation's log that `LogType=Tail` gives, in bytes.
const MAX_TAIL: usize = 4096;
/// A line longer than this is cut into several, so that a function cannot fill the memory.
const MAX_LINE: usize = 256 << 10;

/// What to write behind everything that the process has printed so far.
#[derive(Debug)]
pub(super) enum Mark {
    /// The first line of an invocation.
    Start(String),
    /// A line of Lambda's.
    Line(String),
    /// Asks for the end of the invocation's log.
    Tail(oneshot::Sender<Vec<u8>>),
}

/// Where the lines go.
#[derive(Debug, Clone)]
pub(super) struct LogStream {
    pub(super) logs: Arc<Logs>,
    pub(super) group: String,
    pub(super) name: Arc<str>,
}

struct Pump {
    stream: LogStream,
    partial: Vec<u8>,
    tail: Vec<u8>,
}

/// Runs until the process has closed its output and nobody can send marks any more.
pub(super) async fn pump(
    mut output: pipe::Receiver,
    mut marks: mpsc::UnboundedReceiver<Mark>,
    stream: LogStream,
) {
    let mut pump = Pump {
        stream,
        partial: Vec::new(),
        tail: Vec::new(),
    };
    let mut buffer = vec![0; 8192];
    let (mut printing, mut marking) = (true, true);
    while printing || marking {
        tokio::select! {
            // Output first: what a handler printed before it answered was in the pipe before the
            // answer came, so it is read before the mark that the answer causes.
            biased;
            read = output.read(&mut buffer), if printing => match read {
                Ok(count) if count > 0 => pump.printed(&buffer[..count]),
                end => printing = interrupted(&end),
            },
            mark = marks.recv(), if marking => match mark {
                Some(mark) => pump.marked(mark),
                None => marking = false,
            },
        }
    }
    pump.end_line();
}

fn interrupted(end: &io::Result<usize>) -> bool {
    matches!(end, Err(error) if error.kind() == io::ErrorKind::Interrupted)
}

impl Pump {
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
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        if !line.is_empty() {
            self.write(String::from_utf8_lossy(line).into_owned());
        }
    }

    fn marked(&mut self, mark: Mark) {
        self.end_line();
        match mark {
            Mark::Start(line) => {
                self.tail.clear();
                self.write(line);
            }
            Mark::Line(line) => self.write(line),
            Mark::Tail(reply) => {
                let _ = reply.send(self.tail.clone());
            }
        }
    }

    fn write(&mut self, line: String) {
        self.tail.extend_from_slice(line.as_bytes());
        self.tail.push(b'\n');
        let excess = self.tail.len().saturating_sub(MAX_TAIL);
        self.tail.drain(..excess);
        self.stream
            .logs
            .add(&self.stream.group, &self.stream.name, line);
    }
}
