//! What `--explain` says, run by the AWS CLI on a server of its own, gives the same function, versions,
//! alias, permissions and APIs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde_json::{Value, json};

use crate::harness::{Finished, Server, path, program, repository, rollout, zip_of};

/// The commands that the deployer says.
fn commands(finished: &Finished) -> Vec<String> {
    let lines = finished.stderr.lines();
    let commands = lines.filter(|line| line.starts_with("aws ") || line.starts_with("printf "));
    commands.map(str::to_owned).collect()
}

/// The ids that a server gave by itself, by what they are of.
fn ids(server: &Server) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    let items = |path: &str, list: &str| -> Vec<Value> {
        let found = server.request("GET", path, b"").json();
        found[list].as_array().cloned().unwrap_or_default()
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for api in items("/v2/apis", "items") {
        let id = text(&api["apiId"]);
        for integration in items(&format!("/v2/apis/{id}/integrations"), "items") {
            ids.insert(
                "integration".to_owned(),
                text(&integration["integrationId"]),
            );
        }
        ids.insert("HTTP API".to_owned(), id);
    }
    for api in items("/restapis", "item") {
        let id = text(&api["id"]);
        for resource in items(&format!("/restapis/{id}/resources"), "item") {
            ids.insert(text(&resource["path"]), text(&resource["id"]));
        }
        ids.insert("REST API".to_owned(), id);
    }
    let alias = server.lambda("GET", "/hello/aliases/live", &Value::Null);
    ids.insert("alias".to_owned(), text(&alias.json()["RevisionId"]));
    let function = server.lambda("GET", "/hello/configuration", &Value::Null);
    ids.insert("function".to_owned(), text(&function.json()["RevisionId"]));
    ids
}

/// Text with one server's ids in place of the other's.
fn translated(
    text: &str,
    from: &BTreeMap<String, String>,
    to: &BTreeMap<String, String>,
) -> String {
    from.iter()
        .fold(text.to_owned(), |text, (what, id)| match to.get(what) {
            Some(other) if !id.is_empty() => text.replace(id, other),
            _ => text,
        })
}

/// What is there, without what differs from run to run.
fn state(server: &Server) -> Value {
    let lambda = |path: &str| server.lambda("GET", path, &Value::Null).json();
    let mut state = json!({
        "function": lambda("/hello/configuration"),
        "tags": lambda("/hello")["Tags"],
        "versions": lambda("/hello/versions"),
        "alias": lambda("/hello/aliases/live"),
        "policy": lambda("/hello/policy?Qualifier=live"),
        "urls": server.request("GET", "/2021-10-31/functions/hello/urls", b"").json(),
    });
    let ids = ids(server);
    if let Some(api) = ids.get("HTTP API") {
        let path = format!("/v2/apis/{api}");
        state["api"] = server.request("GET", &path, b"").json();
        for part in ["integrations", "routes", "stages"] {
            let path = format!("{path}/{part}");
            state[part] = server.request("GET", &path, b"").json();
        }
    }
    if let Some(api) = ids.get("REST API") {
        let path = format!("/restapis/{api}/resources?embed=methods");
        state["resources"] = server.request("GET", &path, b"").json();
        let path = format!("/restapis/{api}/stages/prod");
        state["stage"] = server.request("GET", &path, b"").json();
    }
    for changing in [
        "RevisionId",
        "LastModified",
        "LastModifiedTime",
        "CreationTime",
        "FunctionUrl",
        "integrationId",
        "deploymentId",
        "routeId",
        "createdDate",
        "lastUpdatedDate",
        "apiEndpoint",
    ] {
        forget(&mut state, changing);
    }
    // The order in which resources are listed is that of their ids.
    if let Some(resources) = state["resources"]["item"].as_array_mut() {
        resources.sort_by_key(|resource| resource["path"].to_string());
    }
    state
}

fn forget(value: &mut Value, member: &str) {
    match value {
        Value::Object(members) => {
            members.remove(member);
            members.values_mut().for_each(|value| forget(value, member));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| forget(value, member)),
        _ => {}
    }
}

/// A deployer's command on one server; on the other, with the AWS CLI, what it says that it does.
fn does_the_same(original: &Server, replay: &Server, args: &[&str]) {
    let explained = original
        .bluegreen(&[args, &["--explain"]].concat())
        .succeeds();
    let said = commands(&explained);
    assert!(!said.is_empty(), "{args:?}: {}", explained.stderr);
    let made = ids(original);
    for command in said {
        // What is not there yet is not found there either.
        let reads = [" get-", " list-", "describe-"]
            .iter()
            .any(|verb| command.contains(verb));
        if reads {
            continue;
        }
        let mut command = translated(&command, &made, &ids(replay));
        if let Some((before, rest)) = command.split_once("--revision-id ") {
            let of = if command.contains("update-alias") {
                "alias"
            } else {
                "function"
            };
            let (_, after) = rest.split_once(' ').unwrap_or_default();
            command = format!("{before}--revision-id {} {after}", ids(replay)[of]);
        }
        replay.run("bash", &["-c", &format!("set -o pipefail; {command}")]);
    }
    let (was, is) = (state(original), state(replay));
    let was = translated(&was.to_string(), &made, &ids(replay));
    assert_eq!(was, is.to_string(), "{args:?}");
}

#[test]
fn the_explained_commands_replayed_by_the_aws_cli_reach_the_same_state() {
    let (original, replay) = (Server::with(&[]), Server::start());
    let folder = tempfile::tempdir().unwrap();
    let zips = ["blue", "green"].map(|color| {
        let file = folder.path().join(format!("{color}.zip"));
        let zip = zip_of("bootstrap", 0o755, &fs::read(program(color)).unwrap());
        fs::write(&file, zip).unwrap();
        file.to_str().unwrap().to_owned()
    });
    let [blue, green] = &zips;
    for args in [
        &[
            "create",
            "--zip",
            blue,
            "--memory",
            "256",
            "--log-retention",
            "14d",
        ][..],
        &["create", "--api", "rest"],
        &["create", "--api", "url"],
        &["publish", "--zip", green, "--description", "it's $new"],
        &["shift", "10%", "--to", "2"],
        &["promote"],
        &["rollback"],
        &["prune", "--keep", "0", "--yes"],
    ] {
        does_the_same(&original, &replay, args);
    }
}

#[test]
fn reads_and_invocations_are_commands_that_run_too() {
    let server = Server::with_blue();
    server.bluegreen(&["create", "--api", "url"]).succeeds();
    server.publish("green");
    // What is not there is an error to the CLI.
    let admitted = json!({
        "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com",
    });
    assert_eq!(
        server.lambda("POST", "/hello/policy", &admitted).status,
        201
    );
    let event = repository().join("functions/events/http-api.json");
    let event = event.to_str().unwrap();
    let canary = rollout(&["--strategy", "canary:10%/1m", "--dry-run"]);
    let mut said = BTreeSet::new();
    for args in [
        &["verify", "--event", event, "--probes", "1", "--warm", "1"][..],
        &canary,
        &["status"],
        &["doctor"],
    ] {
        let explained = server.bluegreen(&[args, &["--explain"]].concat());
        said.extend(commands(&explained.succeeds()));
    }
    for operation in ["lambda invoke", "get-metric-data", "get-integrations"] {
        assert!(said.iter().any(|line| line.contains(operation)), "{said:?}");
    }
    for command in said {
        server.run("bash", &["-c", &format!("set -o pipefail; {command}")]);
    }
}

#[test]
fn no_value_of_an_environment_variable_is_said() {
    let server = Server::with(&[]);
    let binary = path("blue");
    let create = [
        "create",
        "--binary",
        &binary,
        "--env",
        "TOKEN=hunter2",
        "--explain",
    ];
    let explained = server.bluegreen(&create).succeeds();
    assert!(explained.stderr.contains("TOKEN"), "{}", explained.stderr);
    assert!(
        !explained.stderr.contains("hunter2"),
        "{}",
        explained.stderr
    );
    let note = "# bootstrap.zip holds";
    assert!(explained.stderr.contains(note), "{}", explained.stderr);
}
