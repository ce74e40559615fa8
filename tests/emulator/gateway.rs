//! An HTTP API in front of an alias: who may call it, what the function sees, what the client
//! gets.

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const ALIAS_ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f:live";

/// A function that answers what it is sent, alias `live`, and an API on the alias without a
/// permission.
fn server() -> (Server, String) {
    server_with(&Value::Null)
}

/// The same with a configuration of the function's.
fn server_with(configuration: &Value) -> (Server, String) {
    let server = Server::start();
    server.create_misbehaving("f", configuration);
    server.lambda("POST", "/f/versions", &Value::Null);
    server.lambda(
        "POST",
        "/f/aliases",
        &json!({ "Name": "live", "FunctionVersion": "1" }),
    );
    let api = json!({ "name": "f", "protocolType": "HTTP", "target": ALIAS_ARN });
    let api = post(&server, "/v2/apis", &api).json();
    let id = api["apiId"].as_str().unwrap().to_owned();
    (server, id)
}

fn post(server: &Server, path: &str, body: &Value) -> Answer {
    let answer = server.request("POST", path, body.to_string().as_bytes());
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer
}

fn permit(server: &Server, qualifier: &str, source: &str) {
    let statement = json!({
        "StatementId": "api",
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": format!("arn:aws:execute-api:us-east-1:000000000000:{source}"),
    });
    let path = match qualifier {
        "" => "/f/policy".to_owned(),
        _ => format!("/f/policy?Qualifier={qualifier}"),
    };
    let added = server.lambda("POST", &path, &statement);
    assert_eq!(added.status, 201, "{}", added.text());
}

fn call(server: &Server, id: &str, path: &str) -> Answer {
    server.request("GET", &format!("/_aws/execute-api/{id}{path}"), b"")
}

#[test]
fn without_a_permission_on_the_alias_itself_the_answer_is_500() {
    let (server, id) = server();
    let refused = |answer: &Answer| {
        assert_eq!(answer.status, 500);
        assert_eq!(answer.text(), r#"{"message":"Internal Server Error"}"#);
    };
    refused(&call(&server, &id, "/"));
    permit(&server, "1", &format!("{id}/*"));
    permit(&server, "", &format!("{id}/*"));
    refused(&call(&server, &id, "/"));
    permit(&server, "live", "another/*");
    refused(&call(&server, &id, "/"));
    let removed = server.lambda("DELETE", "/f/policy/api?Qualifier=live", &Value::Null);
    assert_eq!(removed.status, 204);
    permit(&server, "live", &format!("{id}/*"));
    assert_eq!(call(&server, &id, "/").status, 200);
}

#[test]
fn the_function_gets_the_request_as_an_event_of_format_2() {
    let (server, id) = server();
    permit(&server, "live", &format!("{id}/*"));
    let path = format!("/_aws/execute-api/{id}/pets/7?a=1&a=2");
    let headers = [("x-own", "yes"), ("content-type", "text/plain")];
    let event = server.request_with("POST", &path, &headers, b"body").json();
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "$default");
    assert_eq!(event["rawPath"], "/pets/7");
    assert_eq!(event["rawQueryString"], "a=1&a=2");
    assert_eq!(event["queryStringParameters"], json!({ "a": "1,2" }));
    assert_eq!(event["headers"]["x-own"], "yes");
    assert_eq!(event["requestContext"]["http"]["method"], "POST");
    assert_eq!(event["requestContext"]["stage"], "$default");
    assert_eq!(event["requestContext"]["apiId"], id);
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("body"), &json!(false))
    );
    assert_eq!(event.get("httpMethod"), None);
}

#[test]
fn an_api_is_reached_by_path_and_by_host_name() {
    let (server, id) = server();
    permit(&server, "live", &format!("{id}/*"));
    let host = [("host", &*format!("{id}.execute-api.localhost:4566"))];
    let answer = server.request_with("GET", "/hello", &host, b"");
    assert_eq!(answer.json()["rawPath"], "/hello");
    assert!(answer.header("apigw-requestid").is_some());
}

#[test]
fn routes_stages_and_integrations_can_be_made_one_by_one() {
    let server = Server::start();
    server.create_misbehaving("f", &Value::Null);
    server.lambda("POST", "/f/versions", &Value::Null);
    server.lambda(
        "POST",
        "/f/aliases",
        &json!({ "Name": "live", "FunctionVersion": "1" }),
    );
    let api = post(
        &server,
        "/v2/apis",
        &json!({ "name": "f", "protocolType": "HTTP" }),
    )
    .json();
    let id = api["apiId"].as_str().unwrap();
    let integration = json!({
        "integrationType": "AWS_PROXY", "integrationUri": ALIAS_ARN, "payloadFormatVersion": "2.0",
    });
    let made = post(
        &server,
        &format!("/v2/apis/{id}/integrations"),
        &integration,
    )
    .json();
    let target = format!("integrations/{}", made["integrationId"].as_str().unwrap());
    let route = json!({ "routeKey": "GET /pets/{id}", "target": target });
    post(&server, &format!("/v2/apis/{id}/routes"), &route);
    let integration = format!("/v2/apis/{id}/{target}");
    assert_eq!(server.request("DELETE", &integration, b"").status, 409);
    let stage = json!({ "stageName": "prod", "autoDeploy": true, "stageVariables": { "a": "b" } });
    post(&server, &format!("/v2/apis/{id}/stages"), &stage);
    permit(&server, "live", &format!("{id}/prod/GET/pets/*"));

    let event = call(&server, id, "/prod/pets/7").json();
    assert_eq!(event["rawPath"], "/prod/pets/7");
    assert_eq!(event["pathParameters"], json!({ "id": "7" }));
    assert_eq!(event["stageVariables"], json!({ "a": "b" }));
    for path in ["/pets/7", "/prod/other", "/prod"] {
        let answer = call(&server, id, path);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (404, r#"{"message":"Not Found"}"#)
        );
    }
    let deleted = server.request("DELETE", &format!("/v2/apis/{id}"), b"");
    assert_eq!(deleted.status, 204);
    assert_eq!(call(&server, id, "/prod/pets/7").status, 404);
}

#[test]
fn an_error_of_the_function_is_a_500_without_its_details() {
    let exits = json!({ "Environment": { "Variables": { "INIT": "exit" } } });
    let (server, id) = server_with(&exits);
    permit(&server, "live", &format!("{id}/*"));
    let answer = call(&server, &id, "/");
    assert_eq!(answer.status, 500);
    assert_eq!(answer.text(), r#"{"message":"Internal Server Error"}"#);
}

#[test]
fn a_web_page_of_another_host_cannot_drive_the_server() {
    let (server, _) = server();
    let headers = [("host", "attacker.example")];
    let answer = server.request_with("GET", "/2015-03-31/functions", &headers, b"");
    assert_eq!(answer.status, 421);
    assert!(answer.text().contains("use 127.0.0.1 or localhost"));
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let (server, id) = server();
    permit(&server, "live", &format!("{id}/*"));
    let path = format!("/_aws/execute-api/{id}/");
    let answer = server.request("POST", &path, &vec![0; (10 << 20) + 1]);
    assert_eq!(answer.status, 413);
    assert_eq!(server.request("POST", &path, b"small").status, 200);
}
