//! An invocation as its caller sees it: what it is given, and what came of it.

use std::{sync::Arc, time::SystemTime};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::{
    clock,
    lambda::lately::Ran,
    lambda::model::{FunctionRef, Qualifier},
    lambda::runtime::{Done, Piece},
    terminal::{Called, Executed, How, Request, Terminal},
};

/// What an invocation is given, and what is wanted of it beside the answer.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) payload: Bytes,
    pub(crate) way: Way,
    pub(crate) client_context: Option<String>,
    /// Whether the end of its log is wanted.
    pub(crate) tail: bool,
    /// Its id, where it has one already.
    pub(crate) request_id: Option<Arc<str>>,
    /// Where the answer goes while it comes.
    pub(crate) pieces: Option<mpsc::Sender<Piece>>,
}

impl Call {
    /// Nothing but a payload.
    pub(crate) const fn with(payload: Bytes, way: Way) -> Self {
        Self {
            payload,
            way,
            client_context: None,
            tail: false,
            request_id: None,
            pieces: None,
        }
    }
}

/// By which way it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// By an API or a function URL, which shows it at the terminal with the status of its answer;
    /// where the client is gone there is no answer.
    Http,
    Invoke,
    Event,
    /// Its answer is passed on while it comes. It is shown when that ends.
    Stream,
}

/// An invocation that ended, and which version ran it.
#[derive(Debug)]
pub(crate) struct Invoked {
    pub(crate) done: Done,
    pub(crate) request_id: Arc<str>,
    pub(crate) function: Arc<FunctionRef>,
    pub(crate) version: String,
}

impl Invoked {
    /// The payload that the caller gets.
    pub(crate) fn payload(&self) -> Bytes {
        self.done.outcome.payload(&self.request_id)
    }

    /// What the terminal says of it.
    pub(crate) fn executed(&self) -> Executed {
        Executed {
            function: self.function.clone(),
            version: self.version.clone(),
            succeeded: !self.done.outcome.is_error(),
            status: self.done.outcome.status(),
            printed: self.done.printed.clone(),
        }
    }

    /// What the page says of it.
    pub(super) fn ran(&self) -> Ran {
        let outcome = &self.done.outcome;
        let http = outcome.http_status();
        Ran {
            at: clock::milliseconds(),
            request_id: self.request_id.clone(),
            version: self.version.clone(),
            took: self.done.duration,
            status: http.map_or_else(|| outcome.status().to_owned(), |status| status.to_string()),
            failed: outcome.is_error() || http.is_some_and(|status| status >= 500),
        }
    }

    pub(crate) fn show(&self, terminal: &Terminal, way: Way, awaited: bool) {
        let call = match way {
            Way::Http if awaited => return,
            Way::Http => "nobody waited",
            Way::Invoke => "invoke",
            Way::Event => "event",
            Way::Stream => "stream",
        };
        terminal.request(|| Request {
            at: SystemTime::now(),
            took: self.done.duration,
            how: How::Lambda(call),
            executed: Some(self.executed()),
        });
    }
}

impl Called for FunctionRef {
    fn names(&self, version: &str) -> bool {
        match &self.qualifier {
            Some(Qualifier::Version(number)) => version.parse() == Ok(*number),
            _ => false,
        }
    }
}
