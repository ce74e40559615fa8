//! cargo-lambda, and what it builds.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::OnceLock,
};

use serde_json::Value;

use crate::harness::{Background, Finished, ROLE, Server, repository, until, zip_of};

/// Builds as they are shipped, made once; red, which is as they are, is watched.
fn lambda_builds(server: &Server) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| build(server, "-p blue -p green -p panicking"));
    repository().join("target/lambda")
}

fn build(server: &Server, packages: &str) {
    let packages = format!("FUNCTIONS={packages}");
    server.run("make", &["build", "ARCH=x86_64", &packages]);
}

#[test]
fn cargo_lambda_deploys_and_invokes_on_lambda_local() {
    let server = Server::start();
    let built = lambda_builds(&server);
    let executable = built.join("blue/bootstrap");
    let endpoint = ["--endpoint-url", &server.url];
    let deploy = [
        "lambda",
        "deploy",
        endpoint[0],
        endpoint[1],
        "--role",
        ROLE,
        "--alias",
        "live",
    ];
    let from = ["--binary-path", executable.to_str().unwrap(), "blue"];
    server.run("cargo", &[&deploy[..], &from[..]].concat());
    let event = "functions/events/http-api.json";
    let invoke = [
        "lambda",
        "invoke",
        "--remote",
        endpoint[0],
        endpoint[1],
        "--alias",
        "live",
    ];
    let invoked = server.run(
        "cargo",
        &[&invoke[..], &["--data-file", event, "blue"]].concat(),
    );
    assert_eq!(invoked.json()["body"], "Hello From Blue Deployment");
    assert_eq!(invoked.json()["headers"]["x-function-version"], "1");
}

#[test]
fn what_cargo_lambda_builds_is_released_by_publish() {
    let server = Server::start();
    let built = lambda_builds(&server);
    let binary = |color: &str| format!("{}/{color}/bootstrap", built.display());
    let mode = fs::metadata(binary("blue")).unwrap().permissions().mode();
    assert_ne!(mode & 0o111, 0, "cargo-lambda's bootstrap is executable");
    let create = ["create", "--binary", &binary("blue"), "--role", ROLE];
    server.bluegreen(&create).succeeds();
    let publish = ["publish", "--binary", &binary("green")];
    server.bluegreen(&publish).succeeds();
    server.bluegreen(&["promote", "--to", "2"]).succeeds();
    let answer = server.request("GET", &server.api_url(), b"");
    assert_eq!(answer.text(), "Hello From Green Deployment");

    // The same source, built once more, is the same package: nothing is published.
    let before = fs::read(binary("green")).unwrap();
    let release = [
        "clean",
        "--profile",
        "function",
        "--target",
        "x86_64-unknown-linux-musl",
        "-p",
        "green",
    ];
    server.run("cargo", &release);
    build(&server, "-p green");
    let after = fs::read(binary("green")).unwrap();
    assert!(after == before, "the builds differ");
    let again = server.bluegreen(&publish).succeeds();
    assert!(
        again.stdout.contains("has this code already"),
        "{}",
        again.stdout
    );
}

#[test]
fn a_handler_that_panics_answers_with_an_error_and_keeps_its_environment() {
    let server = Server::start();
    let code = fs::read(lambda_builds(&server).join("panicking/bootstrap")).unwrap();
    server.create_function("f", &zip_of("bootstrap", 0o755, &code), &Value::Null);
    let event = |path: &str| {
        let event = fs::read(repository().join("functions/events/http-api.json")).unwrap();
        let mut event: Value = serde_json::from_slice(&event).unwrap();
        event["rawPath"] = path.into();
        event["requestContext"]["http"]["path"] = path.into();
        event
    };
    assert_eq!(server.invoke("f", &event("/")).json()["body"], "1");
    let panicked = server.invoke("f", &event("/panic"));
    assert_eq!(panicked.header("x-amz-function-error"), Some("Unhandled"));
    let said = panicked.json()["errorMessage"].as_str().unwrap().to_owned();
    assert!(said.contains("asked to"), "{said}");
    // A new process would begin to count anew.
    assert_eq!(server.invoke("f", &event("/")).json()["body"], "3");
}

#[test]
fn cargo_lambda_watch_and_invoke_work_for_a_function() {
    let server = Server::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let port_argument = format!("PORT={port}");
    let watch = server.client("make", &["watch", "FUNCTION=red", &port_argument]);
    let _watch = Background::start(watch);
    until("cargo lambda watch listens", || {
        TcpStream::connect(("127.0.0.1", port)).ok()
    });
    for event in ["http-api", "rest-api", "function-url"] {
        let event = format!("EVENT={event}");
        let arguments = ["invoke", "FUNCTION=red", &event, &port_argument];
        let invoked = Finished::run(server.client("make", &arguments));
        let said = format!("{}{}", invoked.stdout, invoked.stderr);
        let answered = said.contains("Hello From Red Deployment");
        assert!(
            answered || said.contains("red fails a share of its requests"),
            "{said}"
        );
    }
}
