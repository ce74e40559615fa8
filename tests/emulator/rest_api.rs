//! A REST API in front of an alias, as the console's walk makes it: resource, method, integration,
//! deployment, stage.

use serde_json::{Value, json};

use crate::harness::{
    Answer,
    rest_api::{RestApi, echoing as server, make},
};

const ALIAS_ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f:live";

fn says(answer: &Answer, status: u16, message: &str) {
    let expected = json!({ "message": message }).to_string();
    assert_eq!((answer.status, answer.text()), (status, expected));
}

#[test]
fn the_function_gets_the_request_as_an_event_of_format_1() {
    let server = server("body");
    let api = RestApi::new(&server, &Value::Null);
    api.permit("*");
    let path = format!("/_aws/execute-api/{}/prod/pets/7?a=1&a=2", api.id);
    let headers = [("x-own", "one"), ("x-own", "two")];
    let event = server.request_with("GET", &path, &headers, b"").json();
    assert_eq!(event["resource"], "/pets/{id}");
    assert_eq!(event["path"], "/pets/7");
    assert_eq!(event["httpMethod"], "GET");
    assert_eq!(event["headers"]["x-own"], "two");
    assert_eq!(event["multiValueHeaders"]["x-own"], json!(["one", "two"]));
    assert_eq!(event["queryStringParameters"], json!({ "a": "2" }));
    let many = json!({ "a": ["1", "2"] });
    assert_eq!(event["multiValueQueryStringParameters"], many);
    assert_eq!(event["pathParameters"], json!({ "id": "7" }));
    assert_eq!(event.get("stageVariables"), Some(&Value::Null));
    assert_eq!(event.get("body"), Some(&Value::Null));
    assert_eq!(event.get("version"), None);
    let context = &event["requestContext"];
    assert_eq!(context["path"], "/prod/pets/7");
    assert_eq!(context["stage"], "prod");
    assert_eq!(context["resourcePath"], "/pets/{id}");
    assert_eq!(context["identity"]["sourceIp"], "127.0.0.1");
}

#[test]
fn an_answer_that_is_not_of_the_proxy_format_is_a_502() {
    let server = server("plain");
    let api = RestApi::new(&server, &Value::Null);
    api.permit("*");
    says(&api.call("/prod"), 502, "Internal server error");
}

#[test]
fn without_a_permission_the_answer_is_500_and_a_path_or_stage_that_is_not_there_is_403() {
    let server = server("body");
    let api = RestApi::new(&server, &Value::Null);
    says(&api.call("/prod"), 500, "Internal server error");
    api.permit("prod/GET/pets/*");
    assert_eq!(api.call("/prod/pets/7").status, 200);
    says(&api.call("/prod"), 500, "Internal server error");
    says(
        &api.call("/prod/other"),
        403,
        "Missing Authentication Token",
    );
    says(&api.call("/other/pets/7"), 403, "Forbidden");
}

#[test]
fn an_integration_that_does_not_invoke_by_post_fails() {
    let server = server("body");
    let api = RestApi::new(&server, &Value::Null);
    api.permit("*");
    api.integrate(&api.resource(&api.root, "get"), "GET", "GET");
    api.deploy();
    says(&api.call("/prod/get"), 500, "Internal server error");
}

#[test]
fn a_stage_serves_what_was_deployed_until_the_next_deployment() {
    let server = server("body");
    let api = RestApi::new(&server, &Value::Null);
    api.permit("*");
    let all = api.resource(&api.root, "{proxy+}");
    api.integrate(&all, "ANY", "POST");
    assert_eq!(api.call("/prod/a/b").status, 403);
    api.deploy();
    let event = api.call("/prod/a/b").json();
    assert_eq!(event["pathParameters"], json!({ "proxy": "a/b" }));
    assert_eq!(api.call("/prod/pets/7").json()["resource"], "/pets/{id}");
}

#[test]
fn a_body_comes_in_base64_only_for_the_apis_binary_types() {
    let server = server("body");
    let binary = json!({ "binaryMediaTypes": ["image/png"] });
    let api = RestApi::new(&server, &binary);
    api.permit("*");
    let path = format!("/_aws/execute-api/{}/prod", api.id);
    for (kind, body, encoded) in [("image/png", "aGk=", true), ("image/gif", "hi", false)] {
        let event = server.request_with("POST", &path, &[("content-type", kind)], b"hi");
        let event = event.json();
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!(body), &json!(encoded))
        );
    }
}

#[test]
fn what_cannot_be_made_is_refused_as_api_gateway_refuses_it() {
    let server = server("body");
    let api = RestApi::new(&server, &Value::Null);
    let refused = |method: &str, path: &str, body: &Value| {
        server.request(method, &api.path(path), body.to_string().as_bytes())
    };
    let root = format!("/resources/{}", api.root);
    let pets = json!({ "pathPart": "pets" });
    refused("POST", &root, &pets).refuses(
        409,
        "ConflictException",
        "Another resource with the same parent already has this name: pets",
    );
    let bare = json!({ "type": "AWS_PROXY", "httpMethod": "POST", "uri": ALIAS_ARN });
    refused("PUT", &format!("{root}/methods/ANY/integration"), &bare).refuses(
        400,
        "BadRequestException",
        "AWS ARN for integration must contain path or action",
    );
    refused("GET", "/stages/other", &Value::Null).refuses(
        404,
        "NotFoundException",
        "Invalid stage identifier specified",
    );
    let empty = make(&server, "POST", "/restapis", &json!({ "name": "empty" }));
    let path = format!("/restapis/{}/deployments", empty["id"].as_str().unwrap());
    server.request("POST", &path, b"{}").refuses(
        400,
        "BadRequestException",
        "The REST API doesn't contain any methods",
    );
}

#[test]
fn an_http_api_sends_format_1_where_its_integration_asks_for_it() {
    let server = server("body");
    let new = json!({ "name": "f", "protocolType": "HTTP" });
    let api = make(&server, "POST", "/v2/apis", &new);
    let id = api["apiId"].as_str().unwrap();
    let integration = json!({
        "integrationType": "AWS_PROXY", "integrationUri": ALIAS_ARN, "payloadFormatVersion": "1.0",
    });
    let made = make(
        &server,
        "POST",
        &format!("/v2/apis/{id}/integrations"),
        &integration,
    );
    let target = format!("integrations/{}", made["integrationId"].as_str().unwrap());
    let route = json!({ "routeKey": "GET /pets/{id}", "target": target });
    make(&server, "POST", &format!("/v2/apis/{id}/routes"), &route);
    let stage = json!({ "stageName": "$default", "autoDeploy": true });
    make(&server, "POST", &format!("/v2/apis/{id}/stages"), &stage);
    let api = RestApi {
        server: &server,
        id: id.to_owned(),
        root: String::new(),
    };
    api.permit("*");
    let event = api.call("/pets/7").json();
    assert_eq!(
        (&event["version"], &event["resource"]),
        (&json!("1.0"), &json!("/pets/{id}"))
    );
}
