//! What is published, and what is released again only where that is said.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::harness::{
    Fate, Finished, Load, Proxy, Server, alias, base64_of, program, rollout, says, serves, weights,
    zip_of,
};

#[test]
fn publishing_the_same_build_again_is_no_new_version() {
    let server = Server::with_blue();
    let again = |color: &str| {
        let binary = program(color);
        server
            .bluegreen(&["publish", "--binary", binary.to_str().unwrap()])
            .succeeds()
    };
    assert!(
        again("blue")
            .stdout
            .contains("version 1 of hello has this code already")
    );
    assert!(again("green").stdout.contains("published version 2"));
    assert!(
        again("green")
            .stdout
            .contains("version 2 of hello has this code already")
    );
}

/// Not only what the function has now counts, nor only the newest version.
#[test]
fn publishing_what_any_version_is_made_of_names_that_version() {
    let server = Server::with_blue();
    server.publish("green");
    assert_eq!(server.publish("blue"), 1);
    let listed = server.lambda("GET", "/hello/versions", &Value::Null).json();
    assert_eq!(listed["Versions"].as_array().unwrap().len(), 3);
    // The same code under another configuration is something new.
    let change = json!({ "MemorySize": 256 });
    server.lambda("PUT", "/hello/configuration", &change);
    assert_eq!(server.publish("blue"), 3);
    assert_eq!(server.publish("blue"), 3);
}

#[test]
fn a_version_made_of_what_serves_already_is_nothing_to_release() {
    let server = Server::with_blue();
    server.publish("green");
    server.update_code("hello", &zip_as_published(&server));
    let published = server.lambda("POST", "/hello/versions", &Value::Null);
    assert_eq!(published.json()["Version"], "3");
    let before = alias(&server);
    let told = server.bluegreen(&["rollout", "--to", "3"]).succeeds();
    let said = "version 3 is made of what version 1 is made of: there is nothing to release";
    assert!(told.stdout.contains(said), "{}", told.stdout);
    assert_eq!(alias(&server), before);
}

/// Version 1's package, byte by byte.
fn zip_as_published(server: &Server) -> Vec<u8> {
    let found = server.lambda("GET", "/hello?Qualifier=1", &Value::Null);
    let location = found.json()["Code"]["Location"].clone();
    server.request("GET", location.as_str().unwrap(), b"").body
}

#[test]
fn while_the_alias_is_split_deploy_publishes_nothing() {
    let server = Server::with_blue();
    server.publish("green");
    server.bluegreen(&["shift", "10%", "--to", "2"]).succeeds();
    let red = program("red");
    let deployed = server.bluegreen(&["deploy", "--binary", red.to_str().unwrap()]);
    deployed.fails_with(
        1,
        &[
            "nothing was published",
            "split between version 1 and version 2 already",
        ],
    );
    let listed = server.lambda("GET", "/hello/versions", &Value::Null).json();
    assert_eq!(listed["Versions"].as_array().unwrap().len(), 3);
}

#[test]
fn a_version_that_was_rolled_back_is_released_again_only_where_that_is_said() {
    let server = Server::with_blue();
    server.publish("green");
    server.bluegreen(&["promote", "--to", "2"]).succeeds();
    server.bluegreen(&["rollback"]).succeeds();
    let green = program("green");
    let switch = ["--strategy", "all-at-once"];
    for release in [
        &["rollout", "--to", "2"][..],
        &["rollout", "--to", "2", "--strategy", "all-at-once"],
        &[
            "deploy",
            "--binary",
            green.to_str().unwrap(),
            "--strategy",
            "all-at-once",
        ],
    ] {
        let refused = server.bluegreen(release).exits(1);
        for said in [
            "version 2 was rolled back at",
            ": by hand;\nrelease it again?",
            "--again",
        ] {
            assert!(refused.stderr.contains(said), "{}", refused.stderr);
        }
    }
    assert_eq!(weights(&server), json!({ "1": 1.0 }));
    let again = [&["rollout", "--to", "2", "--again"][..], &switch].concat();
    server.bluegreen(&again).succeeds();
    assert_eq!(weights(&server), json!({ "2": 1.0 }));
}

/// Uploads and publishes in one call, as pipelines with the AWS CLI do: the version is Pending.
fn publish_at_once(server: &Server, color: &str) {
    let code = std::fs::read(program(color)).unwrap();
    let zip = base64_of(&zip_of("bootstrap", 0o755, &code));
    let request = json!({ "ZipFile": zip, "Publish": true });
    let published = server.lambda("PUT", "/hello/code", &request);
    assert_eq!(published.json()["State"], "Pending");
}

#[test]
fn a_version_that_is_still_being_set_up_gets_no_traffic_before() {
    let server = Server::with(&["--transition", "1500"]);
    server.create("blue").succeeds();
    let load = Load::start(&server, 50);
    publish_at_once(&server, "green");
    let switched = server.bluegreen(&rollout(&["--strategy", "all-at-once"]));
    says(&switched.exits(0), &["still setting version 2 up"]);
    serves(&server, "2");
    for (color, moved) in [
        ("blue", &["shift", "10%", "--to", "3"]),
        ("green", &["shift", "5%", "--to", "4"]),
    ] {
        publish_at_once(&server, color);
        let shifted = server.bluegreen(moved).succeeds();
        says(&shifted, &["still setting version"]);
        server.bluegreen(&["rollback"]).succeeds();
    }
    load.ends_without_a_failure();
}

/// As it is in a VPC, and where somebody else has just changed the configuration.
#[test]
fn publish_waits_for_an_update_before_it_and_for_the_version_behind_it() {
    const ACTIVE: &str = r#""State":"Active""#;
    const PENDING: &str = r#""State":"Pending""#;
    let server = Server::with_blue();
    let (tries, looks) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let proxy = Proxy::start(&server.url, move |call, done| {
        let publishes = call.method == "POST" && call.path.ends_with("/versions");
        let looks_at_it = call.path.ends_with("/configuration?Qualifier=2");
        if publishes && !done && tries.fetch_add(1, Ordering::SeqCst) < 2 {
            let words = "The operation cannot be performed at this time. An update is in progress \
                         for resource: arn:aws:lambda:us-east-1:000000000000:function:hello";
            return Fate::RefuseSaying(409, "ResourceConflictException", words);
        }
        let pending = publishes || (looks_at_it && looks.fetch_add(1, Ordering::SeqCst) < 3);
        match done && pending {
            true => Fate::Rewrite(ACTIVE, PENDING),
            false => Fate::Pass,
        }
    });
    let mut command = server.command(program("bluegreen"));
    command
        .args(["publish", "--binary"])
        .arg(program("green"))
        .env("AWS_ENDPOINT_URL", &proxy.url);
    let published = Finished::run(command).succeeds();
    says(
        &published,
        &["still setting version 2 up", "published version 2"],
    );
}

#[test]
fn a_version_that_cannot_be_set_up_or_sleeps_gets_no_traffic() {
    let server = Server::with_blue();
    server.publish("green");
    for (state, said) in [
        (
            r#""State":"Failed","StateReason":"no such subnet""#,
            "could not set version 2 up: no such subnet",
        ),
        (
            r#""State":"Inactive""#,
            "aws lambda invoke --function-name hello --qualifier 2",
        ),
    ] {
        let proxy = Proxy::start(&server.url, move |call, done| {
            match done && call.path.ends_with("/configuration?Qualifier=2") {
                true => Fate::Rewrite(r#""State":"Active""#, state),
                false => Fate::Pass,
            }
        });
        for moved in [
            &["promote", "--to", "2"][..],
            &["shift", "10%", "--to", "2"],
            &["rollout"],
        ] {
            let mut command = server.command(program("bluegreen"));
            command.args(moved).env("AWS_ENDPOINT_URL", &proxy.url);
            Finished::run(command).fails_with(1, &[said]);
        }
    }
    serves(&server, "1");
}
