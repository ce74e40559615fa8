//! The [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) of one
//! execution environment: the process asks for the next invocation and posts its answer.

use std::{
    fmt::Write,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, StatusCode};
use tokio::{
    net::TcpStream,
    sync::{Mutex as AsyncMutex, mpsc, oneshot, watch},
};

use super::{
    body::{Part, Trailers},
    http1::{Request, Wire},
    invocation::{Invocation, Piece},
    outcome::{MAX_RESPONSE, Outcome},
};

const PREFIX: &str = "/2018-06-01/runtime/";

/// An invocation for the process, and where its answer goes.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) invocation: Arc<Invocation>,
    pub(super) reply: oneshot::Sender<Outcome>,
}

/// What the server side of an environment holds.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    /// Its type is a mutex so that two requests for the next invocation queue.
    work: AsyncMutex<mpsc::Receiver<Work>>,
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
    pub(super) fn new(work: mpsc::Receiver<Work>, init: watch::Sender<Init>) -> Arc<Self> {
        Arc::new(Self {
            work: AsyncMutex::new(work),
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
        let Some(work) = self.work.lock().await.recv().await else {
            let text = "the execution environment is stopping";
            return refuse(wire, StatusCode::GONE, "Shutdown", text).await;
        };
        let invocation = work.invocation.clone();
        self.set_current(work);
        let headers = headers_of(&invocation);
        wire.answer(StatusCode::OK, &headers, &invocation.payload)
            .await
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

enum Body {
    Complete(Bytes),
    /// The function failed in the middle of a stream; what it says of it.
    Failed(Bytes),
    TooLarge(usize),
}

/// Reads a body to its end, and keeps no more than may be.
async fn read(wire: &mut Wire, request: &mut Request) -> io::Result<Body> {
    let (mut size, mut first, mut all) = (0, Bytes::new(), BytesMut::new());
    loop {
        match wire.part(request).await? {
            Part::Data(data) => {
                size += data.len();
                if size == data.len() {
                    first = data;
                } else if size <= MAX_RESPONSE {
                    all.extend_from_slice(&std::mem::take(&mut first));
                    all.extend_from_slice(&data);
                }
            }
            Part::End(trailers) if trailers.error_type.is_some() => {
                return Ok(Body::Failed(trailers.error()));
            }
            Part::End(_) if size > MAX_RESPONSE => return Ok(Body::TooLarge(size)),
            Part::End(_) if all.is_empty() => return Ok(Body::Complete(first)),
            Part::End(_) => return Ok(Body::Complete(all.freeze())),
        }
    }
}

/// Passes a stream on, part by part, as it comes.
async fn pass_on(
    wire: &mut Wire,
    request: &mut Request,
    pieces: &mpsc::Sender<Piece>,
) -> io::Result<Body> {
    let content_type = request.content_type.take().unwrap_or_default();
    // Nobody listens any more: the function is heard to its end all the same.
    let _ = pieces.send(Piece::Begin { content_type }).await;
    loop {
        match wire.part(request).await? {
            Part::Data(data) => {
                let _ = pieces.send(Piece::Data(data)).await;
            }
            Part::End(trailers) if trailers.error_type.is_some() => {
                return Ok(Body::Failed(trailers.error()));
            }
            Part::End(_) => return Ok(Body::Complete(Bytes::new())),
        }
    }
}

impl Trailers {
    /// The error as a payload: what the function says in base64, or at least its type.
    fn error(&self) -> Bytes {
        let body = self.error_body.as_ref();
        let body = body.and_then(|text| BASE64_STANDARD.decode(text).ok());
        let kind = || serde_json::json!({ "errorType": self.error_type }).to_string();
        body.unwrap_or_else(|| kind().into_bytes()).into()
    }
}

/// The headers that carry an invocation to the process.
fn headers_of(invocation: &Invocation) -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = now.unwrap_or_default();
    let deadline = now + invocation.timeout;
    let mut headers = String::with_capacity(400);
    let (high, low) = (fastrand::u64(..), fastrand::u64(..));
    let seconds = now.as_secs();
    // The trace id is of X-Ray's form, and not sampled.
    let _ = write!(
        headers,
        "lambda-runtime-aws-request-id: {}\r\nlambda-runtime-deadline-ms: {}\r\n\
         lambda-runtime-invoked-function-arn: {}\r\nlambda-runtime-trace-id: \
         Root=1-{seconds:08x}-{high:016x}{:08x};Parent={low:016x};Sampled=0\r\n",
        invocation.request_id,
        deadline.as_millis(),
        invocation.invoked_arn,
        low as u32
    );
    if let Some(context) = &invocation.client_context
        && HeaderValue::from_str(context).is_ok()
    {
        let _ = write!(headers, "lambda-runtime-client-context: {context}\r\n");
    }
    headers
}

async fn accept(wire: &mut Wire) -> io::Result<()> {
    wire.answer(StatusCode::ACCEPTED, "", br#"{"status":"OK"}"#)
        .await
}

async fn refuse(wire: &mut Wire, status: StatusCode, kind: &str, text: &str) -> io::Result<()> {
    let body = format!(r#"{{"errorMessage":"{text}","errorType":"{kind}"}}"#);
    wire.answer(status, "", body.as_bytes()).await
}
