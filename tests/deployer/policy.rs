//! `policy` against the calls that the commands really make: all of them are allowed, and nothing
//! is that is never called.

use std::{
    collections::BTreeSet,
    fs,
    sync::{Arc, Mutex},
};

use serde_json::Value;

use super::needed::{Needed, needs};
use crate::harness::{
    ByVariable, Fate, Finished, Load, Proxy, Server, path, program, repository, rollout, zip_of,
};

/// A server behind a proxy that notes what each call needs.
struct Watched {
    server: Server,
    proxy: Proxy,
    needed: Arc<Mutex<BTreeSet<Needed>>>,
}

impl Watched {
    fn start() -> Self {
        let server = Server::with(&[]);
        let needed = Arc::new(Mutex::new(BTreeSet::new()));
        let noted = needed.clone();
        let proxy = Proxy::start(&server.url, move |call, _| {
            noted.lock().unwrap().extend(needs(call));
            Fate::Pass
        });
        Self {
            server,
            proxy,
            needed,
        }
    }

    fn run(&self, args: &[&str]) -> Finished {
        let mut command = self.server.command(program("bluegreen"));
        command.args(args).env("AWS_ENDPOINT_URL", &self.proxy.url);
        Finished::run(command).succeeds()
    }

    /// What the calls since the last time needed.
    fn take(&self) -> BTreeSet<Needed> {
        std::mem::take(&mut *self.needed.lock().unwrap())
    }
}

/// The actions of a policy with their resources.
fn allowed(policy: &Finished) -> Vec<(String, Vec<String>)> {
    let strings = |value: &Value| -> Vec<String> {
        let values = value.as_array().unwrap().iter();
        values
            .map(|value| value.as_str().unwrap().to_owned())
            .collect()
    };
    let policy = policy.json();
    assert_eq!(policy["Version"], "2012-10-17");
    let statements = policy["Statement"].as_array().unwrap().iter();
    let pairs = statements.flat_map(|statement| {
        let resources = strings(&statement["Resource"]);
        strings(&statement["Action"])
            .into_iter()
            .map(move |action| (action, resources.clone()))
    });
    pairs.collect()
}

/// IAM's wildcard: any text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|text| (0..=text.len()).any(|skipped| matches(rest, &text[skipped..]))),
    }
}

fn allows(policy: &[(String, Vec<String>)], (action, resource): &Needed) -> bool {
    policy.iter().any(|(allowed, resources)| {
        allowed == action && resources.iter().any(|pattern| matches(pattern, resource))
    })
}

#[test]
fn a_policy_allows_what_is_called_and_nothing_else() {
    let watched = Watched::start();
    let created = ["http", "rest", "url"].map(|api| {
        let retention = ["--log-retention", "14d"];
        let create = ["create", "--api", api, "--binary", &path("blue")];
        watched.run(&[&create[..], &retention].concat());
        watched.run(&["create", "--api", api]);
        (api, watched.take())
    });
    releases(&watched);
    let mut release = watched.take();
    let for_release = allowed(&watched.run(&["policy"]));
    let for_setup = created.each_ref().map(|(api, _)| {
        let policy = watched.run(&["policy", "--setup", "--api", api]);
        allowed(&policy)
    });
    watched.take();
    watched.run(&["destroy", "--logs", "--yes"]);
    let destroyed = watched.take();

    // `GetFunction` shows its tags only to those who may see them: a release does without.
    release.retain(|(action, _)| action != "lambda:ListTags");
    for needed in &release {
        assert!(allows(&for_release, needed), "a release may not {needed:?}");
    }
    all_is_called(&for_release, &release);
    // Role, function and alias were made by the first.
    let mut of_function = created[0].1.clone();
    of_function.retain(|(action, _)| !action.starts_with("apigateway:"));
    for ((api, created), policy) in created.iter().zip(&for_setup) {
        let both = [&for_release[..], policy].concat();
        for needed in created {
            assert!(
                allows(&both, needed),
                "create --api {api} may not {needed:?}"
            );
        }
        let called = &(created | &destroyed) | &of_function;
        all_is_called(policy, &called);
    }
}

/// Nothing is allowed that was not called.
#[track_caller]
fn all_is_called(policy: &[(String, Vec<String>)], called: &BTreeSet<Needed>) {
    for (action, resources) in policy {
        for resource in resources {
            let mut calls = called.iter();
            let used = calls.any(|(called, on)| called == action && matches(resource, on));
            assert!(used, "{action} on {resource} is never called");
        }
    }
}

/// All that one does with a function that is there.
fn releases(watched: &Watched) {
    // What the stages lead to is looked for where their variables say it.
    ByVariable::http(&watched.server).set("$default", "live");
    ByVariable::rest(&watched.server).set("prod", "live");
    watched.run(&["publish", "--binary", &path("green")]);
    let load = Load::start(&watched.server, 100);
    let event = repository().join("functions/events/http-api.json");
    let event = event.to_str().unwrap();
    watched.run(&["verify", "--event", event, "--probes", "4", "--warm", "2"]);
    let of_blue = "/2019-09-30/functions/hello/provisioned-concurrency?Qualifier=1";
    let body = br#"{"ProvisionedConcurrentExecutions":1}"#;
    assert_eq!(watched.server.request("PUT", of_blue, body).status, 202);
    watched.run(&rollout(&[
        "--strategy",
        "canary:20%/1s",
        "--certified",
        "20%",
    ]));
    drop(load);
    let file = tempfile::NamedTempFile::new().unwrap();
    let zip = zip_of("bootstrap", 0o755, b"#!/bin/sh\n");
    fs::write(file.path(), zip).unwrap();
    for command in [
        &["status"][..],
        &["history"],
        &["doctor", "--to", "1"],
        &["rollback"],
        &["shift", "10%", "--to", "2"],
        &["promote"],
        &[
            "deploy",
            "--binary",
            &path("red"),
            "--strategy",
            "all-at-once",
        ],
        &["publish", "--binary", &path("misbehaving")],
        &["rollback", "--to", "1"],
        &["publish", "--zip", file.path().to_str().unwrap()],
        &[
            "traffic",
            "--requests",
            "1",
            "--url",
            &watched.server.api_url(),
        ],
    ] {
        watched.run(command);
    }
    let pruned = watched.run(&["prune", "--keep", "1", "--yes"]);
    assert!(pruned.stdout.contains("4 deleted"), "{}", pruned.stdout);
    alarm_is_looked_at(watched);
}

/// A plan with an alarm that is not there: it is looked for, and the plan is refused.
fn alarm_is_looked_at(watched: &Watched) {
    let mut command = watched.server.command(program("bluegreen"));
    command
        .args(rollout(&["--to", "3", "--alarm", "nobody"]))
        .env("AWS_ENDPOINT_URL", &watched.proxy.url);
    Finished::run(command).fails_with(1, &["there is no CloudWatch alarm 'nobody'"]);
}

#[test]
fn without_an_alias_a_policy_needs_the_account() {
    let server = Server::with(&[]);
    server
        .bluegreen(&["policy"])
        .fails_with(1, &["--account is needed"]);
    let printed = server
        .bluegreen(&[
            "policy",
            "--setup",
            "--account",
            "123456789012",
            "--region",
            "cn-north-1",
        ])
        .succeeds();
    let function = "arn:aws-cn:lambda:cn-north-1:123456789012:function:hello";
    for text in [
        function,
        "role/bluegreen/hello-execution",
        "iam:PassedToService",
    ] {
        assert!(printed.stdout.contains(text), "{}", printed.stdout);
    }
}
