//! Who may call the services: clients on this machine, and no web page.

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};

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

pub(crate) fn refused_host(host: &str) -> Response {
    let text = format!(
        "lambda-local listens on this machine only and was asked for host '{host}'; \
         use 127.0.0.1 or localhost\n"
    );
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

/// Browsers say which page sends a request. No page of another origin may call the services: it
/// could run code on this machine. AWS's clients send neither header.
pub(crate) fn is_of_this_machine(request: &Request) -> bool {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let same = |origin: &str| {
        let host = header(header::HOST.as_str()).unwrap_or_default();
        origin.strip_prefix("http://") == Some(host)
    };
    header(header::ORIGIN.as_str()).is_none_or(same)
        && header("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"))
}

pub(crate) fn refused_page() -> Response {
    let text = "a page of another origin may not call the services of lambda-local\n";
    (StatusCode::FORBIDDEN, text).into_response()
}
