//! The one port: which service a request is for, and the connections themselves.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue},
    response::Response,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{rt::TokioIo, server::graceful::GracefulShutdown};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};
use tower_service::Service;

use crate::{
    apigateway::{EXECUTE_API, EXECUTE_API_HOST},
    callers::{Callers, REFUSED_USER, host_name, is_of_no_page, refused_host, refused_page},
    calls,
    faults::Faults,
    lambda::{LAMBDA_URL, LAMBDA_URL_HOST},
    patience::Patience,
    payload::{Connection, Received},
    peer::is_ours,
    persister::Persister,
    protocol::operation::may_have_changed,
    services::Services,
};

/// A client that takes longer than this to send its headers is cut off; one that sends nothing may
/// have gone without a word.
const PATIENCE: Patience = Patience {
    head: Duration::from_secs(30),
    idle: Duration::from_secs(3600),
};
/// How long requests under way may take when the server stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

/// Says in each answer how fine and how late the metrics are: `1s+1s`.
const METRICS_HEADER: HeaderName = HeaderName::from_static("x-lambda-local-metrics");

/// Everything that runs behind the port.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    services: Arc<Services>,
    calls: Router,
    /// Where something is kept.
    persister: Option<Arc<Persister>>,
    faults: Arc<Faults>,
    callers: Arc<Callers>,
}

impl Server {
    pub(crate) fn new(
        services: Arc<Services>,
        persister: Option<Arc<Persister>>,
        faults: Faults,
        callers: Callers,
    ) -> Self {
        Self {
            calls: calls::router(&services),
            services,
            persister,
            faults: Arc::new(faults),
            callers: Arc::new(callers),
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
        self.services.ending.send_replace(true);
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, connections.shutdown()).await;
        // What changed by itself meanwhile, such as a version that became active.
        if let Some(persister) = &self.persister {
            let _ = persister.keep().await;
        }
    }

    fn connect(self, stream: TcpStream, peer: SocketAddr, connections: &GracefulShutdown) {
        let Ok(local) = stream.local_addr() else {
            return;
        };
        let _ = stream.set_nodelay(true);
        if !self.callers.of_all_users && !is_ours(&stream) {
            tokio::spawn(refuse_user(stream));
            return;
        }
        let between = Connection {
            source_ip: peer.ip().to_string().into(),
            port: local.port(),
        };
        let service = service_fn(move |request| {
            let (server, between) = (self.clone(), between.clone());
            async move { server.answer(request, &between).await }
        });
        let (stream, timer) = PATIENCE.with(stream);
        let connection = http1::Builder::new()
            .timer(timer)
            // A head and a small body are sent in one piece.
            .writev(false)
            .header_read_timeout(PATIENCE.head)
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
        if let Some((endpoint, id)) = Endpoint::of_host(host) {
            let (id, path) = (id.to_owned(), request.uri().path().to_owned());
            return Ok(self.execute(endpoint, &id, &path, request, between).await);
        }
        if !self.callers.admit_host(host) {
            return Ok(refused_host(host));
        }
        if let Some((endpoint, rest)) = Endpoint::of_path(request.uri().path()) {
            let (id, path) = match rest.find('/') {
                Some(slash) => (rest[..slash].to_owned(), rest[slash..].to_owned()),
                None => (rest.to_owned(), "/".to_owned()),
            };
            return Ok(self.execute(endpoint, &id, &path, request, between).await);
        }
        if !is_of_no_page(&request) {
            return Ok(refused_page());
        }
        if self.faults.is_empty() {
            return Ok(self.call(request).await);
        }
        let (request, fate) = match self.faults.fate_of(request).await {
            Ok(thrown) => thrown,
            Err(unreadable) => return Ok(unreadable),
        };
        tokio::time::sleep(fate.delay).await;
        let response = match fate.refused {
            Some(refused) => refused,
            None => self.call(request).await,
        };
        if fate.lost { Err(Lost) } else { Ok(response) }
    }

    /// A call to one of the services.
    async fn call(mut self, request: Request) -> Response {
        let mut response = match self.calls.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        if let Some(pace) = self.services.cloudwatch.pace() {
            let pace = HeaderValue::from_static(pace);
            response.headers_mut().insert(METRICS_HEADER, pace);
        }
        // What is acknowledged is on disk.
        match self.persister.zip(may_have_changed(&response)) {
            Some((persister, protocol)) => match persister.keep().await {
                Ok(()) => response,
                Err(error) => protocol.refuse(error),
            },
            None => response,
        }
    }

    async fn execute(
        &self,
        endpoint: Endpoint,
        id: &str,
        path: &str,
        request: Request,
        between: &Connection,
    ) -> Response {
        let Services {
            gateway, lambda, ..
        } = &*self.services;
        let received = Received::new(request.method(), path);
        let mut response = match endpoint {
            Endpoint::Api => gateway.execute(id, path, request, between).await,
            Endpoint::FunctionUrl => lambda.execute_url(id, path, request, between).await,
        };
        received.show(&lambda.terminal, &mut response);
        response
    }
}

async fn refuse_user(mut stream: TcpStream) {
    let _ = stream.write_all(REFUSED_USER).await;
    let _ = stream.shutdown().await;
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
enum Endpoint {
    Api,
    FunctionUrl,
}

impl Endpoint {
    const ALL: [(Self, &str, &str); 2] = [
        (Self::Api, EXECUTE_API, EXECUTE_API_HOST),
        (Self::FunctionUrl, LAMBDA_URL, LAMBDA_URL_HOST),
    ];

    /// The endpoint with its id, where the host name says it.
    fn of_host(host: &str) -> Option<(Self, &str)> {
        let mut all = Self::ALL.into_iter();
        all.find_map(|(endpoint, _, suffix)| Some((endpoint, host.strip_suffix(suffix)?)))
    }

    /// The endpoint with the path from its id on.
    fn of_path(path: &str) -> Option<(Self, &str)> {
        let mut all = Self::ALL.into_iter();
        all.find_map(|(endpoint, prefix, _)| Some((endpoint, path.strip_prefix(prefix)?)))
    }
}
