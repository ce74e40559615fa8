//! The page at `/` shows what runs, and no web page may call a service.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::harness::{Server, zip_of};

fn split() -> Server {
    let server = Server::with_blue();
    let red = server.publish("red").to_string();
    server.bluegreen(&["shift", "20%", "--to", &red]).succeeds();
    server
        .bluegreen(&["traffic", "--requests", "20"])
        .succeeds();
    server
}

#[test]
fn the_page_shows_the_weights_and_the_way_in() {
    let server = split();
    let page = server.request("GET", "/", b"");
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let text = page.text();
    assert!(text.contains("width:80%"), "{text}");
    assert!(text.contains("2: 20%"), "{text}");
    assert!(
        text.contains(&format!("href=\"{}\"", server.api_url())),
        "{text}"
    );
}

#[test]
fn what_others_wrote_is_text_on_the_page_and_nothing_else() {
    let server = Server::with_blue();
    let evil = "<script>alert(1)</script>";
    let configuration = serde_json::json!({ "Description": evil });
    let changed = server.lambda("PUT", "/hello/configuration", &configuration);
    assert_eq!(changed.status, 200);
    let text = server.request("GET", "/", b"").text();
    assert!(text.contains("&lt;script&gt;alert(1)"), "{text}");
    assert!(!text.contains(evil));
}

/// A page that tries all ports of this machine takes no invocation from a function.
#[test]
fn a_page_cannot_call_the_runtime_api() {
    let server = Server::start();
    let script = r#"#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
code=$(curl -s -o /dev/null -w '%{http_code}' -H 'origin: http://page.example' $api/invocation/next)
curl -s -d "{\"errorMessage\":\"the page got $code\",\"errorType\":\"T\"}" $api/init/error
"#;
    let zip = zip_of("bootstrap", 0o755, script.as_bytes());
    server.create_function("f", &zip, &Value::Null);
    let answer = server.invoke("f", &Value::Null).text();
    assert!(answer.contains("the page got 403"), "{answer}");
}

#[test]
fn a_host_that_was_named_is_admitted() {
    let server = Server::with(&["--allow-host", "lambda.example"]);
    let list = |host: &str| {
        let path = "/2015-03-31/functions";
        server.request_with("GET", path, &[("host", host)], b"")
    };
    assert_eq!(list("lambda.example").status, 200);
    let refused = list("other.example");
    assert_eq!(refused.status, 421);
    assert!(refused.text().contains("--allow-host other.example"));
}

#[test]
fn a_web_page_cannot_call_the_services() {
    let server = Server::with_blue();
    let path = "/2015-03-31/functions/hello/invocations";
    for header in [
        ("origin", "https://page.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("host", "page.example"),
    ] {
        let answer = server.request_with("POST", path, &[header], b"{}");
        assert!(
            matches!(answer.status, 403 | 421),
            "{header:?}: {}",
            answer.status
        );
    }
    // What a function answers is a page of the server's own origin.
    for header in [
        ("origin", server.url.as_str()),
        ("origin", "http://caf\u{e9}"),
        ("sec-fetch-site", "same-origin"),
    ] {
        for (method, path) in [("GET", "/2015-03-31/functions"), ("POST", "/")] {
            let answer = server.request_with(method, path, &[header], b"");
            assert_eq!(answer.status, 403, "{header:?} {path}");
        }
    }
    let own = [("sec-fetch-site", "same-origin")];
    assert_eq!(server.request_with("GET", "/", &own, b"").status, 200);
    let typed = [("sec-fetch-site", "none")];
    let list = server.request_with("GET", "/2015-03-31/functions", &typed, b"");
    assert_eq!(list.status, 200);
    // The APIs are there to be called by pages.
    let page = [("origin", "https://page.example")];
    let answer = server.request_with("GET", &server.api_url(), &page, b"");
    assert_eq!(answer.status, 200);
    assert_eq!(server.lambda("GET", "/hello", &Value::Null).status, 200);
}

#[test]
fn a_page_that_is_looked_at_does_not_hold_the_server_up_when_it_ends() {
    let server = Server::with(&[]);
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    let request = format!("GET /_local/events HTTP/1.1\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while !line.starts_with("data: ") {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "it goes on");
    }
    assert!(line.contains("<h1>lambda-local"), "{line}");
    let begun = Instant::now();
    server.stop();
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}
