//! The page at `/` shows what runs, and no page of another origin may do anything.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::harness::Server;

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

#[test]
fn a_page_of_another_origin_cannot_call_the_services() {
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
    let own = [
        ("origin", server.url.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    let list = server.request_with("GET", "/2015-03-31/functions", &own, b"");
    assert_eq!(list.status, 200);
    // The APIs are there to be called by pages.
    let page = [("origin", "https://page.example")];
    let answer = server.request_with("GET", &server.api_url(), &page, b"");
    assert_eq!(answer.status, 200);
    assert_eq!(server.lambda("GET", "/hello", &Value::Null).status, 200);
}

#[test]
fn a_page_that_is_looked_at_does_not_hold_the_server_up_when_it_ends() {
    let server = Server::start();
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
