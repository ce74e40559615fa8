//! What lambda-local shows at a terminal, and that whoever reads it, or does not, cannot stop it.

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
    Server, program,
    terminal::{CTRL_C, CTRL_Q, CTRL_S, Terminal, plain},
    until,
};

/// lambda-local in a terminal as wide as most are.
fn started(options: &[&str]) -> (Terminal, Server) {
    let command = plain(program("lambda-local"))
        .args(["--port", "0", "--ephemeral"])
        .args(options);
    let terminal = Terminal::start(command, 30, 80);
    let server = announced(&terminal);
    (terminal, server)
}

fn announced(terminal: &Terminal) -> Server {
    terminal.shows("what runs");
    let export = terminal.shows("export AWS_ENDPOINT_URL=");
    Server::at(export.split_once('=').unwrap().1)
}

fn echoing(server: &Server) {
    server.create_misbehaving(
        "f",
        &json!({ "Environment": { "Variables": { "ECHO": "log" } } }),
    );
}

/// An API in front of function `hello`, which it may not invoke: each request is a warning.
fn forbidden_api(server: &Server) -> String {
    server.create("blue").succeeds();
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:hello:live";
    let api = json!({ "name": "other", "protocolType": "HTTP", "target": arn });
    let made = server.request("POST", "/v2/apis", api.to_string().as_bytes());
    made.json()["apiEndpoint"].as_str().unwrap().to_owned()
}

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
        let (mut terminal, server) = started(&[]);
        let functions = server.lambda("GET", "", &Value::Null);
        assert_eq!(functions.json()["Functions"], json!([]));
        terminal.types(CTRL_C);
        assert_eq!(terminal.ends(), Some(0));
    }
}

#[test]
fn the_announcement_names_the_page_and_the_page_shows_the_exports_again() {
    let (terminal, server) = started(&[]);
    terminal.shows(&format!("The page at {}/ shows", server.url));
    let page = server.request("GET", "/", b"").text();
    let lines = terminal.lines();
    let exports = lines
        .iter()
        .filter_map(|line| line.strip_prefix("  export"));
    let exports: Vec<String> = exports.map(|rest| format!("export{rest}\n")).collect();
    assert_eq!(exports.len(), 3);
    assert!(page.contains(&exports.concat()), "{page}");
}

#[test]
fn each_request_is_a_line_with_version_path_and_status_in_the_colour_of_its_outcome() {
    let (terminal, server) = started(&[]);
    server.create("blue").succeeds();
    let url = server.api_url();
    assert_eq!(
        server
            .request("GET", &format!("{url}/orders/7"), b"")
            .status,
        200
    );
    let line = terminal.shows("GET /orders/7");
    assert!(
        line.contains("  200 ") && line.contains("hello:live → 1  GET"),
        "{line}"
    );
    assert!(line.chars().count() < 80, "{line}");
    echoing(&server);
    server.invoke("f", &json!("error"));
    let line = terminal.shows("  invoke");
    assert!(
        line.contains("  error ") && line.contains("f → $LATEST"),
        "{line}"
    );
    let printed = terminal.printed.text();
    assert!(printed.contains("\x1b[32m200"), "green: {printed}");
    assert!(printed.contains("\x1b[31merror"), "red: {printed}");
    let other = server.request("GET", &format!("{url}-not/there"), b"");
    assert_eq!(other.status, 404);
    terminal.shows("GET /there");
}

#[test]
fn a_handler_that_answers_500_is_told_from_one_that_failed() {
    let server = Server::start();
    server.create("misbehaving").succeeds();
    let url = server.api_url();
    let answer = br#"{"statusCode":500}"#.iter();
    let answer: String = answer.map(|byte| format!("{byte:02x}")).collect();
    server.request("GET", &format!("{url}/own?answer={answer}"), b"");
    let red = server.publish("red").to_string();
    server.bluegreen(&["promote", "--to", &red]).succeeds();
    until("red fails", || {
        let answer = server.request("GET", &format!("{url}/failed"), b"");
        (answer.status == 500).then_some(())
    });
    let own = until("it is shown", || shown(&server, "GET /own"));
    assert!(own.contains("  500 "), "{own}");
    let failed = until("it is shown", || shown(&server, "GET /failed  error"));
    assert!(failed.contains("  500 "), "{failed}");
    assert!(
        !server.printed.text().contains('\x1b'),
        "no colours in a pipe"
    );
}

#[test]
fn what_runs_on_when_its_client_is_gone_is_shown_when_it_ends() {
    let server = Server::start();
    server.create("misbehaving").succeeds();
    let request = ureq::get(format!("{}/?hang=yes", server.api_url())).config();
    let gives_up = request.timeout_global(Some(Duration::from_millis(200)));
    assert!(gives_up.build().call().is_err());
    let line = until("it is shown", || shown(&server, "nobody waited"));
    assert!(line.contains("  timeout "), "{line}");
}

fn shown(server: &Server, end: &str) -> Option<String> {
    let printed = server.printed.text();
    let mut lines = printed.lines();
    lines.find(|line| line.ends_with(end)).map(str::to_owned)
}

fn line_with(text: &str, what: &str) -> Option<String> {
    let mut lines = text.lines();
    lines.find(|line| line.contains(what)).map(str::to_owned)
}

#[test]
fn no_color_is_obeyed() {
    let command = plain(program("lambda-local"))
        .args(["--port", "0", "--ephemeral"])
        .env("NO_COLOR", "1");
    let terminal = Terminal::start(command, 30, 80);
    let server = announced(&terminal);
    echoing(&server);
    server.invoke("f", &json!("error"));
    terminal.shows("  invoke");
    assert!(!terminal.printed.text().contains('\x1b'));
}

#[test]
fn what_a_function_prints_is_shown_under_its_request_where_that_is_asked_for() {
    let server = Server::with(&["--logs", "full"]);
    echoing(&server);
    server.invoke("f", &json!("print"));
    until("what it printed is shown", || {
        let printed = server.printed.text();
        let (_, under) = printed.split_once("  invoke\n")?;
        let lines: Vec<&str> = under.lines().collect();
        let expected = [
            "    START RequestId: ",
            "    a line of the function's",
            "    and one on",
        ];
        let shown = lines
            .iter()
            .zip(expected)
            .all(|(line, start)| line.starts_with(start));
        (shown && lines.len() > 4 && lines[4].starts_with("    REPORT")).then_some(())
    });
    let init = json!({ "Environment": { "Variables": { "INIT": "exit" } } });
    server.create_misbehaving("g", &init);
    server.invoke("g", &json!("print"));
    until("its end is shown", || {
        line_with(&server.printed.text(), "    Runtime.ExitError")
    });
}

#[test]
fn logs_as_they_are_and_no_logs_are_options() {
    let json = Server::with(&["--logs", "json"]);
    let none = Server::with(&["--logs", "none"]);
    for server in [&json, &none] {
        echoing(server);
        server.invoke("f", &json!("print"));
    }
    until("the raw line is shown", || {
        json.printed
            .text()
            .contains("\na line of the function's\n")
            .then_some(())
    });
    assert!(!json.printed.text().contains("  invoke"));
    let printed = none.printed.clone();
    assert!(none.stop().success());
    assert!(
        printed.text().ends_with("and what runs.\n\n"),
        "{}",
        printed.text()
    );
}

#[test]
fn a_reader_who_never_reads_standard_output_stops_neither_the_server_nor_its_end() {
    for logs in ["short", "full", "json"] {
        let (server, _unread) = Server::unread(&["--logs", logs]);
        echoing(&server);
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
    echoing(&server);
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
    let left_out = line_with(&read, " lines not shown").unwrap();
    assert!(left_out.starts_with("… "), "{left_out}");
}

#[test]
fn a_terminal_that_is_stopped_stops_neither_the_server_nor_its_end() {
    let (mut terminal, server) = started(&[]);
    echoing(&server);
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

#[test]
fn what_was_shown_last_is_printed_before_the_end() {
    let server = Server::start();
    echoing(&server);
    server.invoke("f", &json!("exit-7"));
    let printed = server.printed.clone();
    assert!(server.stop().success());
    until("the line is there", || {
        line_with(&printed.text(), "  failure ")
    });
}
