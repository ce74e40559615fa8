//! What is published, and what is released again only where that is said.

use serde_json::{Value, json};

use crate::harness::{Server, alias, program, weights};

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
