//! Where nobody answers, or not as AWS does: it is said who, while one waits, and what to look at.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::Instant,
};

use crate::harness::{Finished, Server, program};

#[test]
fn a_server_that_does_not_answer_is_named() {
    let server = Server::with(&[]);
    let refused = server.bluegreen(&["status", "--endpoint-url", "http://127.0.0.1:1"]);
    refused.fails_with(
        1,
        &[
            "failed to read alias 'live'",
            "nothing answers at http://127.0.0.1:1: Connection refused",
            "is lambda-local running? `make local`",
        ],
    );
    let args = ["traffic", "--url", "http://127.0.0.1:1/", "--requests", "3"];
    server
        .bluegreen(&args)
        .fails_with(1, &["none of 3 requests", "Connection refused"]);
}

/// 192.0.2.1 is nobody's.
#[test]
fn an_endpoint_beyond_this_machine_without_tls_is_warned_of() {
    let server = Server::with(&[]);
    let status = |url: &str| {
        let args = ["status", "--endpoint-url", url, "--call-timeout", "1s"];
        server.bluegreen(&args).exits(1).stderr
    };
    let warning = "calls go to http://192.0.2.1:9 in the clear";
    assert!(status("http://192.0.2.1:9").contains(warning));
    for url in [
        "https://192.0.2.1:9",
        "http://127.0.0.1:1",
        "http://localhost:1",
    ] {
        assert!(!status(url).contains("in the clear"), "{url}");
    }
}

/// A port that takes connections and never answers.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

#[test]
fn whoever_never_answers_is_named_while_one_waits_and_given_up_after_fifteen_seconds() {
    let server = Server::with(&[]);
    let (_listener, url) = silent();
    let begun = Instant::now();
    let gave_up = server.bluegreen(&["status", "--endpoint-url", &url]);
    let took = begun.elapsed().as_secs();
    assert!((13..20).contains(&took), "{took} s");
    let waiting = format!("waiting for an answer from {url}\n");
    let nothing = format!("nothing answers at {url}: no answer within 1");
    gave_up.fails_with(1, &[&waiting, &nothing, "--call-timeout 60s waits longer"]);

    let begun = Instant::now();
    let hasty = ["status", "--endpoint-url", &url, "--call-timeout", "1s"];
    let gave_up = server.bluegreen(&hasty);
    // It says how long it did wait, and this machine may have had no time for it.
    assert!(begun.elapsed().as_secs() < 10);
    gave_up.fails_with(1, &["no answer within "]);
}

#[test]
fn what_answers_and_is_not_aws_is_named() {
    let server = Server::with(&[]);
    for (answer, said) in [
        (
            "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno",
            "does not answer as AWS does",
        ),
        ("SSH-2.0-OpenSSH_9\r\n", "what is there is not AWS"),
    ] {
        let (listener, url) = silent();
        thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                let _ = client.read(&mut [0; 4096]);
                let _ = client.write_all(answer.as_bytes());
            }
        });
        server
            .bluegreen(&["status", "--endpoint-url", &url])
            .fails_with(1, &["failed to read alias 'live'", said]);
    }
}

#[test]
fn an_endpoint_that_is_no_address_is_named_with_where_it_comes_from() {
    let server = Server::with(&[]);
    for wrong in ["localhost:4566", "http://", "foo", "ftp://a", ""] {
        server
            .bluegreen(&["status", "--endpoint-url", wrong])
            .fails_with(2, &["--endpoint-url", "such as http://127.0.0.1:4566"]);
    }
    for name in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_LAMBDA"] {
        let mut command = server.command(program("bluegreen"));
        command.arg("status").env(name, "localhost:4566");
        let said = format!("{name} is 'localhost:4566'");
        Finished::run(command).fails_with(1, &[&said, "such as http://127.0.0.1:4566"]);
    }
}

/// What Rust's `{:?}` writes is for those who write the program.
#[test]
fn no_error_shows_what_is_inside_the_program() {
    let server = Server::with(&[]);
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("config");
    fs::write(&profile, "[default]\nendpoint_url = foo\n[profile empty]\n").unwrap();
    let run = |args: &[&str], set: &[(&str, &str)]| {
        let mut command = server.command(program("bluegreen"));
        command.args(args).envs(set.iter().copied());
        let finished = Finished::run(command);
        assert_ne!(finished.code, Some(0), "{args:?}");
        for inside in [
            "Some(",
            "None",
            "Err(",
            "Error {",
            "Request {",
            "kind:",
            "Uri {",
            "SdkBody",
        ] {
            assert!(
                !finished.stderr.contains(inside),
                "{args:?}: {}",
                finished.stderr
            );
        }
    };
    let configured = ("AWS_CONFIG_FILE", profile.to_str().unwrap());
    run(&["status"], &[("AWS_ENDPOINT_URL", ""), configured]);
    run(&["status", "--profile", "nobody"], &[configured]);
    run(&["status", "--endpoint-url", "http://127.0.0.1:1"], &[]);
    run(&["status", "--region", "eu central 1"], &[]);
    run(&["status", "--function", ""], &[]);
    run(&["status", "--function", "a b!"], &[]);
    run(&["rollout"], &[]);
    run(&["publish", "--binary", "/dev/null"], &[]);
    run(&["create", "--binary", "/dev/null"], &[]);
    run(&["traffic"], &[]);
    run(&["doctor"], &[]);
}
