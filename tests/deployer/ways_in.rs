//! A release behind a REST API and behind a function URL: made, examined, used and taken away.

use serde_json::{Value, json};

use crate::harness::{Finished, Server, path, rollout, says, serves};

/// A server whose function is reached by this way in, with green as version 2.
fn behind(api: &str) -> Server {
    let server = Server::with(&[]);
    server
        .bluegreen(&["create", "--api", api, "--binary", &path("blue")])
        .succeeds();
    server.publish("green");
    server
}

fn doctor(server: &Server) -> Finished {
    server.bluegreen(&["doctor"])
}

fn rest_api(server: &Server) -> String {
    let apis = server.request("GET", "/restapis", b"").json();
    apis["item"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_create_makes_is_sound_and_complete_and_a_release_goes_through_it() {
    for (api, kind) in [("rest", "REST API"), ("url", "URL of the alias")] {
        let server = behind(api);
        let again = server.bluegreen(&["create", "--api", api]).succeeds();
        says(&again, &["nothing was changed", &format!("there  {kind}")]);
        doctor(&server).exits(0);
        let split = ["shift", "50%", "--to", "2"];
        server.bluegreen(&split).succeeds();
        let sent = ["traffic", "--requests", "40", "--output", "json"];
        let sent = server.bluegreen(&sent).succeeds().json();
        let versions = sent["versions"].as_array().unwrap().len();
        assert_eq!((&sent["errors"], versions), (&json!(0), 2), "{sent}");
        let destroyed = server.bluegreen(&["destroy", "--yes"]).succeeds();
        says(&destroyed, &["with its permission", "function hello"]);
        let again = server.bluegreen(&["destroy", "--yes"]).succeeds();
        says(&again, &["nothing was deleted"]);
    }
}

#[test]
fn a_function_of_events_needs_nothing_in_front_of_its_alias_and_no_permission_for_it() {
    let server = Server::with(&[]);
    let create = ["create", "--api", "none", "--output", "json"];
    let rehearsed = server.bluegreen(&[&create[..], &["--dry-run"]].concat());
    assert_eq!(rehearsed.succeeds().json()["apiUrl"], Value::Null);
    let made = server.bluegreen(&[&create[..], &["--binary", &path("blue")]].concat());
    assert_eq!(made.succeeds().json()["apiUrl"], Value::Null);
    serves(&server, "1");
    let apis = server.request("GET", "/v2/apis", b"").json();
    assert_eq!(apis["items"], json!([]));
    let policy = server.bluegreen(&["policy", "--setup", "--api", "none"]);
    let policy = policy.succeeds().stdout;
    assert!(!policy.contains("lambda:AddPermission"), "{policy}");
    assert!(!policy.contains("apigateway:POST"), "{policy}");
    server.publish("green");
    server
        .bluegreen(&rollout(&["--strategy", "all-at-once"]))
        .succeeds();
    serves(&server, "2");
    let destroyed = server.bluegreen(&["destroy", "--yes"]).succeeds();
    says(&destroyed, &["function hello"]);
}

#[test]
fn a_path_below_the_root_of_a_rest_api_reaches_the_alias() {
    let server = behind("rest");
    let id = rest_api(&server);
    for path in ["", "/", "/any/path?of=it"] {
        let path = format!("/_aws/execute-api/{id}/prod{path}");
        let answer = server.request("POST", &path, b"{}");
        assert_eq!(answer.text(), "Hello From Blue Deployment", "{path}");
    }
}

#[test]
fn a_rest_api_that_leads_past_the_alias_is_named() {
    let server = behind("rest");
    let id = rest_api(&server);
    let resources = format!("/restapis/{id}/resources");
    let found = server.request("GET", &resources, b"").json();
    let past = "arn:aws:lambda:us-east-1:000000000000:function:hello";
    let uri =
        format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{past}/invocations");
    let patch = json!({ "op": "replace", "path": "/uri", "value": uri });
    let patches = json!({ "patchOperations": [patch] }).to_string();
    for resource in found["item"].as_array().unwrap() {
        let resource = resource["id"].as_str().unwrap();
        let path = format!("{resources}/{resource}/methods/ANY/integration");
        let patched = server.request("PATCH", &path, patches.as_bytes());
        assert_eq!(patched.status, 200, "{}", patched.text());
    }
    let mend = format!("aws apigateway update-integration --rest-api-id {id}");
    let words = ["leads to arn:aws:lambda", "not to the alias", &mend];
    says(&doctor(&server).exits(1), &words);
    server.bluegreen(&rollout(&[])).fails_with(1, &[&mend]);
    serves(&server, "1");
}

#[test]
fn a_url_that_nobody_may_call_is_named_and_create_mends_it() {
    let server = behind("url");
    let statement = "/hello/policy/bluegreen-url-invoke?Qualifier=live";
    let deleted = server.lambda("DELETE", statement, &Value::Null);
    assert_eq!(deleted.status, 204);
    let mend = "bluegreen --function hello --alias live create --api url";
    says(&doctor(&server).exits(1), &["clients get a 403", mend]);
    let args: Vec<&str> = mend.split(' ').skip(1).collect();
    server.bluegreen(&args).succeeds();
    doctor(&server).exits(0);
}

#[test]
fn a_rest_api_that_somebody_else_made_is_left_alone() {
    let server = behind("http");
    let other = json!({ "name": "hello-live" }).to_string();
    let made = server.request("POST", "/restapis", other.as_bytes());
    assert_eq!(made.status, 201);
    let words = ["there is a REST API 'hello-live'", "does not lead to"];
    let create = ["create", "--api", "rest"];
    server.bluegreen(&create).fails_with(1, &words);
    let destroyed = server.bluegreen(&["destroy", "--yes"]).succeeds();
    says(&destroyed, &["`create` did not make it"]);
    assert_eq!(rest_api(&server), made.json()["id"]);
}

#[test]
fn destroy_closes_the_url_of_a_function_that_somebody_else_made() {
    let server = Server::with(&[]);
    server.create_misbehaving("hello", &Value::Null);
    server.bluegreen(&["create", "--api", "url"]).succeeds();
    let destroyed = server.bluegreen(&["destroy", "--yes"]).succeeds();
    says(&destroyed, &["deleted  URL of alias live"]);
    let urls = server.request("GET", "/2021-10-31/functions/hello/urls", b"");
    assert_eq!(urls.json()["FunctionUrlConfigs"], json!([]));
    let policy = server.lambda("GET", "/hello/policy?Qualifier=live", &Value::Null);
    assert_eq!(policy.status, 404);
}
