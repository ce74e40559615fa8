//! boto3, and botocore's own models of the services.

use std::fs;

use serde_json::json;

use crate::harness::{Server, program, repository};

#[test]
fn boto3_walks_the_same_way() {
    let server = Server::start();
    let blue = program("blue");
    let args = [
        "tests/clients/walk_with_boto3.py",
        blue.to_str().unwrap(),
        "functions/events/http-api.json",
    ];
    let walked = server.run("python3", &args);
    assert_eq!(walked.stdout, "boto3 is content\n");
}

#[test]
fn boto3_puts_metrics_and_alarms_on_expressions() {
    let server = Server::with_blue();
    server.bluegreen(&["traffic", "--requests", "5"]).succeeds();
    let script = repository().join("tests/clients/cloudwatch_with_boto3.py");
    let finished = server.run("python3", &[script.to_str().unwrap()]);
    assert_eq!(finished.stdout.trim(), "boto3 is content");
}

#[test]
fn boto3_reads_logs_in_pages_and_as_they_are_printed() {
    let server = Server::start();
    let echo = json!({ "Environment": { "Variables": { "ECHO": "log" } } });
    server.create_misbehaving("f", &echo);
    let script = repository().join("tests/clients/logs_with_boto3.py");
    let finished = server.run("python3", &[script.to_str().unwrap()]);
    assert_eq!(finished.stdout.trim(), "boto3 is content");
}

#[test]
fn every_answer_is_what_botocores_models_say() {
    let server = Server::start();
    let script = repository().join("tests/clients/ways_in_with_boto3.py");
    let blue = program("blue");
    let args = [script.to_str().unwrap(), blue.to_str().unwrap()];
    let finished = server.run("python3", &args);
    assert_eq!(finished.stdout.trim(), "boto3 is content");
}

#[test]
fn what_is_here_is_what_awss_models_name_and_the_rest_is_refused_so_that_clients_say_it() {
    let server = Server::start();
    let script = repository().join("tests/clients/operations_with_boto3.py");
    let list = repository().join("lambda-local/OPERATIONS.md");
    let args = [script.to_str().unwrap(), list.to_str().unwrap()];
    let finished = server.run("python3", &args);
    assert_eq!(finished.stdout.trim(), "boto3 is content");
}

/// All but the first line, which says of which day it is.
#[test]
fn the_constraints_are_what_botocores_model_says_today() {
    let folder = repository().join("lambda-local/src/lambda/api/constraints");
    let script = folder.join("generate.py");
    let printed = Server::start().run("python3", &[script.to_str().unwrap()]);
    let kept = fs::read_to_string(folder.join("table.json")).unwrap();
    let rows = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    assert!(
        rows(&printed.stdout) == rows(&kept),
        "`make constraints` writes it anew"
    );
}
