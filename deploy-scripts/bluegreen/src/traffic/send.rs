//! The load itself: a number of requests, from several connections at once, at most so many a
//! second.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use reqwest::{Client, redirect::Policy};
use tokio::task::LocalSet;

use super::Tally;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) url: String,
    pub(crate) requests: u64,
    pub(crate) concurrency: u16,
    /// Requests per second at most.
    pub(crate) rate: Option<f64>,
    pub(crate) version_header: String,
}

/// What the senders share. They run on one thread.
struct Shared {
    load: Load,
    client: Client,
    started: Instant,
    next: Cell<u64>,
    tally: RefCell<Tally>,
}

/// Sends the load and counts the answers; `watch` sees the counts after each answer. A Ctrl-C ends
/// it: what was counted by then counts.
pub(crate) async fn send(load: Load, watch: impl Fn(&Tally) + 'static) -> Result<Tally> {
    let client = client(&load.url).context("failed to make an HTTP client")?;
    let concurrency = load.concurrency;
    let shared = Rc::new(Shared {
        load,
        client,
        started: Instant::now(),
        next: Cell::new(0),
        tally: RefCell::default(),
    });
    let watch = Rc::new(watch);
    let senders = LocalSet::new();
    for _ in 0..concurrency {
        let (shared, watch) = (shared.clone(), watch.clone());
        senders.spawn_local(async move { shared.send_until_done(&*watch).await });
    }
    tokio::select! {
        () = senders => {}
        interrupted = tokio::signal::ctrl_c() => {
            interrupted.context("failed to listen for signals")?;
        }
    }
    Ok(shared.tally.take())
}

fn client(url: &str) -> reqwest::Result<Client> {
    // An error means that a provider is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .timeout(REQUEST_TIMEOUT)
        .redirect(Policy::none());
    if url.starts_with("http://") {
        // No TLS, so no certificates: a machine without any can still reach lambda-local.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

impl Shared {
    async fn send_until_done(&self, watch: &impl Fn(&Tally)) {
        while let Some(number) = self.take_number() {
            if let Some(rate) = self.load.rate {
                let due = self.started + Duration::from_secs_f64(number as f64 / rate);
                tokio::time::sleep_until(due.into()).await;
            }
            self.send_one().await;
            watch(&self.tally.borrow());
        }
    }

    fn take_number(&self) -> Option<u64> {
        let number = self.next.get();
        self.next.set(number + 1);
        (number < self.load.requests).then_some(number)
    }

    async fn send_one(&self) {
        let started = Instant::now();
        match self.request().await {
            Ok((version, status)) => {
                self.tally
                    .borrow_mut()
                    .answered(version, status, started.elapsed());
            }
            Err(error) => self.tally.borrow_mut().failed(cause(&error)),
        }
    }

    async fn request(&self) -> reqwest::Result<(Option<String>, u16)> {
        let response = self.client.get(&self.load.url).send().await?;
        let status = response.status().as_u16();
        let version = response.headers().get(&self.load.version_header);
        let version = version
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        // An answer counts when it is complete.
        response.bytes().await?;
        Ok((version, status))
    }
}

/// The innermost cause says what happened; the outer ones repeat the address.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
