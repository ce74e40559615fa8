//! What the terminal shows of requests that come by an API or a function URL.

use std::time::{Instant, SystemTime};

use axum::response::Response;
use http::Method;

use crate::terminal::{self, Executed, How, Terminal};

/// Notes in a response what ran for it: the response is known where that is not.
pub(crate) fn ran(executed: Executed, mut response: Response) -> Response {
    response.extensions_mut().insert(executed);
    response
}

/// A request that is under way.
#[derive(Debug)]
pub(crate) struct Received {
    method: Method,
    path: String,
    at: Instant,
}

impl Received {
    /// `path` is the path as the client of the API means it.
    pub(crate) fn new(method: &Method, path: &str) -> Self {
        Self {
            method: method.clone(),
            path: path.to_owned(),
            at: Instant::now(),
        }
    }
}

impl Received {
    /// Shows it with what came of it.
    pub(crate) fn show(self, terminal: &Terminal, response: &mut Response) {
        let executed = response.extensions_mut().remove::<Executed>();
        terminal.request(|| terminal::Request {
            at: SystemTime::now(),
            took: self.at.elapsed(),
            how: How::Http {
                method: self.method,
                path: self.path,
                status: response.status(),
            },
            executed,
        });
    }
}
