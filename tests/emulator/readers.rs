//! Whoever reads what lambda-local prints, or does not, cannot stop it.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::harness::{
    Server,
    terminal::{CTRL_C, CTRL_Q, CTRL_S},
    until,
};

/// Keeps both processors busy until it is dropped.
struct Busy(Arc<AtomicBool>);

impl Busy {
    fn start() -> Self {
        let done = Arc::new(AtomicBool::new(false));
        for _ in 0..2 {
            let done = done.clone();
            thread::spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self(done)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn two_hundred_starts_in_a_row_announce_themselves_answer_and_end_on_ctrl_c() {
    let _busy = Busy::start();
    for _ in 0..200 {
        let (mut terminal, server) = Server::in_terminal(&[]);
        let functions = server.lambda("GET", "", &Value::Null);
        assert_eq!(functions.json()["Functions"], json!([]));
        terminal.types(CTRL_C);
        assert_eq!(terminal.ends(), Some(0));
    }
}

/// An API in front of function `hello`, which it may not invoke: each request is a warning.
fn forbidden_api(server: &Server) -> String {
    server.create("blue").succeeds();
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:hello:live";
    let api = json!({ "name": "other", "protocolType": "HTTP", "target": arn });
    let made = server.request("POST", "/v2/apis", api.to_string().as_bytes());
    made.json()["apiEndpoint"].as_str().unwrap().to_owned()
}

#[test]
fn a_reader_who_never_reads_standard_output_stops_neither_the_server_nor_its_end() {
    for logs in ["short", "full", "json"] {
        let (server, _unread) = Server::unread(&["--logs", logs]);
        server.create_echoing();
        let line = "x".repeat(1000);
        for _ in 0..1500 {
            assert_eq!(server.invoke("f", &json!(line)).status, 200);
        }
        assert!(server.terminate().success());
    }
}

#[test]
fn a_reader_who_never_reads_standard_error_stops_neither_the_server_nor_its_end() {
    let (server, _unread) = Server::unread(&[]);
    let url = forbidden_api(&server);
    for _ in 0..1000 {
        assert_eq!(server.request("GET", &url, b"").status, 500);
    }
    assert!(server.terminate().success());
}

#[test]
fn a_reader_who_is_gone_does_no_harm() {
    let (server, unread) = Server::unread(&["--logs", "json"]);
    drop(unread);
    let url = forbidden_api(&server);
    for _ in 0..20 {
        assert_eq!(server.request("GET", &url, b"").status, 500);
        assert_eq!(server.invoke("hello", &json!({})).status, 200);
    }
    assert!(server.terminate().success());
}

#[test]
fn a_slow_reader_is_told_how_many_lines_were_left_out() {
    let (server, (mut output, _)) = Server::unread(&["--logs", "json"]);
    server.create_echoing();
    let line = "x".repeat(500_000);
    for _ in 0..20 {
        assert_eq!(server.invoke("f", &json!(line)).status, 200);
    }
    let (mut read, mut buffer) = (String::new(), [0; 1 << 16]);
    until("it says so", || {
        let count = output.read(&mut buffer).unwrap();
        read += &String::from_utf8_lossy(&buffer[..count]);
        read.contains(" lines not shown\n").then_some(())
    });
    let left_out = read
        .lines()
        .find(|line| line.ends_with(" lines not shown"))
        .unwrap();
    assert!(left_out.starts_with("… "), "{left_out}");
}

#[test]
fn a_terminal_that_is_stopped_stops_neither_the_server_nor_its_end() {
    let (mut terminal, server) = Server::in_terminal(&[]);
    server.create_echoing();
    terminal.types(CTRL_S);
    for _ in 0..300 {
        assert_eq!(server.invoke("f", &json!("x")).status, 200);
    }
    terminal.types(CTRL_Q);
    terminal.wait(Duration::from_secs(10), "all lines", |lines| {
        let shown = lines.iter().filter(|line| line.ends_with("  invoke"));
        (shown.count() == 300).then_some(())
    });
    terminal.types(CTRL_S);
    assert_eq!(server.invoke("f", &json!("x")).status, 200);
    terminal.types(CTRL_C);
    assert_eq!(terminal.ends(), Some(0));
}
