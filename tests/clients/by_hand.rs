//! `deploy-scripts/by-hand`: the mechanism with the AWS CLI alone, and what `bluegreen` says of it.

use serde_json::{Value, json};

use crate::harness::{Finished, ROLE, Server, packages, repository};

impl Server {
    fn by_hand(&self, script: &str, args: &[&str]) -> Finished {
        let script = repository().join("deploy-scripts/by-hand").join(script);
        let mut command = self.client(script.to_str().unwrap(), args);
        let arch = match std::env::consts::ARCH {
            "aarch64" => "arm64",
            arch => arch,
        };
        command.env("ARCH", arch);
        Finished::run(command)
    }

    fn status(&self) -> Value {
        let status = self.bluegreen(&["status", "--output", "json"]);
        status.succeeds().json()
    }

    /// Function `hello` with blue as version 1 and green as version 2, made by hand; and the address.
    fn made_by_hand() -> (Self, String) {
        let (server, folder) = (Self::start(), packages());
        let zip = |color: &str| format!("{}/{color}.zip", folder.path().display());
        let created = server.by_hand("create.sh", &["hello", "live", ROLE, &zip("blue")]);
        let url = created.succeeds().stdout.trim().to_owned();
        assert_eq!(server.status()["weights"], json!({"1": 1.0}));
        let published = server.by_hand("publish.sh", &["hello", &zip("green"), "by hand"]);
        assert_eq!(published.succeeds().stdout, "2\n");
        assert_eq!(server.status()["versions"][1]["description"], "by hand");
        (server, url)
    }
}

#[test]
fn a_release_by_hand_goes_from_create_to_rollback() {
    let (server, url) = Server::made_by_hand();
    server.bluegreen(&["doctor", "--to", "2"]).succeeds();
    let answer = || server.request("GET", &url, b"").text();
    assert_eq!(answer(), "Hello From Blue Deployment");

    let alias = ["hello", "live"];
    let shifted = server.by_hand("shift.sh", &["hello", "live", "2", "0.1"]);
    let shifted = shifted.succeeds().json();
    assert_eq!(server.status()["weights"], json!({"1": 0.9, "2": 0.1}));
    assert_eq!(server.status()["revisionId"], shifted["RevisionId"]);

    let promoted = server.by_hand("promote.sh", &alias).succeeds();
    assert_eq!(promoted.stderr, "to go back: rollback.sh hello live 1\n");
    assert_eq!(server.status()["weights"], json!({"2": 1.0}));
    assert_eq!(answer(), "Hello From Green Deployment");

    let back = server.by_hand("rollback.sh", &["hello", "live", "1"]);
    back.succeeds();
    assert_eq!(server.status()["weights"], json!({"1": 1.0}));
    assert_eq!(answer(), "Hello From Blue Deployment");
}

#[test]
fn a_split_is_rolled_back_by_hand_without_naming_a_version() {
    let (server, _) = Server::made_by_hand();
    let shift = ["hello", "live", "2", "0.5"];
    server.by_hand("shift.sh", &shift).succeeds();
    server.by_hand("rollback.sh", &["hello", "live"]).succeeds();
    assert_eq!(server.status()["weights"], json!({"1": 1.0}));
    let nothing = server.by_hand("promote.sh", &["hello", "live"]);
    nothing.fails_with(1, &["error: alias live sends all traffic to version 1"]);
}

#[test]
fn a_script_without_its_arguments_says_which() {
    let server = Server::start();
    for script in ["create", "publish", "shift", "promote", "rollback"] {
        let script = format!("{script}.sh");
        let usage = format!("usage: {script} FUNCTION");
        server.by_hand(&script, &[]).fails_with(1, &[&usage]);
    }
}

#[test]
fn a_script_is_under_twenty_lines() {
    let folder = repository().join("deploy-scripts/by-hand");
    for script in std::fs::read_dir(folder).unwrap() {
        let script = script.unwrap().path();
        let text = std::fs::read_to_string(&script).unwrap();
        assert!(text.lines().count() < 20, "{}", script.display());
        assert!(text.contains("set -euo pipefail"), "{}", script.display());
    }
}
