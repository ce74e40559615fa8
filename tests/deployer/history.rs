//! The releases that there were: from CloudTrail, or from the alias alone.

use serde_json::Value;

use crate::harness::{Call, Fate, Finished, Load, Proxy, Server, program, rollout};

fn released() -> Server {
    let server = Server::with_blue();
    server.publish("green");
    server.publish("red");
    let _load = Load::start(&server, 60);
    let quick = ["--strategy", "canary:50%/2s", "--certified", "20%", "--to"];
    for (version, code) in [("2", 0), ("3", 3)] {
        let plan = [&quick[..], &[version]].concat();
        server.bluegreen(&rollout(&plan)).exits(code);
    }
    server
}

fn told(history: &Value) -> Vec<(Option<u64>, u64, &str)> {
    let releases = history["releases"].as_array().unwrap().iter();
    let told = releases.map(|release| {
        (
            release["fromVersion"].as_u64(),
            release["toVersion"].as_u64().unwrap(),
            release["outcome"].as_str().unwrap(),
        )
    });
    told.collect()
}

#[test]
fn each_release_is_told_with_its_end_its_reason_and_how_long_it_took() {
    let server = released();
    server.bluegreen(&["shift", "10%", "--to", "3"]).succeeds();
    let history = server.bluegreen(&["history", "--output", "json"]);
    let history = history.succeeds().json();
    let expected = [
        (Some(2), 3, "underWay"),
        (Some(2), 3, "rolledBack"),
        (Some(1), 2, "promoted"),
        (None, 1, "served"),
    ];
    assert_eq!(told(&history), expected, "{history:#}");
    let back = &history["releases"][1];
    assert!(
        back["reason"].as_str().unwrap().starts_with("errors "),
        "{back}"
    );
    assert!(history["releases"][2]["tookSeconds"].as_u64().unwrap() >= 2);
    let text = server.bluegreen(&["history"]).succeeds().stdout;
    let lines: Vec<&str> = text.lines().collect();
    let date = |line: &str| {
        let numbers = line
            .get(2..18)
            .unwrap()
            .replace(|c: char| c.is_ascii_digit(), "0");
        numbers == "0000-00-00 00:00"
    };
    assert!(lines[1..4].iter().all(|line| date(line)), "{text}");
    assert!(lines[2].contains("version 2 to 3  rolled back"), "{text}");
}

#[test]
fn where_cloudtrail_may_not_be_read_the_alias_says_what_it_knows() {
    let server = released();
    let proxy = Proxy::start(&server.url, |call: &Call, _| {
        match call.body.contains("UpdateAlias20150331") {
            true => Fate::Refuse(400, "AccessDeniedException"),
            false => Fate::Pass,
        }
    });
    let mut command = server.command(program("bluegreen"));
    command
        .args(["history", "--output", "json"])
        .env("AWS_ENDPOINT_URL", &proxy.url);
    let finished = Finished::run(command).exits(0);
    let said = "CloudTrail cannot be asked (cloudtrail:LookupEvents)";
    assert!(finished.stderr.contains(said), "{}", finished.stderr);
    let history = finished.json();
    assert_eq!(history["source"], "alias");
    let expected = [
        (Some(2), 3, "rolledBack"),
        (None, 2, "served"),
        (None, 1, "served"),
    ];
    assert_eq!(told(&history), expected, "{history:#}");
}
