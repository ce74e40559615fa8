//! Whatever is given wrong, the error says what was tried and what to do, and nothing changes.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Fate, Finished, Proxy, ROLE, Server, path, program, zip_of};

#[test]
fn a_weight_that_is_none_is_refused_before_any_call() {
    let server = Server::with_blue();
    for (weight, advice) in [
        ("0", "such as 10% or 0.1"),
        ("0%", "such as 10% or 0.1"),
        ("100", "such as 10% or 0.1"),
        ("100%", "such as 10% or 0.1"),
        ("NaN", "such as 10% or 0.1"),
        ("-5%", "such as 10% or 0.1"),
        ("ten", "such as 10% or 0.1"),
        ("10", "for a share in percent write 10%"),
        ("1.5", "for a share in percent write 1.5%"),
    ] {
        let refused = server.bluegreen(&["shift", "--to", "2", "--", weight]);
        refused.fails_with(2, &["is not a weight", advice]);
    }
}

#[test]
fn a_version_that_is_none_is_refused() {
    let server = Server::with_blue();
    for version in ["0", "$LATEST", "live"] {
        server
            .bluegreen(&["promote", "--to", version])
            .fails_with(2, &["is not a published version"]);
    }
    server.bluegreen(&["promote", "--to", "9"]).fails_with(
        1,
        &[
            "failed to promote version 9",
            "Function not found",
            "`bluegreen status` lists",
        ],
    );
}

#[test]
fn moves_that_make_no_sense_are_refused() {
    let server = Server::with_blue();
    server.publish("green");
    server.publish("red");
    server
        .bluegreen(&["shift", "10%"])
        .fails_with(1, &["bluegreen shift 10% --to 2"]);
    server
        .bluegreen(&["promote"])
        .fails_with(1, &["bluegreen promote --to 2"]);
    server
        .bluegreen(&["shift", "10%", "--to", "1"])
        .fails_with(1, &["version 1 already serves everything"]);
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    server
        .bluegreen(&["shift", "10%", "--to", "3"])
        .fails_with(1, &["promote that one or roll it back first"]);
}

#[test]
fn what_is_not_there_is_named() {
    let server = Server::with(&[]);
    server.bluegreen(&["status"]).fails_with(
        1,
        &["has no alias 'live'", "in region us-east-1", "bluegreen"],
    );
    let blue = path("blue");
    server
        .bluegreen(&["publish", "--binary", &blue])
        .fails_with(1, &["there is no function 'hello'", "bluegreen create"]);
    server
        .bluegreen(&["create"])
        .fails_with(1, &["needs its code: --binary FILE or --zip FILE"]);
    server
        .bluegreen(&["traffic"])
        .fails_with(1, &["there is no API 'hello-live'", "--url"]);
}

#[test]
fn a_file_that_lambda_could_not_run_is_refused() {
    let server = Server::with_blue();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for (option, path, texts) in [
        (
            "--binary",
            file("text", b"hello"),
            ["is not an executable for Linux", "cargo lambda build"],
        ),
        (
            "--binary",
            folder.path().join("none").to_str().unwrap().to_owned(),
            ["failed to read", "No such file"],
        ),
        (
            "--binary",
            file("other", &executable_of(other_machine())),
            ["it was built for", "build it for the function's"],
        ),
        (
            "--binary",
            file("cut", &executable_of(other_machine())[..40]),
            ["Lambda could not start", "it is damaged"],
        ),
        (
            "--zip",
            file("empty.zip", &zip_of("readme", 0o644, b"x")),
            ["has no file 'bootstrap'", "cargo lambda build"],
        ),
        (
            "--zip",
            file("no.zip", b"no zip"),
            ["cannot be read as a zip", "no.zip"],
        ),
        (
            "--binary",
            file("big", &large()),
            ["the package is", "--release"],
        ),
    ] {
        server
            .bluegreen(&["publish", option, &path])
            .fails_with(1, &texts);
    }
    let listed = server.lambda("GET", "/hello/versions", &Value::Null).json();
    assert_eq!(listed["Versions"].as_array().unwrap().len(), 2);
}

#[test]
fn a_script_whose_interpreter_is_not_there_is_refused() {
    let server = Server::with_blue();
    let folder = tempfile::tempdir().unwrap();
    let (script, path) = (b"#!/no/such/program\n", folder.path().join("script"));
    for (option, content) in [
        ("--binary", script.to_vec()),
        ("--zip", zip_of("bootstrap", 0o755, script)),
    ] {
        fs::write(&path, content).unwrap();
        let refused = server.bluegreen(&["publish", option, path.to_str().unwrap()]);
        let texts = ["it needs /no/such/program", "bring the interpreter along"];
        refused.fails_with(1, &texts);
    }
}

/// What `create` would upload runs on this machine: a build for Lambda's other processor does not.
#[test]
fn a_function_that_this_machine_could_not_start_is_not_created() {
    let server = Server::with(&[]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    fs::write(&path, executable_of(other_machine())).unwrap();
    let created = server.bluegreen(&["create", "--binary", path.to_str().unwrap()]);
    let here = "this machine, which runs the function, is";
    created.fails_with(
        1,
        &["failed to create function 'hello'", here, "`cargo build`"],
    );
    let found = server.lambda("GET", "/hello/configuration", &Value::Null);
    assert_eq!(found.status, 404);
}

/// The head of an executable with nothing in it.
fn executable_of(machine: u8) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(64, 0);
    (bytes[18], bytes[52]) = (machine, 64);
    bytes
}

/// The one of Lambda's two processors that this machine does not have.
fn other_machine() -> u8 {
    const X86_64: u8 = 62;
    const ARM64: u8 = 183;
    match std::env::consts::ARCH {
        "x86_64" => ARM64,
        _ => X86_64,
    }
}

/// An executable that does not get smaller when it is zipped.
fn large() -> Vec<u8> {
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    b"\x7fELF"
        .iter()
        .copied()
        .chain(noise.flatten())
        .take(52 << 20)
        .collect()
}

#[test]
fn without_credentials_or_region_the_error_says_how_to_give_them() {
    let server = Server::with(&[]);
    let mut command = server.command(program("bluegreen"));
    command
        .arg("status")
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY");
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    Finished::run(command).fails_with(
        1,
        &["no AWS credentials", "set AWS_PROFILE or", "lambda-local"],
    );

    let mut command = server.command(program("bluegreen"));
    command
        .arg("status")
        .env_remove("AWS_REGION")
        .env_remove("AWS_DEFAULT_REGION");
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    Finished::run(command).fails_with(1, &["no AWS region is set", "--region"]);
}

#[test]
fn every_command_says_what_to_do_about_a_function_that_is_not_there() {
    let server = Server::with(&[]);
    let blue = path("blue");
    let release = ["deploy", "--binary", &blue];
    for command in [
        &["status"][..],
        &["rollout"],
        &["rollout", "--to", "2"],
        &release,
        &["promote"],
    ] {
        server
            .bluegreen(command)
            .fails_with(1, &["--alias live create"]);
    }
}

#[test]
fn an_alias_at_unpublished_code_is_not_touched() {
    let server = Server::with_blue();
    let alias = json!({ "Name": "next", "FunctionVersion": "$LATEST" });
    assert_eq!(server.lambda("POST", "/hello/aliases", &alias).status, 201);
    server
        .bluegreen(&["promote", "--alias", "next", "--to", "1"])
        .fails_with(
            1,
            &["the alias points at $LATEST", "aws lambda update-alias"],
        );
}

#[test]
fn what_aws_refuses_comes_with_what_to_do() {
    let server = Server::with_blue();
    for (status, code, advice) in [
        (
            403,
            "AccessDeniedException",
            "`bluegreen policy` prints what the deployer needs",
        ),
        (
            403,
            "ExpiredTokenException",
            "sign in again with `aws sso login`",
        ),
        (
            403,
            "UnrecognizedClientException",
            "aws sts get-caller-identity",
        ),
        (403, "InvalidSignatureException", "a clock that is wrong"),
    ] {
        let proxy = Proxy::start(&server.url, move |_, _| Fate::Refuse(status, code));
        let mut command = server.command(program("bluegreen"));
        command.arg("status").env("AWS_ENDPOINT_URL", &proxy.url);
        Finished::run(command).fails_with(1, &[code, advice]);
    }
}

/// A role that was made a moment ago is waited for, so this takes a minute.
#[test]
fn a_role_that_lambda_may_not_assume_is_named_with_what_it_needs() {
    let server = Server::with(&[]);
    let proxy = Proxy::start(&server.url, |call, _| match call.method.as_str() {
        "POST" => Fate::RefuseSaying(
            400,
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        _ => Fate::Pass,
    });
    let mut command = server.command(program("bluegreen"));
    command
        .args(["create", "--role", ROLE, "--binary", &path("blue")])
        .env("AWS_ENDPOINT_URL", &proxy.url);
    Finished::run(command).fails_with(1, &["cannot be assumed", "trust policy", "sts:AssumeRole"]);
}
