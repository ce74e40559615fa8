//! An endpoint and an API behind TLS: AWS's way, and that of a proxy with an authority of its own.

use serde_json::json;

use crate::harness::{Finished, Server, Tls, program};

/// Runs the deployer against an endpoint behind TLS, trusting its authority or not.
fn over_tls(server: &Server, tls: &Tls, args: &[&str], trusted: bool) -> Finished {
    let mut command = server.command(program("bluegreen"));
    command.args(args).env("AWS_ENDPOINT_URL", &tls.url);
    if trusted {
        command.env("SSL_CERT_FILE", tls.authority());
    }
    Finished::run(command)
}

#[test]
fn an_authority_of_ones_own_is_trusted_where_the_environment_names_it() {
    let server = Server::with_blue();
    server.publish("green");
    let tls = Tls::start(&server.url);
    over_tls(&server, &tls, &["promote", "--to", "2"], true).succeeds();
    let status = over_tls(&server, &tls, &["status", "--output", "json"], true);
    assert_eq!(status.succeeds().json()["weights"], json!({ "2": 1.0 }));

    let api = server.api_url();
    let path = api.strip_prefix(&server.url).unwrap();
    let url = format!("{}{path}", tls.url);
    let traffic = [
        "traffic",
        "--url",
        &url,
        "--requests",
        "5",
        "--output",
        "json",
    ];
    let traffic = over_tls(&server, &tls, &traffic, true).succeeds().json();
    assert_eq!(traffic["errors"], 0, "{traffic}");
}

#[test]
fn a_certificate_of_an_unknown_authority_is_refused_and_named() {
    let server = Server::with_blue();
    let tls = Tls::start(&server.url);
    let refused = over_tls(&server, &tls, &["status"], false);
    refused.fails_with(
        1,
        &["is not trusted: invalid peer certificate", "SSL_CERT_FILE"],
    );
}
