//! Nobody is left waiting without a word: says which address is waited for, and names it where
//! nothing answers.

use std::{
    error::Error,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};

use bluegreen_rollout::{
    Seconds,
    plan::{FINE_DATA, Metrics},
};

use super::no_answer::{Address, Kind, NoAnswer};
use crate::terminal::note;

/// After this long it is said what is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// Tries of a call that nobody answers: together they take the time of a call.
pub(super) const TRIES: u32 = 3;

/// How late what a function prints becomes a metric. A guess: `make test-aws` measures it.
const OUTCOME_DELAY: Seconds = Seconds(30);
/// lambda-local says in it how fine and how late its metrics are: `1s+1s`.
const METRICS_HEADER: &str = "x-lambda-local-metrics";

/// An HTTP client that knows where it was left without an answer.
#[derive(Debug)]
pub(super) struct Attentive {
    pub(super) client: SharedHttpClient,
    pub(super) contact: Arc<Contact>,
}

/// What all calls of the program have met so far.
#[derive(Debug, Default)]
pub(crate) struct Contact {
    told: AtomicBool,
    /// Whether this machine gave the last answer.
    here: AtomicBool,
    /// How fine and how late its metrics are, where what answers says so.
    metrics: OnceLock<Metrics>,
    /// When the first call was made that nobody has answered since.
    since: Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Connector {
    connector: SharedHttpConnector,
    contact: Arc<Contact>,
    read_timeout: Duration,
}

impl HttpClient for Attentive {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            connector: self.client.http_connector(settings, components),
            contact: self.contact.clone(),
            read_timeout: settings.read_timeout().unwrap_or_default(),
        })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let address = Address::of(request.uri());
        // A function may take its time.
        let slow = request.uri().contains("/invocations");
        let call = self.connector.call(request);
        let (contact, limit) = (self.contact.clone(), self.read_timeout * TRIES);
        HttpConnectorFuture::new(async move {
            contact.begins();
            let answered = match slow {
                true => call.await,
                false => contact.watch(call, &address).await,
            };
            match answered {
                Ok(response) => {
                    contact.answered(&address, &response);
                    Ok(response)
                }
                Err(error) => Err(contact.name(error, address, limit)),
            }
        })
    }
}

impl Contact {
    /// Waits for the call, and says so where that takes long: once, whatever is waited for later.
    async fn watch(
        &self,
        call: HttpConnectorFuture,
        address: &Address,
    ) -> Result<HttpResponse, ConnectorError> {
        let mut call = std::pin::pin!(call);
        if let Ok(answered) = tokio::time::timeout(PATIENCE, &mut call).await {
            return answered;
        }
        if !self.told.swap(true, Ordering::Relaxed) {
            note(format!("waiting for an answer from {}", address.text));
        }
        call.await
    }

    fn begins(&self) {
        self.since().get_or_insert_with(Instant::now);
    }

    fn answered(&self, by: &Address, response: &HttpResponse) {
        *self.since() = None;
        self.here.store(by.is_loopback, Ordering::Relaxed);
        let said = response.headers().get(METRICS_HEADER);
        if let Some(metrics) = said.and_then(|text| text.parse().ok()) {
            let _ = self.metrics.set(metrics);
        }
    }

    /// As what answers says; otherwise CloudWatch's. Known from the first answer on.
    pub(crate) fn metrics(&self) -> Metrics {
        self.metrics.get().copied().unwrap_or_default()
    }

    /// How fine and how late what functions say is, with which a release takes up to `horizon`:
    /// CloudWatch keeps seconds for three hours.
    pub(crate) fn outcomes(&self, horizon: Seconds) -> Metrics {
        let on_aws = Metrics {
            period: Seconds(1),
            delay: OUTCOME_DELAY,
        };
        let usual = self.metrics.get().copied().unwrap_or(on_aws);
        match horizon.0 > FINE_DATA {
            true => Metrics {
                period: Seconds(60),
                ..usual
            },
            false => usual,
        }
    }

    /// Whether it is this machine that answers: then it runs the functions, too.
    pub(crate) fn is_here(&self) -> bool {
        self.here.load(Ordering::Relaxed)
    }

    fn since(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The error with the address. What a further try would not mend is not tried again: where
    /// nothing listens on this machine, where what answers is not trusted, and where nobody has
    /// answered for the time of a call.
    fn name(&self, error: ConnectorError, address: Address, limit: Duration) -> ConnectorError {
        let silent = error.is_timeout();
        let waited = self.since().map_or(limit, |since| since.elapsed());
        let why = match silent {
            true => format!("no answer within {:.0}s", waited.as_secs_f64()),
            false => innermost(&error),
        };
        let refused = address.is_loopback && why.contains("Connection refused");
        // The pauses between the tries count too.
        let over = silent && waited + limit / (2 * TRIES) >= limit;
        let kind = match () {
            () if silent => Kind::Silent,
            () if why.contains("invalid peer certificate") => Kind::Untrusted,
            () if error.is_io() => Kind::Unreachable,
            () => Kind::Garbled,
        };
        let error = Box::new(NoAnswer { address, why, kind });
        match kind {
            _ if refused || over => ConnectorError::other(error, None),
            Kind::Silent => ConnectorError::timeout(error),
            Kind::Unreachable => ConnectorError::io(error),
            Kind::Garbled | Kind::Untrusted => ConnectorError::other(error, None),
        }
    }
}

/// The cause that says most, without the number that the system gives it.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let text = cause.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_owned()
}
