//! The [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) of one
//! execution environment: the process asks for the next invocation and posts its answer.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use tokio::{net::TcpStream, sync::watch};

use super::{
    answer::{Body, pass_on, read},
    extensions::Extensions,
    head::Request,
    http1::Wire,
    invocation::Delivery,
    outcome::Outcome,
    waiting::{Waiting, Work},
};

const PREFIX: &str = "/2018-06-01/runtime/";
const EXTENSION_PREFIX: &str = "/2020-01-01/extension/";

/// What an extension is told of its function when it registers.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FunctionMetadata {
    pub(super) function_name: String,
    pub(super) function_version: String,
    pub(super) handler: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account_id: Option<String>,
}

/// What the server side of an environment holds.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    waiting: Arc<Waiting>,
    current: Mutex<Option<Work>>,
    pub(super) init: watch::Sender<Init>,
    pub(super) extensions: Arc<Extensions>,
    pub(super) function: FunctionMetadata,
}

/// How far the process has come before its first invocation.
#[derive(Debug, Clone)]
pub(super) enum Init {
    Running,
    /// It has asked for an invocation, and its extensions for events.
    Ready,
    /// It reported that it cannot start.
    Failed(Bytes),
}

impl RuntimeApi {
    pub(super) fn new(
        waiting: Arc<Waiting>,
        init: watch::Sender<Init>,
        extensions: Arc<Extensions>,
        function: FunctionMetadata,
    ) -> Arc<Self> {
        Arc::new(Self {
            waiting,
            current: Mutex::new(None),
            init,
            extensions,
            function,
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
            return wire.refuse(StatusCode::FORBIDDEN, "Forbidden", text).await;
        }
        let path = std::mem::take(&mut request.path);
        if let Some(call) = path.strip_prefix(EXTENSION_PREFIX) {
            return self.answer_extension(wire, request, call).await;
        }
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
                wire.refuse(StatusCode::NOT_FOUND, "InvalidPath", text)
                    .await
            }
        }
    }

    async fn next(&self, wire: &mut Wire, request: &mut Request) -> io::Result<()> {
        read(wire, request).await?;
        self.extensions.close();
        self.look_whether_ready();
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

    /// The start is over when the runtime and all extensions have asked for something to do.
    pub(super) fn look_whether_ready(&self) {
        self.init.send_if_modified(|init| {
            let ready = matches!(init, Init::Running) && self.extensions.are_ready();
            if ready {
                *init = Init::Ready;
            }
            ready
        });
    }

    /// What cannot be sent waits for the next request.
    async fn hand_over(&self, work: Work, wire: &mut Wire) -> io::Result<()> {
        let (invocation, is_new) = (work.invocation.clone(), !work.sent);
        // Before it is sent: the process may answer on another connection while this is written.
        self.set_current(Work { sent: true, ..work });
        let delivery = Delivery::of(&invocation);
        if is_new {
            self.extensions.tell(|| delivery.event(&invocation));
        }
        let headers = delivery.headers(&invocation);
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
            return wire
                .refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", text)
                .await;
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
            Body::Complete(payload) => (outcome(payload), wire.accept().await),
            Body::Failed(payload) => (Outcome::Reported(payload), wire.accept().await),
            Body::TooLarge(size) => {
                let text = "the response is larger than Lambda allows";
                let kind = "RequestEntityTooLarge";
                let told = wire.refuse(StatusCode::PAYLOAD_TOO_LARGE, kind, text).await;
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
        wire.accept().await
    }
}
