//! An invocation ends as on AWS, whatever the bootstrap does, and the next one is answered.

use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::harness::{Answer, Server, until, zip_of};

fn server() -> Server {
    let server = Server::start();
    server.create_misbehaving("f", &json!({ "Timeout": 1 }));
    server
}

#[track_caller]
fn fails(answer: &Answer, kind: &str, message_end: &str) {
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-amz-function-error"), Some("Unhandled"));
    let error = answer.json();
    assert_eq!(error["errorType"], kind);
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.ends_with(message_end), "{message}");
}

#[test]
fn an_answer_comes_back_with_the_version_that_gave_it() {
    let server = server();
    let answer = server.invoke("f", &json!({ "a": 1 }));
    assert_eq!((answer.status, answer.json()), (200, json!({ "a": 1 })));
    assert_eq!(answer.header("x-amz-executed-version"), Some("$LATEST"));
    assert_eq!(answer.header("x-amz-function-error"), None);
    server.lambda("POST", "/f/versions", &Value::Null);
    server.lambda(
        "POST",
        "/f/aliases",
        &json!({ "Name": "live", "FunctionVersion": "1" }),
    );
    for target in ["f:1", "f:live"] {
        assert_eq!(
            server
                .invoke(target, &json!(1))
                .header("x-amz-executed-version"),
            Some("1")
        );
    }
}

#[test]
fn an_error_of_the_handler_is_passed_on() {
    fails(&server().invoke("f", &json!("error")), "Broken", "as asked");
}

#[test]
fn a_process_that_ends_is_replaced() {
    let server = server();
    fails(
        &server.invoke("f", &json!("exit")),
        "Runtime.ExitError",
        "Error: Runtime exited without providing a reason",
    );
    fails(
        &server.invoke("f", &json!("exit-7")),
        "Runtime.ExitError",
        "Error: Runtime exited with error: exit status 7",
    );
    assert_eq!(server.invoke("f", &json!("well")).json(), "well");
}

#[test]
fn an_invocation_that_takes_too_long_is_ended_and_its_process_with_it() {
    let server = server();
    let before = server.invoke("f", &json!("pid")).json();
    fails(
        &server.invoke("f", &json!("hang")),
        "Sandbox.Timedout",
        "Error: Task timed out after 1.00 seconds",
    );
    let after = server.invoke("f", &json!("pid")).json();
    assert_ne!(before, after);
    until("the process has ended", || {
        has_ended(&before.to_string()).then_some(())
    });
}

#[test]
fn a_process_that_prints_for_ever_is_ended_after_its_time_all_the_same() {
    let server = server();
    let begun = Instant::now();
    fails(
        &server.invoke("f", &json!("print-for-ever")),
        "Sandbox.Timedout",
        "Error: Task timed out after 1.00 seconds",
    );
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(server.invoke("f", &json!("well")).json(), "well");
}

#[test]
fn an_idle_process_that_is_killed_is_replaced_unnoticed() {
    let server = server();
    for _ in 0..20 {
        let pid = server.invoke("f", &json!("pid")).json().to_string();
        assert!(
            Command::new("kill")
                .args(["-9", &pid])
                .status()
                .unwrap()
                .success()
        );
        until("it has ended", || has_ended(&pid).then_some(()));
        let answer = server.invoke("f", &json!("pid"));
        assert_eq!(
            answer.header("x-amz-function-error"),
            None,
            "{}",
            answer.text()
        );
        assert_ne!(answer.json().to_string(), pid);
    }
}

#[test]
fn an_answer_that_is_too_large_is_refused_and_the_process_goes_on() {
    let server = server();
    let before = server.invoke("f", &json!("pid")).json();
    let answer = server.invoke("f", &json!("too-large"));
    fails(
        &answer,
        "Function.ResponseSizeTooLarge",
        "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 \
         bytes).",
    );
    assert_eq!(server.invoke("f", &json!("pid")).json(), before);
}

#[test]
fn answers_that_were_not_asked_for_change_nothing() {
    let server = server();
    let answered = server.invoke("f", &json!("wrong-id")).json();
    assert!(answered.as_str().unwrap().contains("400"), "{answered}");
    assert_eq!(server.invoke("f", &json!("twice")).json(), 1);
    assert_eq!(
        server.invoke("f", &json!("still here")).json(),
        "still here"
    );
}

#[test]
fn a_runtime_that_cannot_start_says_why() {
    let server = Server::start();
    let with_init = |init: &str| json!({ "Environment": { "Variables": { "INIT": init } } });
    server.create_misbehaving("reports", &with_init("report"));
    fails(
        &server.invoke("reports", &json!(1)),
        "Init.Broken",
        "cannot start",
    );
    server.create_misbehaving("exits", &with_init("exit"));
    fails(
        &server.invoke("exits", &json!(1)),
        "Runtime.ExitError",
        "Error: Runtime exited with error: exit status 3",
    );
    server.create_function("empty", &zip_of("readme", 0o644, b"x"), &Value::Null);
    fails(
        &server.invoke("empty", &json!(1)),
        "Runtime.InvalidEntrypoint",
        "Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
    );
    server.create_function(
        "plain",
        &zip_of("bootstrap", 0o644, b"#!/bin/sh\n"),
        &Value::Null,
    );
    fails(
        &server.invoke("plain", &json!(1)),
        "Runtime.InvalidEntrypoint",
        "Error: fork/exec /var/task/bootstrap: permission denied",
    );
    let mut other_machine = b"\x7fELF".to_vec();
    other_machine.resize(64, 0);
    other_machine[18] = 8;
    server.create_function(
        "mips",
        &zip_of("bootstrap", 0o755, &other_machine),
        &Value::Null,
    );
    let answer = server.invoke("mips", &json!(1));
    assert!(
        answer.text().contains("exec format error"),
        "{}",
        answer.text()
    );
}

#[test]
fn invocations_at_once_run_in_processes_of_their_own() {
    let server = server();
    let answers: Vec<Value> = thread::scope(|scope| {
        let calls: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| server.invoke("f", &json!("slow")).json()))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    for (index, pid) in answers.iter().enumerate() {
        assert!(!answers[..index].contains(pid), "{answers:?}");
    }
}

#[test]
fn invocations_beyond_the_limit_of_environments_wait_and_are_answered() {
    let server = Server::with(&["--max-environments", "2"]);
    server.create_misbehaving("f", &json!({ "Timeout": 3 }));
    let pids: Vec<Value> = thread::scope(|scope| {
        let calls: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| server.invoke("f", &json!("slow")).json()))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let mut different: Vec<String> = pids.iter().map(Value::to_string).collect();
    different.sort();
    different.dedup();
    assert_eq!(different.len(), 2, "{pids:?}");
}

#[test]
fn a_function_sees_its_own_environment_and_nothing_of_the_servers() {
    let server = Server::start();
    let variables = json!({ "Environment": { "Variables": { "COLOR": "blue" } } });
    server.create_misbehaving("f", &variables);
    let seen = server.invoke("f", &json!("variables")).json();
    let seen: Vec<&str> = seen.as_str().unwrap().lines().collect();
    for expected in [
        "COLOR=blue",
        "AWS_LAMBDA_FUNCTION_NAME=f",
        "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
        "AWS_REGION=us-east-1",
        "_HANDLER=bootstrap",
    ] {
        assert!(seen.contains(&expected), "no {expected} in {seen:?}");
    }
    let names: Vec<&str> = seen
        .iter()
        .filter_map(|line| line.split('=').next())
        .collect();
    for foreign in ["HOME", "CARGO_MANIFEST_DIR", "USER"] {
        assert!(!names.contains(&foreign), "{foreign} in {names:?}");
    }
}

#[test]
fn the_runtime_is_told_what_was_invoked() {
    let server = server();
    server.lambda("POST", "/f/versions", &Value::Null);
    server.lambda(
        "POST",
        "/f/aliases",
        &json!({ "Name": "live", "FunctionVersion": "1" }),
    );
    let headers = server.invoke("f:live", &json!("headers")).json();
    let headers = headers.as_str().unwrap();
    assert!(headers.contains(
        "lambda-runtime-invoked-function-arn: \
         arn:aws:lambda:us-east-1:000000000000:function:f:live"
    ));
    assert!(headers.contains("lambda-runtime-deadline-ms: "));
    assert!(headers.contains("lambda-runtime-trace-id: Root=1-"));
}

#[test]
fn events_and_dry_runs_are_answered_at_once() {
    let server = server();
    let call = |kind: &str, event: &str| {
        let path = "/2015-03-31/functions/f/invocations";
        let headers = [("x-amz-invocation-type", kind)];
        server.request_with("POST", path, &headers, event.as_bytes())
    };
    let event = call("Event", "\"print\"");
    assert_eq!(
        (event.status, event.header("x-amz-executed-version")),
        (202, None)
    );
    assert_eq!(call("DryRun", "{}").status, 204);
    let other = call("Sometimes", "{}");
    assert_eq!(
        other.header("x-amzn-errortype"),
        Some("ValidationException")
    );
    let target = [("x-amz-target", "Logs_20140328.FilterLogEvents")];
    until("the event was run", || {
        let request = json!({ "logGroupName": "/aws/lambda/f" }).to_string();
        let log = server.request_with("POST", "/", &target, request.as_bytes());
        log.text()
            .contains("a line of the function's")
            .then_some(())
    });
}

#[test]
fn what_cannot_be_invoked_is_refused() {
    let server = server();
    let arn = "arn:aws:lambda:us-east-1:000000000000:function";
    let missing = "ResourceNotFoundException";
    server.invoke("f:live", &json!(1)).refuses(
        404,
        missing,
        &format!("Function not found: {arn}:f:live"),
    );
    server.invoke("g", &json!(1)).refuses(
        404,
        missing,
        &format!("Function not found: {arn}:g:$LATEST"),
    );
    let answer = server.request("POST", "/2015-03-31/functions/f/invocations", b"{oops");
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("InvalidRequestContentException")
    );
}

/// A process that has ended may stay as a zombie until its parent has noticed.
fn has_ended(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.map_or(true, |stat| stat.contains(") Z "))
}
