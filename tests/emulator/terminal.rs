//! What lambda-local shows of the requests, at a terminal and in a pipe.

use std::time::Duration;

use serde_json::json;

use crate::harness::{Server, Shell, program, terminal::plain, until};

#[test]
fn the_announcement_names_the_page_and_the_page_shows_the_exports_again() {
    let (terminal, server) = Server::in_terminal(&[]);
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
    let (terminal, server) = Server::in_terminal(&[]);
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
    server.create_echoing();
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
    let server = Server::with(&[]);
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
    let server = Server::with(&[]);
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
    let (terminal, server) = Server::at_terminal(command);
    server.create_echoing();
    server.invoke("f", &json!("error"));
    terminal.shows("  invoke");
    assert!(!terminal.printed.text().contains('\x1b'));
}

#[test]
fn what_a_function_prints_is_shown_under_its_request_where_that_is_asked_for() {
    let server = Server::with(&["--logs", "full"]);
    server.create_echoing();
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
        server.create_echoing();
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
fn what_was_shown_last_is_printed_before_the_end() {
    let server = Server::with(&[]);
    server.create_echoing();
    server.invoke("f", &json!("exit-7"));
    let printed = server.printed.clone();
    assert!(server.stop().success());
    until("the line is there", || {
        line_with(&printed.text(), "  failure ")
    });
}

#[test]
fn after_ctrl_c_the_shell_begins_a_line_of_its_own() {
    let shell = Shell::start();
    let program = program("lambda-local");
    // `; true` keeps the shell itself from ending the line, as it does after a signal.
    shell.begins(&format!("{} --port 0 --ephemeral; true", program.display()));
    shell.terminal.shows("what runs");
    shell.interrupts();
    let lines = shell.terminal.lines();
    assert!(lines.iter().any(|line| line == "^C"), "{lines:#?}");
}
