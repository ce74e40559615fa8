//! What the terminal shows of requests that come by an API or a function URL.

use std::time::{Instant, SystemTime};

use axum::response::Response;
use http::Method;

use crate::{
    apigateway::Gateway,
    terminal::{self, Executed, How},
};

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

impl Gateway {
    pub(crate) fn show(&self, received: Received, response: &mut Response) {
        let executed = response.extensions_mut().remove::<Executed>();
        self.lambda.terminal.request(|| terminal::Request {
            at: SystemTime::now(),
            took: received.at.elapsed(),
            how: How::Http {
                method: received.method,
                path: received.path,
                status: response.status(),
            },
            executed,
        });
    }
}
