//! Who may call the services: clients on this machine, and no web page.

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, header};

/// The Host header without its port.
pub(crate) fn host_name<B>(request: &Request<B>) -> &str {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

pub(crate) fn names_this_machine(host: &str) -> bool {
    matches!(host, "" | "localhost" | "[::1]")
        || host.ends_with(".localhost")
        || host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Who may call, and by which names: a page whose host's name somebody has come to mean this machine
/// would be of the server's own origin otherwise.
#[derive(Debug, Clone)]
pub(crate) struct Callers {
    /// Whether others than this machine may reach it: by address, since nobody can take that over.
    pub(crate) by_address: bool,
    /// Whether other users of this machine may call.
    pub(crate) of_all_users: bool,
    pub(crate) named: Vec<String>,
}

impl Callers {
    /// This user's own clients on this machine.
    pub(crate) const fn of_this_machine() -> Self {
        Self {
            by_address: false,
            of_all_users: false,
            named: Vec::new(),
        }
    }

    pub(crate) fn admit_host(&self, host: &str) -> bool {
        let address = host.trim_start_matches('[').trim_end_matches(']');
        names_this_machine(host)
            || self.by_address && address.parse::<std::net::IpAddr>().is_ok()
            || self
                .named
                .iter()
                .any(|name| name.eq_ignore_ascii_case(host))
    }
}

pub(crate) fn refused_host(host: &str) -> Response {
    let text = format!(
        "lambda-local was asked for host '{host}', which it does not know; use 127.0.0.1 or \
         localhost, or start it with --allow-host {host}\n"
    );
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

/// What another user's client is told, as it stands on the wire.
pub(crate) const REFUSED_USER: &[u8] = b"HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\
    content-type: text/plain\r\n\r\n\
    this lambda-local is another user's; whoever started it may let all users call it with --open\r\n";

/// Browsers say which page sends a request. No page may call the services: it could run code on this
/// machine, and what a function answers is a page of the same origin. AWS's clients send neither
/// header. lambda-local's own page asks for nothing but what is below `/_local`.
pub(crate) fn is_of_no_page(request: &Request) -> bool {
    let path = request.uri().path();
    let is_own_page =
        request.method() == Method::GET && (path == "/" || path.starts_with("/_local/"));
    let sites: &[&[u8]] = match is_own_page {
        true => &[b"none", b"same-origin"],
        false => &[b"none"],
    };
    let site = request.headers().get("sec-fetch-site");
    !request.headers().contains_key(header::ORIGIN)
        && site.is_none_or(|site| sites.contains(&site.as_bytes()))
}

pub(crate) fn refused_page() -> Response {
    let text = "a web page may not call the services of lambda-local\n";
    (StatusCode::FORBIDDEN, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::Callers;

    #[test]
    fn only_this_machine_an_address_where_it_is_reached_by_one_and_what_was_named_are_admitted() {
        let callers = |by_address, named: &[&str]| Callers {
            by_address,
            of_all_users: false,
            named: named.iter().map(|name| (*name).to_owned()).collect(),
        };
        for host in ["", "localhost", "127.0.0.1", "[::1]", "a.localhost"] {
            assert!(callers(false, &[]).admit_host(host), "{host}");
        }
        for host in ["192.0.2.1", "[2001:db8::1]"] {
            assert!(!callers(false, &[]).admit_host(host), "{host}");
            assert!(callers(true, &[]).admit_host(host), "{host}");
        }
        for host in ["page.example", "192.0.2.1.page.example"] {
            assert!(!callers(true, &[]).admit_host(host), "{host}");
        }
        assert!(callers(false, &["Lambda.example"]).admit_host("lambda.example"));
    }
}
