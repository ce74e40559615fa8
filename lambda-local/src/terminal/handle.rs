//! All that a person at the terminal sees of this server: the announcement, warnings, and a line
//! for each request. One thread prints it, so that nobody else ever waits for whoever reads.

use std::{
    fmt,
    io::{self, IsTerminal},
    sync::Arc,
    thread,
    time::Duration,
};

use super::{
    queue::{Queue, Shown},
    request::{Printed, Request},
};
use crate::message::Message;

/// How long the end of the server waits for what is still to be printed.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// What is printed of the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "program", derive(clap::ValueEnum))]
pub(crate) enum Shows {
    /// A line for each request
    Short,
    /// Under each request's line what the function printed, and Lambda's own lines
    Full,
    /// What functions print, and Lambda's own lines, as they are
    Json,
    /// Nothing
    None,
}

/// The way to standard output and standard error.
#[derive(Debug, Clone)]
pub(crate) struct Terminal {
    queue: Arc<Queue>,
    shows: Shows,
}

impl Terminal {
    pub(crate) fn start(shows: Shows) -> Self {
        let queue = Arc::new(Queue::default());
        let waiting = queue.clone();
        // Never joined: a reader who does not read holds it for ever.
        thread::spawn(move || super::printer::run(&waiting));
        Self { queue, shows }
    }

    /// What a reader of standard output must have: to be said before anything else, while there is
    /// room for sure.
    pub(crate) fn announce(&self, text: String) {
        self.queue.push(Shown::Announcement(text));
    }

    /// Says something about the server itself, on standard error.
    pub(crate) fn warn(&self, message: impl fmt::Display) {
        let text = format!("lambda-local: {message}\n");
        self.queue.push(Shown::Warning(text));
    }

    /// Why the server ends, on standard error.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        self.queue
            .push(Shown::Warning(format!("error: {error:#}\n")));
    }

    /// Ctrl-C stands on the screen as `^C`: what follows, such as the shell's prompt, begins a line
    /// of its own.
    pub(crate) fn interrupted(&self) {
        if io::stdout().is_terminal() {
            self.queue.push(Shown::Announcement("\n".to_owned()));
        }
    }

    /// A request that has been answered.
    pub(crate) fn request(&self, request: impl FnOnce() -> Request) {
        if matches!(self.shows, Shows::Short | Shows::Full) {
            self.queue.push(Shown::Request(request()));
        }
    }

    /// Lines of a log, as they come.
    pub(crate) fn log<'a>(&self, lines: impl Iterator<Item = &'a Message>) {
        if self.shows == Shows::Json {
            self.queue.push(Shown::Log(lines.cloned().collect()));
        }
    }

    /// Where an invocation's lines are gathered until its request is shown; `None` where they
    /// are not.
    pub(crate) fn gathers(&self) -> Option<Printed> {
        (self.shows == Shows::Full).then(Printed::default)
    }

    /// Waits until all is printed, but not for a reader who does not read.
    pub(crate) fn finish(&self) {
        self.queue.finish(LAST_WORDS);
    }
}
