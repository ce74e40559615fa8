//! Options that no other test needs: each does what it says.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::harness::{Finished, Load, Server, events, program, rollout, serves, until};

#[test]
fn the_chances_are_those_that_were_asked_for() {
    let server = Server::with_blue();
    server.publish("green");
    let _load = Load::start(&server, 50);
    let chances = ["--alpha", "5%", "--beta", "0.1%", "--interval", "1s"];
    let plan = ["--strategy", "canary:50%/2s", "--certified", "20%"];
    let options = [&chances[..], &plan, &["--output", "json"]].concat();
    let finished = server.bluegreen(&rollout(&options)).succeeds();
    let events = events(&finished);
    let mut looks = events.iter().filter(|event| event["event"] == "looked");
    let look = looks.next().unwrap();
    let near = |limit: &Value, chance: f64| (limit.as_f64().unwrap() + chance.ln()).abs() < 1e-9;
    assert!(near(&look["rollbackLimit"], 0.05), "{look}");
    assert!(near(&look["promoteLimit"], 0.001), "{look}");
    serves(&server, "2");
}

#[test]
fn create_gives_the_function_the_timeout_that_was_asked_for() {
    let server = Server::with(&[]);
    let binary = program("blue");
    let create = [
        "create",
        "--binary",
        binary.to_str().unwrap(),
        "--timeout",
        "7",
    ];
    server.bluegreen(&create).succeeds();
    let made = server.lambda("GET", "/hello/configuration", &Value::Null);
    assert_eq!(made.json()["Timeout"], 7);
}

#[test]
fn a_breaker_opens_where_both_versions_fail() {
    let server = Server::with(&[]);
    server.create("red").succeeds();
    for share in ["0.9", "0.8"] {
        server.set_variable("FAIL_SHARE", share, true);
        server.publish("red");
    }
    server.bluegreen(&["promote", "--to", "2"]).succeeds();
    let _load = Load::start(&server, 50);
    let options = ["--strategy", "canary:50%/5m", "--breaker", "50%"];
    let finished = server.bluegreen(&rollout(&options)).exits(3);
    let said = "% of all requests fail";
    assert!(finished.stdout.contains(said), "{}", finished.stdout);
    serves(&server, "2");
}

#[test]
fn an_answer_names_its_version_in_the_header_that_one_says() {
    let server = Server::with_blue();
    let traffic = |options: &[&str]| {
        let options = [&["traffic", "--requests", "3", "--output", "json"], options].concat();
        server.bluegreen(&options).succeeds().json()
    };
    let by_default = traffic(&[]);
    assert_eq!(by_default["versions"][0]["version"], 1, "{by_default}");
    let other = traffic(&["--version-header", "content-type"]);
    assert_ne!(other["versions"][0]["version"], 1, "{other}");
}

#[test]
fn one_connection_sends_one_request_after_the_other() {
    let server = Server::with_blue();
    let traffic = ["traffic", "--requests", "20", "--concurrency", "1"];
    server.bluegreen(&traffic).succeeds();
    assert_eq!(
        server.metric("ConcurrentExecutions", "Maximum", 3600),
        [1.0]
    );
}

/// Credentials of a process, an endpoint and a region: all of a profile.
fn configuration(folder: &Path, url: &str) -> String {
    let script = folder.join("credentials.sh");
    let credentials = json!({ "Version": 1, "AccessKeyId": "local", "SecretAccessKey": "local" });
    fs::write(&script, format!("echo '{credentials}'\n")).unwrap();
    let file = folder.join("config");
    let profile = format!(
        "[profile work]\nregion = us-east-1\nendpoint_url = {url}\ncredential_process = sh {}\n",
        script.display()
    );
    fs::write(&file, profile).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_profile_says_where_aws_is_and_gets_credentials_from_a_process() {
    let server = Server::with_blue();
    let folder = tempfile::tempdir().unwrap();
    let file = configuration(folder.path(), &server.url);
    let status = |options: &[&str], variable: Option<&str>| {
        let mut command = server.command(program("bluegreen"));
        for name in ["ENDPOINT_URL", "REGION", "DEFAULT_REGION", "ACCESS_KEY_ID"] {
            command.env_remove(format!("AWS_{name}"));
        }
        command
            .env_remove("AWS_SECRET_ACCESS_KEY")
            .env("AWS_CONFIG_FILE", &file)
            .args(["status", "--output", "json"])
            .args(options);
        if let Some(profile) = variable {
            command.env("AWS_PROFILE", profile);
        }
        Finished::run(command)
    };
    let weights = json!({ "1": 1.0 });
    for named in [
        status(&["--profile", "work"], None),
        status(&[], Some("work")),
        status(&["--profile", "work"], Some("another")),
    ] {
        assert_eq!(named.succeeds().json()["weights"], weights);
    }
    status(&["--profile", "wrok"], None).fails_with(1, &["wrok"]);
}

#[test]
fn lambda_local_listens_where_it_is_told() {
    let server = Server::with(&["--bind", "127.0.0.2"]);
    let (_, address) = server.url.split_once("//").unwrap();
    assert!(address.starts_with("127.0.0.2:"), "{address}");
    server.create("blue").succeeds();
    let port: u16 = address.split_once(':').unwrap().1.parse().unwrap();
    // The kernel's word for a listener on this address alone, as bytes are in memory. Somebody else
    // may have the port on another.
    let only_there = format!(" 0200007F:{port:04X} 00000000:0000 0A ");
    let listeners = fs::read_to_string("/proc/net/tcp").unwrap();
    assert!(listeners.contains(&only_there), "{listeners}");
}

#[test]
fn lambda_local_says_itself_how_quick_its_metrics_are() {
    let server = Server::with_blue();
    server.publish("green");
    let plan = server.bluegreen(&["rollout", "--dry-run"]).succeeds();
    let told = &plan.stdout;
    assert!(told.contains("metrics of each 1s, up to 1s late"), "{told}");
}

/// As late as the metrics are, nothing is known of what was just answered.
#[test]
fn metrics_come_as_late_as_lambda_local_is_told() {
    let server = Server::with(&["--metric-delay", "3"]);
    server.create("blue").succeeds();
    server.publish("green");
    let told = |options: &[&str]| {
        let dry = [&["rollout", "--dry-run"], options].concat();
        server.bluegreen(&dry).succeeds().stdout
    };
    // As on AWS, where it is not said otherwise.
    let as_on_aws = told(&[]);
    assert!(!as_on_aws.contains("metrics of each"), "{as_on_aws}");
    let fine = told(&["--metric-period", "1s", "--metric-delay", "4s"]);
    assert!(fine.contains("metrics of each 1s, up to 4s late"), "{fine}");
    let sent = std::time::Instant::now();
    server.bluegreen(&["traffic", "--requests", "5"]).succeeds();
    until("the metrics are there", || {
        let values = server.metric("Invocations", "Sum", 1);
        (!values.is_empty()).then_some(())
    });
    assert!(sent.elapsed().as_secs() >= 2, "{:?}", sent.elapsed());
}
