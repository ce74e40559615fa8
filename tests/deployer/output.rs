//! Every JSON document is as docs/output.schema.json says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::harness::{Finished, Load, Server, path, repository};

fn schema() -> Value {
    let file = repository().join("docs/output.schema.json");
    let text = std::fs::read_to_string(file).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What the schema says of the document of this name.
pub(super) fn check(name: &str, document: &Value) {
    let mut schema = schema();
    assert!(
        schema["$defs"].get(name).is_some(),
        "nothing said of {name}"
    );
    schema["$ref"] = json!(format!("#/$defs/{name}"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}\n{document:#}");
}

fn run(server: &Server, args: &[&str]) -> Finished {
    server.bluegreen(&[args, &["--output", "json"]].concat())
}

/// The command's one document, or its events, and the code with which it ends.
fn ends(server: &Server, args: &[&str], code: i32) {
    let finished = run(server, args).exits(code);
    check(args[0], &finished.json());
}

fn events(server: &Server, args: &[&str], code: i32) -> Vec<Value> {
    let finished = run(server, args).exits(code);
    let lines = finished.stdout.lines();
    let events: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(!events.is_empty(), "{args:?}");
    events.iter().for_each(|event| check("event", event));
    events
}

#[test]
fn each_command_prints_the_document_of_its_name() {
    let server = Server::with(&[]);
    let [blue, green] = ["blue", "green"].map(path);
    let event = repository().join("functions/events/http-api.json");
    let event = event.to_str().unwrap();
    ends(&server, &["create", "--binary", &blue, "--dry-run"], 0);
    ends(&server, &["create", "--binary", &blue], 0);
    ends(&server, &["publish", "--binary", &green, "--dry-run"], 0);
    ends(&server, &["publish", "--binary", &green], 0);
    ends(&server, &["verify", "--event", event], 0);
    ends(&server, &["shift", "10%", "--to", "2"], 0);
    ends(&server, &["status"], 0);
    ends(&server, &["doctor"], 1);
    ends(&server, &["traffic", "--requests", "20"], 0);
    ends(&server, &["logs", "--errors"], 0);
    ends(&server, &["rollback"], 0);
    ends(&server, &["promote", "--to", "2", "--dry-run"], 0);
    ends(&server, &["history"], 0);
    ends(&server, &["policy", "--setup"], 0);
    ends(&server, &["prune", "--keep", "0", "--yes"], 0);
    ends(&server, &["verdict", "--stage", "10%:5400/5:600/7"], 0);
    ends(&server, &["destroy", "--yes"], 0);
}

#[test]
fn each_event_of_a_release_is_in_the_schema_and_has_no_colours() {
    let server = Server::with_blue();
    let [green, red] = ["green", "red"].map(path);
    let _load = Load::start(&server, 50);
    let dry = ["deploy", "--binary", &green, "--dry-run"];
    let told = events(&server, &dry, 0);
    let text = serde_json::to_string(&told).unwrap();
    assert!(!text.contains("\\u001b"), "{text}");
    let plan = ["--strategy", "canary:50%/3s", "--certified", "20%"];
    let event = repository().join("functions/events/http-api.json");
    let event = ["--event", event.to_str().unwrap()];
    let hooks = ["--before-traffic", "true"];
    let deploy = [&["deploy", "--binary", &green][..], &plan, &event, &hooks].concat();
    events(&server, &deploy, 0);
    events(
        &server,
        &[&["deploy", "--binary", &red][..], &plan].concat(),
        3,
    );
    events(&server, &["resume"], 0);
    events(&server, &["tick"], 0);
}

#[test]
fn an_error_is_the_last_line_on_standard_output_too() {
    let server = Server::with(&[]);
    for command in [&["status"][..], &["rollout"], &["promote"], &["history"]] {
        let finished = run(&server, command).exits(1);
        let error: Value = serde_json::from_str(finished.stdout.trim_end()).unwrap();
        check("error", &error);
        assert_eq!(error["exitCode"], 1);
        assert!(
            finished.stderr.contains(error["message"].as_str().unwrap()),
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn a_release_that_somebody_else_drives_is_watched_to_its_end() {
    let server = Server::with_blue();
    server.publish("green");
    let _load = Load::start(&server, 50);
    let watching = server.start_bluegreen(&["status", "--watch", "--output", "json"]);
    let plan = ["--strategy", "steps:20%/2s,50%/3s", "--certified", "20%"];
    server
        .bluegreen(&[&["rollout"], &plan[..]].concat())
        .succeeds();
    let watched = watching.finish().exits(0);
    let lines = watched.stdout.lines();
    let events: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    events.iter().for_each(|event| check("event", event));
    let names: Vec<&str> = events
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    assert!(
        names.contains(&"looked") && names.contains(&"shifted"),
        "{names:?}"
    );
    assert_eq!(names.last(), Some(&"promoted"), "{}", watched.stdout);
}

/// The types that a schema allows, without null.
fn types(schema: &Value, all: &Value) -> BTreeSet<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return types(&all["$defs"][name.rsplit('/').next().unwrap()], all);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        return any.iter().flat_map(|schema| types(schema, all)).collect();
    }
    let named: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ if schema.get("enum").is_some() => match &schema["enum"][0] {
            Value::String(_) => vec!["string"],
            _ => vec!["integer"],
        },
        _ => vec!["string"],
    };
    let named = named.into_iter().filter(|name| *name != "null");
    named.map(str::to_owned).collect()
}

/// Each member of any document, with the types that it has.
fn members(schema: &Value, all: &Value, found: &mut BTreeMap<String, BTreeSet<String>>) {
    if let Some(properties) = schema["properties"].as_object() {
        for (name, member) in properties {
            let types = types(member, all);
            found.entry(name.clone()).or_default().extend(types);
        }
    }
    let inner = match schema {
        Value::Object(object) => object.values().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => Vec::new(),
    };
    inner
        .into_iter()
        .for_each(|inner| members(inner, all, found));
}

#[test]
fn a_member_has_one_type_wherever_it_stands_and_a_name_in_camel_case() {
    let schema = schema();
    let mut found = BTreeMap::new();
    members(&schema, &schema, &mut found);
    assert!(found.len() > 60, "{found:?}");
    // IAM's own document.
    found.retain(|name, _| !["Version", "Statement"].contains(&name.as_str()));
    for (name, types) in found {
        assert_eq!(types.len(), 1, "{name}: {types:?}");
        let camel = name.starts_with(|c: char| c.is_ascii_lowercase());
        assert!(camel && name.chars().all(char::is_alphanumeric), "{name}");
    }
}
