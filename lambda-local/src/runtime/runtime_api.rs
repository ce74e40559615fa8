//! The [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) of one
//! execution environment, on an address of its own: the process asks for the next invocation and
//! posts its answer.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc, oneshot, watch},
    task::JoinSet,
};

use super::{Invocation, Outcome, outcome::MAX_RESPONSE};

const PREFIX: &str = "/2018-06-01/runtime/";

/// An invocation for the process, and where its answer goes.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) invocation: Invocation,
    pub(super) reply: oneshot::Sender<Outcome>,
    /// Told when the process has taken the invocation.
    pub(super) taken: oneshot::Sender<()>,
}

/// What the server side of an environment holds.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    /// Its type is a mutex so that two requests for the next invocation queue.
    work: AsyncMutex<mpsc::Receiver<Work>>,
    current: Mutex<Option<(String, oneshot::Sender<Outcome>)>>,
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

type Answer = Response<Full<Bytes>>;

impl RuntimeApi {
    pub(super) fn new(work: mpsc::Receiver<Work>, init: watch::Sender<Init>) -> Arc<Self> {
        Arc::new(Self {
            work: AsyncMutex::new(work),
            current: Mutex::new(None),
            init,
        })
    }

    /// Listens on a free port of the loopback interface.
    pub(super) async fn listen() -> std::io::Result<(TcpListener, SocketAddr)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }

    /// Serves until the task is dropped.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            let _ = stream.set_nodelay(true);
            let api = self.clone();
            let service = service_fn(move |request| {
                let api = api.clone();
                async move { Ok::<_, Infallible>(api.answer(request).await) }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            connections.spawn(connection);
            while connections.try_join_next().is_some() {}
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let path = request.uri().path().to_owned();
        let segments: Vec<&str> = path
            .strip_prefix(PREFIX)
            .map(|rest| rest.split('/').collect())
            .unwrap_or_default();
        match (request.method(), segments.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => {
                self.finish(id, request, Outcome::Response).await
            }
            (&Method::POST, ["invocation", id, "error"]) => {
                self.finish(id, request, Outcome::Reported).await
            }
            (&Method::POST, ["init", "error"]) => self.init_failed(request).await,
            _ => error(
                StatusCode::NOT_FOUND,
                "InvalidPath",
                "no such path in the Runtime API",
            ),
        }
    }

    async fn next(&self) -> Answer {
        self.init.send_if_modified(|init| {
            let first = matches!(init, Init::Running);
            if first {
                *init = Init::Ready;
            }
            first
        });
        let Some(work) = self.work.lock().await.recv().await else {
            return error(
                StatusCode::GONE,
                "Shutdown",
                "the execution environment is stopping",
            );
        };
        let answer = invocation_answer(work.invocation);
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some((answer.1, work.reply));
        let _ = work.taken.send(());
        answer.0
    }

    /// Ends the invocation with this id. A second answer, and one to another invocation, is
    /// refused and changes nothing.
    async fn finish(
        &self,
        id: &str,
        request: Request<Incoming>,
        outcome: fn(Bytes) -> Outcome,
    ) -> Answer {
        let body = read(request).await;
        let Some(reply) = self.take(id) else {
            return error(
                StatusCode::BAD_REQUEST,
                "InvalidRequestID",
                "Invalid request ID",
            );
        };
        let (outcome, answer) = match body {
            Body::Complete(payload) => (outcome(payload), accepted()),
            Body::TooLarge(size) => (
                Outcome::TooLarge(size),
                error(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "RequestEntityTooLarge",
                    "the response is larger than Lambda allows",
                ),
            ),
            // The process broke off: what becomes of the invocation is seen from its end.
            Body::Broken => {
                self.put_back(id, reply);
                return error(StatusCode::BAD_REQUEST, "InvalidBody", "the body broke off");
            }
        };
        let _ = reply.send(outcome);
        answer
    }

    fn take(&self, id: &str) -> Option<oneshot::Sender<Outcome>> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current
            .take_if(|(expected, _)| expected == id)
            .map(|(_, reply)| reply)
    }

    fn put_back(&self, id: &str, reply: oneshot::Sender<Outcome>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.get_or_insert_with(|| (id.to_owned(), reply));
    }

    async fn init_failed(&self, request: Request<Incoming>) -> Answer {
        if let Body::Complete(reason) = read(request).await {
            self.init.send_replace(Init::Failed(reason));
        }
        accepted()
    }
}

enum Body {
    Complete(Bytes),
    TooLarge(usize),
    Broken,
}

async fn read(request: Request<Incoming>) -> Body {
    let announced = hyper::body::Body::size_hint(request.body()).lower();
    match Limited::new(request.into_body(), MAX_RESPONSE)
        .collect()
        .await
    {
        Ok(body) => Body::Complete(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            let announced = usize::try_from(announced).unwrap_or(usize::MAX);
            Body::TooLarge(announced.max(MAX_RESPONSE + 1))
        }
        Err(_) => Body::Broken,
    }
}

/// The answer that carries an invocation to the process, and the invocation's request id.
fn invocation_answer(invocation: Invocation) -> (Answer, String) {
    let deadline = SystemTime::now() + invocation.timeout;
    let deadline = deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let mut answer = Response::new(Full::new(invocation.payload));
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    };
    set("content-type", "application/json");
    set("lambda-runtime-aws-request-id", &invocation.request_id);
    set(
        "lambda-runtime-deadline-ms",
        &deadline.as_millis().to_string(),
    );
    set(
        "lambda-runtime-invoked-function-arn",
        &invocation.invoked_arn,
    );
    set("lambda-runtime-trace-id", &trace_id());
    if let Some(context) = &invocation.client_context {
        set("lambda-runtime-client-context", context);
    }
    (answer, invocation.request_id)
}

/// A trace id of X-Ray's form, not sampled.
fn trace_id() -> String {
    let seconds = crate::logs::now() / 1000;
    let (high, low) = (fastrand::u64(..), fastrand::u64(..));
    format!(
        "Root=1-{seconds:08x}-{high:016x}{:08x};Parent={low:016x};Sampled=0",
        low as u32
    )
}

fn accepted() -> Answer {
    answer(StatusCode::ACCEPTED, r#"{"status":"OK"}"#.to_owned())
}

fn error(status: StatusCode, kind: &str, message: &str) -> Answer {
    answer(
        status,
        format!(r#"{{"errorMessage":"{message}","errorType":"{kind}"}}"#),
    )
}

fn answer(status: StatusCode, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    answer
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    answer
}
