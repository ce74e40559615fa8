//! The project's contract with AWS, tried on lambda-local.

use std::fs;

use serde_json::Value;

use crate::harness::{Finished, Server, path, program, repository};

fn contract(server: &Server, answer: &str, answers: &str) -> Finished {
    let line = format!("echo {answer} | tests/aws/contract.sh");
    let mut command = server.client("bash", &["-c", &line]);
    command
        .env("BLUEGREEN", program("bluegreen"))
        .env("BLUE", program("blue"))
        .env("GREEN", program("green"))
        .env("RED", program("red"))
        .env("ANSWERS", answers)
        .env("QUICK", "1")
        .env("STEP", "2s")
        .env_remove("AWS_DEFAULT_REGION");
    Finished::run(command)
}

/// What was answered, without how long it took.
fn answers(file: &std::path::Path) -> Value {
    let mut answers: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let answers_of = answers.as_object_mut().unwrap();
    answers_of.retain(|question, _| !question.starts_with("seconds"));
    answers
}

/// What `make test-aws` runs, so that it is known to run before anybody pays for it. A run before it
/// was killed.
#[test]
fn the_contract_with_aws_holds_on_lambda_local() {
    let server = Server::start();
    let left = "bluegreen-test-0123abcd";
    let create = ["--function", left, "create", "--binary", &path("blue")];
    server.bluegreen(&create).succeeds();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.json");
    let finished = contract(&server, "y", file.to_str().unwrap()).succeeds();
    let stdout = &finished.stdout;
    for said in [left, "all of it holds"] {
        assert!(stdout.contains(said), "no {said:?} in {stdout}");
    }
    let functions = server.request("GET", "/2015-03-31/functions", b"").json();
    assert_eq!(functions["Functions"].as_array().unwrap().len(), 0);
    let known = repository().join("tests/aws/lambda-local.json");
    if std::env::var_os("WRITE_ANSWERS").is_some() {
        let answers = serde_json::to_string_pretty(&answers(&file)).unwrap();
        fs::write(&known, answers + "\n").unwrap();
    }
    assert_eq!(
        answers(&file),
        answers(&known),
        "WRITE_ANSWERS=1 writes them anew"
    );

    contract(&server, "n", "/nonexistent").exits(1);
}
