//! What `make bench-local` measures lambda-local beside: an HTTP server that hands each request to
//! an idle process of a function and passes its answer on. The same two hops and nothing else: one
//! event for all requests, no routing, no permissions, no logs, no metrics, no answer read.
//!
//! Arguments: the function's executable, how many processes of it, and the file with the event.
//! Prints its address.

use std::{
    collections::VecDeque,
    convert::Infallible,
    env, fs, io,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc, oneshot},
};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:hello:live";

type Answer = Response<Full<Bytes>>;
/// Where a function's answer goes.
type Reply = oneshot::Sender<Bytes>;

#[derive(Debug)]
struct Gateway {
    event: Bytes,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    /// Processes that wait for an event: the one used last is used next.
    idle: Vec<mpsc::Sender<Reply>>,
    waiting: VecDeque<Reply>,
}

/// One process, as its Runtime API sees it.
#[derive(Debug)]
struct Process {
    work: mpsc::Sender<Reply>,
    given: AsyncMutex<mpsc::Receiver<Reply>>,
    current: Mutex<Option<Reply>>,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().collect();
    let [_, executable, count, event] = args.as_slice() else {
        return Err(io::Error::other("arguments: EXECUTABLE COUNT EVENT-FILE"));
    };
    let gateway = Arc::new(Gateway {
        event: fs::read(event)?.into(),
        queue: Mutex::default(),
    });
    let count: usize = count.parse().map_err(io::Error::other)?;
    let mut children = Vec::new();
    for _ in 0..count {
        children.push(start(executable, gateway.clone()).await?);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let server = serve(listener, move |request| front(gateway.clone(), request));
    tokio::select! {
        ended = server => ended?,
        stop = tokio::signal::ctrl_c() => stop?,
    }
    children.iter_mut().try_for_each(Child::kill)
}

async fn serve<F, R>(listener: TcpListener, answer: F) -> io::Result<()>
where
    F: Fn(Request<Incoming>) -> R + Clone + Send + 'static,
    R: Future<Output = Answer> + Send + 'static,
{
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answer = answer.clone();
        let service = service_fn(move |request| {
            let answer = answer(request);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn start(executable: &str, gateway: Arc<Gateway>) -> io::Result<Child> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let child = Command::new(executable)
        .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "hello")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .stdout(Stdio::null())
        .spawn();
    let (work, given) = mpsc::channel(1);
    let process = Arc::new(Process {
        work,
        given: AsyncMutex::new(given),
        current: Mutex::default(),
    });
    tokio::spawn(serve(listener, move |request| {
        runtime_api(gateway.clone(), process.clone(), request)
    }));
    child
}

async fn front(gateway: Arc<Gateway>, request: Request<Incoming>) -> Answer {
    let _ = request.into_body().collect().await;
    let (reply, answer) = oneshot::channel();
    gateway.hand_out(reply).await;
    Response::new(Full::new(answer.await.unwrap_or_default()))
}

async fn runtime_api(
    gateway: Arc<Gateway>,
    process: Arc<Process>,
    request: Request<Incoming>,
) -> Answer {
    if request.method() == Method::GET {
        gateway.idle(&process).await;
        let reply = process.given.lock().await.recv().await;
        *lock(&process.current) = reply;
        let mut next = Response::new(Full::new(gateway.event.clone()));
        let headers = next.headers_mut();
        for (name, value) in [
            ("lambda-runtime-aws-request-id", id(36)),
            (
                "lambda-runtime-trace-id",
                format!("Root=1-{};Sampled=0", id(32)),
            ),
            ("lambda-runtime-deadline-ms", "99999999999999".to_owned()),
            ("lambda-runtime-invoked-function-arn", ARN.to_owned()),
        ] {
            headers.extend(
                value
                    .parse()
                    .map(|value: HeaderValue| (HeaderName::from_static(name), value)),
            );
        }
        return next;
    }
    let body = request.into_body().collect().await;
    let reply = lock(&process.current).take();
    if let (Some(reply), Ok(body)) = (reply, body) {
        let _ = reply.send(body.to_bytes());
    }
    Response::new(Full::default())
}

/// Another one for each invocation, as every runtime expects.
fn id(length: usize) -> String {
    format!("{:0length$x}", fastrand::u128(..) >> 32)
}

impl Gateway {
    async fn hand_out(&self, reply: Reply) {
        let idle = {
            let mut queue = lock(&self.queue);
            match queue.idle.pop() {
                Some(idle) => idle,
                None => return queue.waiting.push_back(reply),
            }
        };
        let _ = idle.send(reply).await;
    }

    async fn idle(&self, process: &Process) {
        let reply = {
            let mut queue = lock(&self.queue);
            match queue.waiting.pop_front() {
                Some(reply) => reply,
                None => return queue.idle.push(process.work.clone()),
            }
        };
        let _ = process.work.send(reply).await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
