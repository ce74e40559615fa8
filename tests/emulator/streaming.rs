//! A function that streams its answer is heard while it answers.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};

use crate::harness::{
    Server,
    function_url::{open, server, url},
};

/// A streaming URL of a function, and the file that lets its stream at `/slowly` go on.
fn streaming() -> (Server, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let gate = folder.path().join("gate");
    let variables = json!({ "Environment": { "Variables": { "GATE": gate } } });
    let (server, address) = server(&variables, "NONE");
    open(&server);
    let mode = json!({ "InvokeMode": "RESPONSE_STREAM" });
    let changed = url(&server, "PUT", "live", &mode);
    assert_eq!(changed.json()["InvokeMode"], "RESPONSE_STREAM");
    (server, address, folder)
}

/// Reads until this is among it.
fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut read = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let so_far = String::from_utf8_lossy(&read).into_owned();
        if so_far.contains(text) {
            return so_far;
        }
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "the answer ended with {so_far}");
        read.extend_from_slice(&buffer[..count]);
    }
}

#[test]
fn a_client_of_a_streaming_url_reads_the_beginning_before_the_end_is_there() {
    let (server, address, folder) = streaming();
    let host = server.url.strip_prefix("http://").unwrap();
    let path = address.strip_prefix(&server.url).unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET {path}slowly HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let begin = read_until(&mut stream, "begin");
    assert!(begin.starts_with("HTTP/1.1 200"), "{begin}");
    assert!(!begin.contains("end"), "{begin}");
    fs::write(folder.path().join("gate"), "").unwrap();
    read_until(&mut stream, "end");
}

#[test]
fn a_stream_can_begin_with_a_status_and_headers() {
    let (server, address, _folder) = streaming();
    let answer = server.request("GET", &format!("{address}with-head"), b"");
    assert_eq!((answer.status, answer.text()), (201, "first second".into()));
    assert_eq!(answer.header("x-own"), Some("1"));
    assert_eq!(answer.header("set-cookie"), Some("a=b"));
}

#[test]
fn a_stream_that_the_function_breaks_off_is_not_taken_for_complete() {
    let (_server, address, _folder) = streaming();
    // Where the failure comes at once, not even the head may have been sent.
    let broken = ureq::get(format!("{address}breaks"))
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_string());
    let error = broken.unwrap_err();
    let answered = matches!(error, ureq::Error::StatusCode(_));
    assert!(!answered, "it breaks off, and is no answer: {error}");
}

#[test]
fn a_streaming_url_passes_a_whole_answer_on() {
    let (server, address, _folder) = streaming();
    let answer = server.request("GET", &address, b"").json();
    assert_eq!(answer["rawPath"], "/");
}

#[test]
fn a_buffered_call_gets_what_a_function_streams_in_one_piece() {
    let server = Server::start();
    server.create_misbehaving("f", &Value::Null);
    assert_eq!(server.invoke("f", &json!("stream")).text(), "one two three");
    let failed = server.invoke("f", &json!("stream-error"));
    assert_eq!(failed.header("x-amz-function-error"), Some("Unhandled"));
    assert_eq!(failed.json()["errorType"], "Broken");
}
