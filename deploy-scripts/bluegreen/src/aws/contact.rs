//! Nobody is left waiting without a word: says which address is waited for, and names it where
//! nothing answers.

use std::{
    error::Error,
    fmt,
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
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
use reqwest::Url;

use crate::output::note;

/// After this long it is said what is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// Tries of a call that nobody answers: together they take the time of a call.
pub(super) const TRIES: u32 = 3;

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
                    contact.answered(&address);
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

    fn answered(&self, by: &Address) {
        *self.since() = None;
        self.here.store(by.is_loopback, Ordering::Relaxed);
    }

    /// Whether it is this machine that answers: then it runs the functions, too.
    pub(crate) fn is_here(&self) -> bool {
        self.here.load(Ordering::Relaxed)
    }

    fn since(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The error with the address. What a further try would not mend is not tried again: where
    /// nothing listens on this machine, and where nobody has answered for the time of a call.
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
        let heard = !silent && !error.is_io();
        let error = Box::new(NoAnswer {
            address,
            why,
            heard,
        });
        match silent {
            _ if refused || over || heard => ConnectorError::other(error, None),
            true => ConnectorError::timeout(error),
            false => ConnectorError::io(error),
        }
    }
}

/// Where a call goes to.
#[derive(Debug)]
struct Address {
    text: String,
    is_loopback: bool,
}

impl Address {
    fn of(url: &str) -> Self {
        Url::parse(url).map_or_else(
            |_| Self {
                text: url.to_owned(),
                is_loopback: false,
            },
            |url| Self {
                text: url.origin().ascii_serialization(),
                is_loopback: is_loopback(&url),
            },
        )
    }
}

/// Whether this machine answers there.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
    ip.map_or_else(
        |_| host == "localhost" || host.ends_with(".localhost"),
        |ip| ip.is_loopback(),
    )
}

/// Nothing came from an address, or nothing that is HTTP.
#[derive(Debug)]
pub(super) struct NoAnswer {
    address: Address,
    why: String,
    /// Something came that is no answer.
    heard: bool,
}

impl NoAnswer {
    /// What to look at.
    pub(super) const fn advice(&self) -> &'static str {
        match (self.heard, self.address.is_loopback) {
            (true, _) => "look at --endpoint-url and AWS_ENDPOINT_URL: what is there is not AWS",
            (false, true) => {
                "is lambda-local running? `make local` starts it, and prints the address to set in \
                 AWS_ENDPOINT_URL; --call-timeout 60s waits longer"
            }
            (false, false) => {
                "look at the region (--region, AWS_REGION), at --endpoint-url and AWS_ENDPOINT_URL, \
                 and at the network; --call-timeout 60s waits longer"
            }
        }
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, why) = (&self.address.text, &self.why);
        match self.heard {
            true => write!(f, "what {address} answers cannot be read: {why}"),
            false => write!(f, "nothing answers at {address}: {why}"),
        }
    }
}

impl Error for NoAnswer {}

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

#[cfg(test)]
mod tests {
    use super::{Url, is_loopback};

    #[test]
    fn this_machine_is_told_by_its_name_and_its_addresses() {
        let here = |url: &str| is_loopback(&Url::parse(url).unwrap());
        for url in [
            "http://127.0.0.1:4566",
            "http://127.1.2.3/",
            "http://[::1]:4566",
            "http://localhost:4566",
            "http://api.localhost",
        ] {
            assert!(here(url), "{url}");
        }
        for url in [
            "https://lambda.eu-central-1.amazonaws.com",
            "http://10.0.0.1",
        ] {
            assert!(!here(url), "{url}");
        }
    }
}
