//! `--dry-run`: says what would be done, and writes nothing.

use serde_json::Value;

use crate::harness::{Call, Fate, Finished, Proxy, Server, alias, path, program};

/// Runs the deployer with `--dry-run`, and makes sure that it only reads.
fn rehearse(server: &Server, args: &[&str]) -> Finished {
    let proxy = Proxy::start(&server.url, |call: &Call, _| {
        // Metrics are read by POST; Lambda is told of the dry run in the body.
        let reads = call.method == "GET" || call.is_metrics() || call.path.ends_with("/code");
        match reads {
            true => Fate::Pass,
            false => Fate::Refuse(400, "WroteInADryRun"),
        }
    });
    let mut command = server.command(program("bluegreen"));
    command
        .args(args)
        .arg("--dry-run")
        .env("AWS_ENDPOINT_URL", &proxy.url);
    Finished::run(command).succeeds()
}

#[test]
fn create_says_what_is_missing() {
    let server = Server::with(&[]);
    let rehearsed = rehearse(&server, &["create", "--binary", &path("blue")]);
    for line in [
        "would make function hello",
        "would make alias live",
        "would make HTTP API",
        "nothing was changed",
    ] {
        assert!(rehearsed.stdout.contains(line), "{}", rehearsed.stdout);
    }
    for (api, line) in [
        ("rest", "would make REST API"),
        ("url", "would make URL of the alias"),
    ] {
        let rehearsed = rehearse(&server, &["create", "--api", api]);
        assert!(rehearsed.stdout.contains(line), "{}", rehearsed.stdout);
    }
    server.create("blue").succeeds();
    let rehearsed = rehearse(&server, &["create"]);
    assert!(
        !rehearsed.stdout.contains("would make"),
        "{}",
        rehearsed.stdout
    );
}

#[test]
fn publish_and_deploy_say_which_version_it_would_be() {
    let server = Server::with_blue();
    let binary = path("green");
    let rehearsed = rehearse(&server, &["publish", "--binary", &binary]);
    assert!(
        rehearsed.stdout.contains("published as version 2"),
        "{}",
        rehearsed.stdout
    );
    let rehearsed = rehearse(&server, &["publish", "--binary", &path("blue")]);
    assert!(
        rehearsed
            .stdout
            .contains("version 1 of hello has this code already")
    );
    let deploy = ["deploy", "--binary", &binary, "--strategy", "canary:10%/5m"];
    let rehearsed = rehearse(&server, &deploy);
    for text in [
        "published as version 2",
        "from version 1 to version 2",
        "step 1: 10%",
        "nothing was written",
    ] {
        assert!(rehearsed.stdout.contains(text), "{}", rehearsed.stdout);
    }
    let status = server.bluegreen(&["status", "--output", "json"]).json();
    assert_eq!(status["versions"].as_array().unwrap().len(), 1);
    let function = server
        .lambda("GET", "/hello/configuration", &Value::Null)
        .json();
    let version = server
        .lambda("GET", "/hello/configuration?Qualifier=1", &Value::Null)
        .json();
    assert_eq!(
        function["CodeSha256"], version["CodeSha256"],
        "the code was not uploaded"
    );
}

#[test]
fn whoever_moves_the_alias_by_hand_reads_first_what_it_would_be() {
    let server = Server::with_blue();
    server.publish("green");
    let before = alias(&server);
    for args in [
        &["shift", "10%", "--to", "2"][..],
        &["promote", "--to", "2"],
        &["rollback", "--to", "2"],
    ] {
        let said = rehearse(&server, args).stdout;
        assert!(said.contains("nothing was written"), "{said}");
    }
    assert_eq!(alias(&server), before);
}
