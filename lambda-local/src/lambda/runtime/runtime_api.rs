//! The [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) of one
//! execution environment: the process asks for the next invocation and posts its answer.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::StatusCode;
use tokio::{net::TcpStream, sync::watch};

use super::{
    answer::{Body, pass_on, read},
    head::Request,
    http1::Wire,
    outcome::Outcome,
    waiting::{Waiting, Work},
};

const PREFIX: &str = "/2018-06-01/runtime/";

/// What the server side of an environment holds.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    waiting: Arc<Waiting>,
    current: Mutex<Option<Work>>,
    init: watch::Sender<Init>,
}

/// How far the process has come before its first invocation.
#[derive(Debug, Clone)]
pub(super) enum Init {
    Running,
    /// It has asked for an invocation.
    Ready,
    /// It reported that it cannot start.
    Failed(Bytes),
}

impl RuntimeApi {
    pub(super) fn new(waiting: Arc<Waiting>, init: watch::Sender<Init>) -> Arc<Self> {
        Arc::new(Self {
            waiting,
            current: Mutex::new(None),
            init,
        })
    }

    /// Serves one connection until the process closes it, or breaks the rules of HTTP.
    pub(super) async fn serve(self: Arc<Self>, stream: TcpStream) -> io::Result<()> {
        let mut wire = Wire::new(stream);
        while let Some(mut request) = wire.request().await? {
            self.answer(&mut wire, &mut request).await?;
            if !request.keep_alive {
                break;
            }
        }
        Ok(())
    }

    async fn answer(&self, wire: &mut Wire, request: &mut Request) -> io::Result<()> {
        if request.is_of_a_page {
            read(wire, request).await?;
            let text = "a web page may not call the Runtime API";
            return refuse(wire, StatusCode::FORBIDDEN, "Forbidden", text).await;
        }
        let path = std::mem::take(&mut request.path);
        let call = path.strip_prefix(PREFIX).unwrap_or_default();
        let of_invocation = || call.strip_prefix("invocation/")?.split_once('/');
        match (request.is_post, call, of_invocation()) {
            (false, "invocation/next", _) => self.next(wire, request).await,
            (true, "init/error", _) => self.init_failed(wire, request).await,
            (true, _, Some((id, "response"))) => {
                self.finish(wire, request, id, Outcome::Response).await
            }
            (true, _, Some((id, "error"))) => {
                self.finish(wire, request, id, Outcome::Reported).await
            }
            _ => {
                read(wire, request).await?;
                let text = "no such path in the Runtime API";
                refuse(wire, StatusCode::NOT_FOUND, "InvalidPath", text).await
            }
        }
    }

    async fn next(&self, wire: &mut Wire, request: &mut Request) -> io::Result<()> {
        read(wire, request).await?;
        self.init.send_if_modified(|init| {
            let first = matches!(init, Init::Running);
            if first {
                *init = Init::Ready;
            }
            first
        });
        let work = tokio::select! {
            biased;
            error = wire.gone() => return Err(error),
            work = self.waiting.take() => work,
        };
        if wire.is_gone() {
            self.waiting.put(work);
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.hand_over(work, wire).await
    }

    /// What cannot be sent waits for the next request.
    async fn hand_over(&self, work: Work, wire: &mut Wire) -> io::Result<()> {
        let invocation = work.invocation.clone();
        // Before it is sent: the process may answer on another connection while this is written.
        self.set_current(Work { sent: true, ..work });
        let headers = invocation.headers();
        let answered = wire.answer(StatusCode::OK, &headers, &invocation.payload);
        let answered = answered.await;
        if answered.is_err()
            && let Some(work) = self.take_current(&invocation.request_id)
        {
            self.waiting.put(work);
        }
        answered
    }

    /// Ends the invocation with this id. A second answer, and one to another invocation, is
    /// refused and changes nothing.
    async fn finish(
        &self,
        wire: &mut Wire,
        request: &mut Request,
        id: &str,
        outcome: fn(Bytes) -> Outcome,
    ) -> io::Result<()> {
        let Some(work) = self.take_current(id) else {
            read(wire, request).await?;
            let text = "Invalid request ID";
            return refuse(wire, StatusCode::BAD_REQUEST, "InvalidRequestID", text).await;
        };
        let read = match &work.invocation.pieces {
            Some(pieces) if request.is_stream => pass_on(wire, request, pieces).await,
            _ => read(wire, request).await,
        };
        let body = match read {
            Ok(body) => body,
            Err(error) => {
                // The process broke off: what becomes of the invocation is seen from its end.
                self.set_current(work);
                return Err(error);
            }
        };
        let (outcome, told) = match body {
            Body::Complete(payload) => (outcome(payload), accept(wire).await),
            Body::Failed(payload) => (Outcome::Reported(payload), accept(wire).await),
            Body::TooLarge(size) => {
                let text = "the response is larger than Lambda allows";
                let kind = "RequestEntityTooLarge";
                let told = refuse(wire, StatusCode::PAYLOAD_TOO_LARGE, kind, text).await;
                (Outcome::TooLarge(size), told)
            }
        };
        let _ = work.reply.send(outcome);
        told
    }

    fn set_current(&self, work: Work) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some(work);
    }

    fn take_current(&self, id: &str) -> Option<Work> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.take_if(|work| *work.invocation.request_id == *id)
    }

    async fn init_failed(&self, wire: &mut Wire, request: &mut Request) -> io::Result<()> {
        if let Body::Complete(reason) = read(wire, request).await? {
            self.init.send_replace(Init::Failed(reason));
        }
        accept(wire).await
    }
}

async fn accept(wire: &mut Wire) -> io::Result<()> {
    wire.answer(StatusCode::ACCEPTED, "", br#"{"status":"OK"}"#)
        .await
}

async fn refuse(wire: &mut Wire, status: StatusCode, kind: &str, text: &str) -> io::Result<()> {
    let body = format!(r#"{{"errorMessage":"{text}","errorType":"{kind}"}}"#);
    wire.answer(status, "", body.as_bytes()).await
}
