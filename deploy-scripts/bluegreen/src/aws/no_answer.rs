//! Which address did not answer, and what to look at then.

use std::{error::Error, fmt, net::IpAddr};

use reqwest::Url;

/// Where a call goes to.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) text: String,
    pub(super) is_loopback: bool,
}

impl Address {
    pub(super) fn of(url: &str) -> Self {
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
pub(super) fn is_loopback(url: &Url) -> bool {
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
    pub(super) address: Address,
    pub(super) why: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Unreachable,
    /// Something is there and says nothing.
    Silent,
    /// What it says is no answer.
    Garbled,
    /// It is not who it should be, as far as this machine knows.
    Untrusted,
}

impl NoAnswer {
    /// What to look at.
    pub(super) const fn advice(&self) -> &'static str {
        match (self.kind, self.address.is_loopback) {
            (Kind::Garbled, _) => {
                "look at --endpoint-url and AWS_ENDPOINT_URL: what is there is not AWS"
            }
            (Kind::Untrusted, _) => {
                "where an authority of your own signs it, such as a proxy's, name a file of the \
                 certificates to trust in SSL_CERT_FILE"
            }
            (Kind::Unreachable, true) => {
                "is lambda-local running? `make local` starts it, and prints the address to set in \
                 AWS_ENDPOINT_URL"
            }
            (Kind::Silent, true) => {
                "is it lambda-local that listens there? `make local` starts it, and prints the \
                 address to set in AWS_ENDPOINT_URL; --call-timeout 60s waits longer"
            }
            (Kind::Unreachable, false) => {
                "look at the region (--region, AWS_REGION), at --endpoint-url and AWS_ENDPOINT_URL, \
                 and at the network"
            }
            (Kind::Silent, false) => {
                "look at the network, and at --endpoint-url and AWS_ENDPOINT_URL; --call-timeout \
                 60s waits longer"
            }
        }
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (address, why) = (&self.address.text, &self.why);
        match self.kind {
            Kind::Garbled => write!(f, "what {address} answers cannot be read: {why}"),
            Kind::Untrusted => write!(f, "{address} is not trusted: {why}"),
            _ => write!(f, "nothing answers at {address}: {why}"),
        }
    }
}

impl Error for NoAnswer {}

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
