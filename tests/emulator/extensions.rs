//! Extensions that a function's own process registers, and the end that it is told of for that.

use std::{fs, thread};

use serde_json::{Value, json};

use crate::harness::{Server, program, repository, until, zip_of};

fn create_graceful(server: &Server) {
    let bootstrap = fs::read(program("graceful")).unwrap();
    server.create_function("f", &zip_of("bootstrap", 0o755, &bootstrap), &Value::Null);
    server.lambda("POST", "/f/versions", &Value::Null);
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    server.lambda("POST", "/f/aliases", &alias);
}

fn is_invoked(server: &Server) {
    let event = fs::read(repository().join("functions/events/http-api.json")).unwrap();
    let event: Value = serde_json::from_slice(&event).unwrap();
    let answer = server.invoke("f:live", &event);
    assert_eq!(answer.header("x-amz-function-error"), None);
}

fn log(server: &Server) -> Vec<String> {
    let target = [("x-amz-target", "Logs_20140328.FilterLogEvents")];
    let request = json!({ "logGroupName": "/aws/lambda/f" }).to_string();
    let answer = server.request_with("POST", "/", &target, request.as_bytes());
    let events = answer.json()["events"].clone();
    let messages = events.as_array().unwrap().iter();
    messages
        .map(|event| event["message"].as_str().unwrap().to_owned())
        .collect()
}

/// How many requests the function has said that it counted.
fn counted(log: &[String]) -> u64 {
    let lines = log
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok());
    lines
        .filter_map(|line: Value| line["Requests"].as_u64())
        .sum()
}

#[test]
fn a_process_with_an_extension_is_told_of_its_end_and_writes_what_it_has_left() {
    let server = Server::start();
    create_graceful(&server);
    (0..3).for_each(|_| is_invoked(&server));
    assert!(counted(&log(&server)) < 3, "nothing is left");
    server.lambda("DELETE", "/f", &Value::Null);
    let log = until("it has ended", || {
        let log = log(&server);
        let ended = log.iter().any(|line| line.contains("shutdown completed"));
        ended.then_some(log)
    });
    assert!(log.iter().any(|line| line == "[runtime] SIGTERM received"));
    assert_eq!(counted(&log), 3, "{log:#?}");
}

#[test]
fn a_server_that_ends_waits_for_a_process_with_an_extension() {
    let server = Server::with(&["--logs", "json"]);
    create_graceful(&server);
    is_invoked(&server);
    let printed = server.printed.clone();
    assert_eq!(server.terminate().code(), Some(0));
    until("its last lines are there", || {
        printed.text().contains("shutdown completed").then_some(())
    });
}

/// A server with one environment of function `f` at most, in which an extension is told of
/// invocations; and the file that it waits for with each, if it does.
fn with_an_extension_that_waits(timeout: u64) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let gate = folder.path().join("gate");
    let variables = json!({ "EXTENSION": "wait", "GATE": gate });
    let server = Server::with(&["--max-environments", "1"]);
    let configuration = json!({ "Timeout": timeout, "Environment": { "Variables": variables } });
    server.create_misbehaving("f", &configuration);
    (server, folder)
}

#[test]
fn an_invocation_is_answered_before_extensions_are_done_and_the_next_waits_for_them() {
    let (server, folder) = with_an_extension_that_waits(60);
    let pid = server.invoke("f", &json!("pid")).text();
    let second = thread::scope(|scope| {
        let second = scope.spawn(|| server.invoke("f", &json!("pid")));
        until("the extension is told", || {
            let log = log(&server);
            log.iter().any(|line| line.ends_with("told")).then_some(())
        });
        fs::write(folder.path().join("gate"), "").unwrap();
        second.join().unwrap()
    });
    assert_eq!(second.text(), pid, "the environment lives on");
    let log = log(&server);
    let nth = |text: &str, n| {
        let lines = log.iter().enumerate();
        let mut lines = lines.filter(|(_, line)| line.starts_with(text));
        lines.nth(n).map(|(index, _)| index)
    };
    let (answered, done) = (nth("REPORT", 0), nth("the extension is done", 0));
    assert!(answered < done && done < nth("START", 1), "{log:#?}");
}

#[test]
fn an_extension_that_is_not_done_within_the_timeout_ends_its_environment() {
    let (server, _folder) = with_an_extension_that_waits(1);
    let [one, next] = [(); 2].map(|()| server.invoke("f", &json!("pid")));
    assert!(one.status == 200 && one.text() != next.text());
    let log = log(&server);
    let late = "Extensions were not done after 1 seconds: the environment ends";
    assert!(log.iter().any(|line| line.ends_with(late)), "{log:#?}");
}
