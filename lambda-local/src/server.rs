//! The one port: which service a request is for, and the connections themselves.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{Method, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service;

use crate::{
    apigateway::{
        self as gateway, Connection, EXECUTE_API, EXECUTE_API_HOST, Gateway, LAMBDA_URL_HOST,
    },
    callers::{host_name, is_of_this_machine, names_this_machine, refused_host, refused_page},
    cloudwatch,
    faults::Faults,
    lambda::{self as lambda_api, LAMBDA_URL},
    logs::api as logs_api,
    page,
    payload::Received,
    persister::Keeper,
    protocol::{ApiError, body as request_body, query},
};

/// A client that takes longer than this to send its headers is cut off.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests under way may take when the server stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

/// Everything that runs behind the port.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    gateway: Arc<Gateway>,
    control: Router,
    /// Where something is kept.
    keeper: Option<Arc<Keeper>>,
    faults: Arc<Faults>,
    /// Whether only this machine can reach the port: then a request that names another host was
    /// sent by a web page that was tricked into it, and is refused.
    loopback: bool,
}

impl Server {
    pub(crate) fn new(
        gateway: Arc<Gateway>,
        keeper: Option<Arc<Keeper>>,
        faults: Faults,
        loopback: bool,
    ) -> Self {
        let lambda = gateway.lambda.clone();
        let control = Router::new()
            .merge(cloudwatch::routes().with_state(lambda.cloudwatch.clone()))
            .merge(lambda_api::routes().with_state(lambda))
            .merge(gateway::routes().with_state(gateway.clone()))
            .merge(page::routes().with_state(gateway.clone()))
            .fallback(other)
            .method_not_allowed_fallback(other)
            .with_state(gateway.clone());
        Self {
            gateway,
            control,
            keeper,
            faults: Arc::new(faults),
            loopback,
        }
    }

    /// Serves until `stop` is done, then lets requests under way end.
    pub(crate) async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let connections = GracefulShutdown::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.clone().connect(stream, peer, &connections),
                    // Out of file descriptors, for one: give the others time to end.
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                },
                () = &mut stop => break,
            }
        }
        drop(listener);
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, connections.shutdown()).await;
    }

    fn connect(self, stream: TcpStream, peer: SocketAddr, connections: &GracefulShutdown) {
        let Ok(local) = stream.local_addr() else {
            return;
        };
        let _ = stream.set_nodelay(true);
        let between = Connection {
            source_ip: peer.ip().to_string().into(),
            port: local.port(),
        };
        let service = service_fn(move |request| {
            let (server, between) = (self.clone(), between.clone());
            async move { server.answer(request, &between).await }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // A head and a small body are sent in one piece.
            .writev(false)
            .header_read_timeout(HEADER_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            // A client that goes away in the middle is its own affair.
            let _ = connection.await;
        });
    }

    /// # Errors
    /// If the connection is to end without an answer.
    async fn answer(
        self,
        request: Request<Incoming>,
        between: &Connection,
    ) -> Result<Response, Lost> {
        let request = request.map(Body::new);
        let host = host_name(&request);
        if let Some((front, id)) = Front::of_host(host) {
            let (id, path) = (id.to_owned(), request.uri().path().to_owned());
            return Ok(self.execute(front, &id, &path, request, between).await);
        }
        if self.loopback && !names_this_machine(host) {
            return Ok(refused_host(host));
        }
        if let Some((front, rest)) = Front::of_path(request.uri().path()) {
            let (id, path) = match rest.find('/') {
                Some(slash) => (rest[..slash].to_owned(), rest[slash..].to_owned()),
                None => (rest.to_owned(), "/".to_owned()),
            };
            return Ok(self.execute(front, &id, &path, request, between).await);
        }
        if !is_of_this_machine(&request) {
            return Ok(refused_page());
        }
        if self.faults.is_empty() {
            return Ok(self.call(request).await);
        }
        let (request, fate) = self.faults.fate_of(request).await;
        tokio::time::sleep(fate.delay).await;
        let response = match fate.refused {
            Some(refused) => refused,
            None => self.call(request).await,
        };
        if fate.lost { Err(Lost) } else { Ok(response) }
    }

    /// A call to one of the services.
    async fn call(mut self, request: Request) -> Response {
        let keeper = self.keeper.take().filter(|_| may_change(&request));
        let response = match self.control.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        // What is acknowledged is on disk.
        match keeper {
            Some(keeper) => match keeper.keep().await {
                Ok(()) => response,
                Err(error) => error.into_response(),
            },
            None => response,
        }
    }

    async fn execute(
        &self,
        front: Front,
        id: &str,
        path: &str,
        request: Request,
        between: &Connection,
    ) -> Response {
        let gateway = &self.gateway;
        let received = Received::new(request.method(), path);
        let mut response = match front {
            Front::Api => gateway.execute(id, path, request, between).await,
            Front::FunctionUrl => gateway.execute_url(id, path, request, between).await,
        };
        gateway.show(received, &mut response);
        response
    }
}

/// An answer that is not sent.
#[derive(Debug)]
struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer is lost")
    }
}

impl std::error::Error for Lost {}

/// What clients call, beside the services' own API.
#[derive(Debug, Clone, Copy)]
enum Front {
    Api,
    FunctionUrl,
}

impl Front {
    const ALL: [(Self, &str, &str); 2] = [
        (Self::Api, EXECUTE_API, EXECUTE_API_HOST),
        (Self::FunctionUrl, LAMBDA_URL, LAMBDA_URL_HOST),
    ];

    /// The front with its id, where the host name says it.
    fn of_host(host: &str) -> Option<(Self, &str)> {
        let mut all = Self::ALL.into_iter();
        all.find_map(|(front, _, suffix)| Some((front, host.strip_suffix(suffix)?)))
    }

    /// The front with the path from its id on.
    fn of_path(path: &str) -> Option<(Self, &str)> {
        let mut all = Self::ALL.into_iter();
        all.find_map(|(front, prefix, _)| Some((front, path.strip_prefix(prefix)?)))
    }
}

/// Whether a call may change what is kept: an invocation does not, nor does a look at metrics.
fn may_change(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() != Method::GET
        && !path.ends_with("invocations")
        && !path.contains("/invoke-async")
        && !path.contains("/operation/")
}

/// What no path of the REST services fits: the services that are told by a header or by a form,
/// and operations that are not here.
async fn other(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let target = request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let target = target.map(str::to_owned);
    if target.is_none() && !is_form(&request) {
        let what = format!("{} {}", request.method(), request.uri().path());
        return ApiError::not_implemented(&what).into_response();
    }
    let body = match request_body::read(request).await {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    let lambda = &gateway.lambda;
    let Some(target) = target else {
        return query::answer(&lambda.iam, &lambda.cloudwatch, &body);
    };
    if let Some(operation) = target.strip_prefix(logs_api::TARGET) {
        logs_api::answer(&lambda.logs, operation, &body)
    } else if let Some(operation) = target.strip_prefix(cloudwatch::TARGET) {
        cloudwatch::answer_json(&lambda.cloudwatch, operation, &body)
    } else {
        ApiError::not_implemented(&target).into_response()
    }
}

/// Whether it speaks the query protocol.
fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}
