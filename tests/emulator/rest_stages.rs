//! Stages of a REST API, their variables and deployments, and methods that are tried out without
//! any of them.

use serde_json::{Value, json};

use crate::harness::{
    Server,
    rest_api::{RestApi, echoing, make},
};

const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";

fn tried(api: &RestApi, resource: &str, test: &Value) -> Value {
    let path = api.path(&format!("/resources/{resource}/methods/GET"));
    let answer = api
        .server
        .request("POST", &path, test.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[track_caller]
fn logs(tried: &Value, line: &str) {
    let log = tried["log"].as_str().unwrap();
    assert!(log.contains(line), "{log}");
}

#[test]
fn a_stages_variable_says_which_alias_is_invoked() {
    let server = echoing("body");
    let alias = json!({ "Name": "next", "FunctionVersion": "$LATEST" });
    server.lambda("POST", "/f/aliases", &alias);
    let api = RestApi::new(&server, &Value::Null);
    let resource = api.resource(&api.root, "staged");
    let function = format!("{FUNCTION_ARN}:${{stageVariables.alias}}");
    api.integrate_with(&resource, "GET", "POST", &function);
    api.deploy();
    api.permit("*");
    assert_eq!(api.call("/prod/staged").status, 500);
    let stage = api.path("/stages/prod");
    let set = |alias: &str| {
        let patch = json!({ "op": "replace", "path": "/variables/alias", "value": alias });
        let patches = json!({ "patchOperations": [patch] }).to_string();
        let answer = server.request("PATCH", &stage, patches.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    set("live");
    let event = api.call("/prod/staged").json();
    assert_eq!(event["stageVariables"], json!({ "alias": "live" }));
    set("next");
    assert_eq!(api.call("/prod/staged").status, 500, "not permitted");
    set("live");
    assert_eq!(api.call("/prod/staged").status, 200);
}

#[test]
fn an_http_apis_stage_says_which_alias_is_invoked() {
    let server = echoing("body");
    let function = format!("{FUNCTION_ARN}:${{stageVariables.alias}}");
    let new = json!({ "name": "f", "protocolType": "HTTP", "target": function });
    let api = make(&server, "POST", "/v2/apis", &new);
    let id = api["apiId"].as_str().unwrap();
    let api = RestApi {
        server: &server,
        id: id.to_owned(),
        root: String::new(),
    };
    api.permit("*");
    for (stage, alias, status) in [("a", "live", 200), ("b", "none", 500)] {
        let new = json!({
            "stageName": stage, "autoDeploy": true, "stageVariables": { "alias": alias },
        });
        make(&server, "POST", &format!("/v2/apis/{id}/stages"), &new);
        assert_eq!(api.call(&format!("/{stage}")).status, status, "{stage}");
    }
}

#[test]
fn a_method_is_tried_out_before_it_is_deployed() {
    let server = echoing("body");
    let api = RestApi::new(&server, &Value::Null);
    let resource = api.resource(&api.root, "{name}");
    api.integrate(&resource, "ANY", "POST");
    let test = json!({
        "pathWithQueryString": "/dog?a=1",
        "headers": { "x-own": "1" },
        "stageVariables": { "a": "b" },
    });
    let refused = tried(&api, &resource, &test);
    assert_eq!(refused["status"], 500);
    logs(&refused, "Invalid permissions on Lambda function");
    logs(&refused, "Method completed with status: 500");

    api.permit("test-invoke-stage/*");
    let answered = tried(&api, &resource, &test);
    assert_eq!(answered["status"], 200);
    logs(&answered, "Successfully completed execution");
    assert_eq!(
        answered["multiValueHeaders"]["content-type"],
        json!(["application/json"])
    );
    let event: Value = serde_json::from_str(answered["body"].as_str().unwrap()).unwrap();
    assert_eq!(event["pathParameters"], json!({ "name": "dog" }));
    assert_eq!(event["queryStringParameters"], json!({ "a": "1" }));
    assert_eq!(event["headers"]["x-own"], "1");
    assert_eq!(event["stageVariables"], json!({ "a": "b" }));
    assert_eq!(event["requestContext"]["stage"], "test-invoke-stage");
    assert_eq!(api.call("/prod/dog").status, 403, "it is not deployed");
}

#[test]
fn a_method_that_is_tried_out_says_what_is_wrong() {
    let server = echoing("plain");
    let api = RestApi::new(&server, &Value::Null);
    api.permit("*");
    let malformed = tried(&api, &api.root, &json!({}));
    assert_eq!(malformed["status"], 502);
    logs(&malformed, "Malformed Lambda proxy response");
    let by_get = api.resource(&api.root, "get");
    api.integrate(&by_get, "GET", "GET");
    let by_get = tried(&api, &by_get, &json!({}));
    assert_eq!(by_get["status"], 500);
    logs(&by_get, "invoked by POST");
    let path = api.path(&format!("/resources/{}/methods/GET", api.root));
    let elsewhere = json!({ "pathWithQueryString": "/pets" }).to_string();
    server.request("POST", &path, elsewhere.as_bytes()).refuses(
        400,
        "BadRequestException",
        "The path /pets is not one of the resource /",
    );
}

#[test]
fn a_deployment_that_a_stage_serves_cannot_be_deleted() {
    let server = echoing("body");
    let api = RestApi::new(&server, &Value::Null);
    let stage = server.request("GET", &api.path("/stages/prod"), b"").json();
    let first = stage["deploymentId"].as_str().unwrap();
    let path = api.path(&format!("/deployments/{first}"));
    assert_eq!(server.request("GET", &path, b"").json()["id"], first);
    server.request("DELETE", &path, b"").refuses(
        400,
        "BadRequestException",
        "Active stages pointing to this deployment must be moved or deleted",
    );
    api.deploy();
    assert_eq!(server.request("DELETE", &path, b"").status, 202);
    assert_eq!(server.request("GET", &path, b"").status, 404);
}

#[test]
fn a_method_without_an_integration_cannot_be_deployed() {
    let server = echoing("body");
    let api = RestApi::new(&server, &Value::Null);
    let method = api.path(&format!("/resources/{}/methods/ANY", api.root));
    let integration = format!("{method}/integration");
    assert_eq!(server.request("DELETE", &integration, b"").status, 204);
    let gone = |server: &Server| server.request("DELETE", &integration, b"");
    gone(&server).refuses(
        404,
        "NotFoundException",
        "No integration defined for method",
    );
    let path = api.path("/deployments");
    server.request("POST", &path, b"{}").refuses(
        400,
        "BadRequestException",
        "No integration defined for method",
    );
}

#[test]
fn an_api_is_changed_in_part() {
    let server = echoing("body");
    let api = RestApi::new(&server, &json!({ "description": "before" }));
    let patches = json!({ "patchOperations": [
        { "op": "replace", "path": "/name", "value": "other" },
        { "op": "add", "path": "/binaryMediaTypes/image~1png" },
    ] });
    let changed = server.request("PATCH", &api.path(""), patches.to_string().as_bytes());
    let changed = changed.json();
    assert_eq!(
        (&changed["name"], &changed["description"]),
        (&json!("other"), &json!("before"))
    );
    assert_eq!(changed["binaryMediaTypes"], json!(["image/png"]));
    let other = json!({ "patchOperations": [{ "op": "copy", "path": "/name" }] }).to_string();
    assert_eq!(
        server
            .request("PATCH", &api.path(""), other.as_bytes())
            .status,
        501
    );
}
