//! The address of one environment's Runtime API, and the connections to it.

use std::{
    convert::Infallible,
    fmt::{self, Debug},
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::net::TcpListener;

use super::runtime_api::RuntimeApi;
use crate::peer::is_ours;

/// Whoever waits for the process drives them: a task of their own would cost two changes of tasks
/// for each invocation. In between they rest, as on Lambda the process does.
pub(super) struct Connections {
    api: Arc<RuntimeApi>,
    listener: TcpListener,
    open: FuturesUnordered<Pin<Box<dyn Future<Output = io::Result<()>> + Send>>>,
}

impl Connections {
    /// Listens on a free port of the loopback interface.
    pub(super) async fn listen(api: Arc<RuntimeApi>) -> io::Result<Self> {
        Ok(Self {
            api,
            listener: TcpListener::bind(("127.0.0.1", 0)).await?,
            open: FuturesUnordered::new(),
        })
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves for as long as it is polled.
    pub(super) fn poll_serve(&mut self, context: &mut Context<'_>) -> Poll<Infallible> {
        // An error, such as too many open files, is met again by whoever polls next.
        while let Poll::Ready(Ok((stream, _))) = self.listener.poll_accept(context) {
            // Another user's would take the function's invocations.
            if is_ours(&stream) {
                self.open.push(Box::pin(self.api.clone().serve(stream)));
            }
        }
        // A connection that broke is the process's own affair.
        while let Poll::Ready(Some(_)) = self.open.poll_next_unpin(context) {}
        Poll::Pending
    }
}

impl Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} connections to {:?}", self.open.len(), self.listener)
    }
}
