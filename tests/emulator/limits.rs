//! How large, how long and how much: Lambda's limits and API Gateway's.

use serde_json::{Value, json};

use crate::harness::{
    Server, base64_of,
    rest_api::{RestApi, echoing, make},
    zip_of,
};

fn invoke(server: &Server, kind: &str, size: usize) -> crate::harness::Answer {
    let payload = format!("\"{}\"", "x".repeat(size - 2));
    let headers = [("x-amz-invocation-type", kind)];
    let path = "/2015-03-31/functions/f/invocations";
    server.request_with("POST", path, &headers, payload.as_bytes())
}

#[test]
fn an_invocations_payload_has_a_limit() {
    let server = Server::start();
    server.create_misbehaving("f", &Value::Null);
    assert_eq!(invoke(&server, "RequestResponse", 6_291_456).status, 200);
    invoke(&server, "RequestResponse", 6_291_457).refuses(
        413,
        "RequestEntityTooLargeException",
        "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    );
    assert_eq!(invoke(&server, "Event", 1_048_576).status, 202);
    invoke(&server, "Event", 1_048_577).refuses(
        413,
        "RequestTooLargeException",
        "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
    );
}

#[test]
fn a_package_has_a_limit_as_it_comes_and_unpacked() {
    let server = Server::with_versions(1);
    let upload = |zip: &[u8]| {
        let request = json!({ "ZipFile": base64_of(zip) });
        server.lambda("PUT", "/f/code", &request)
    };
    let bomb = zip_of("zeros", 0o644, &vec![0; 262_144_001]);
    upload(&bomb).refuses(
        400,
        "InvalidParameterValueException",
        "Unzipped size must be smaller than 262144000 bytes",
    );
    upload(&vec![0; 52_428_801]).refuses(
        413,
        "RequestEntityTooLargeException",
        "Zipped size must be smaller than 52428800 bytes",
    );
    upload(&vec![0; 52_700_000]).refuses(
        413,
        "RequestEntityTooLargeException",
        "Request must be smaller than 70167211 bytes for the UpdateFunctionCode operation",
    );
}

#[test]
fn a_function_that_takes_longer_than_its_integration_is_not_waited_for() {
    let server = echoing("body");
    let api = RestApi::new(&server, &Value::Null);
    api.permit("*");
    let integration = api.path(&format!("/resources/{}/methods/ANY/integration", api.root));
    let patch = |millis: &str| {
        let patch = json!({ "op": "replace", "path": "/timeoutInMillis", "value": millis });
        let patches = json!({ "patchOperations": [patch] }).to_string();
        server.request("PATCH", &integration, patches.as_bytes())
    };
    for outside in ["49", "29001"] {
        patch(outside).refuses(
            400,
            "BadRequestException",
            "Timeout should be between 50 ms and 29000 ms",
        );
    }
    assert_eq!(patch("50").status, 200);
    api.deploy();
    let answer = api.call("/prod?hang=yes");
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (504, r#"{"message":"Endpoint request timed out"}"#)
    );
}

/// An HTTP API in front of `f:live` whose integration waits 50 ms.
fn http_api(server: &Server) -> RestApi<'_> {
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:f:live";
    let new = json!({ "name": "f", "protocolType": "HTTP", "target": arn });
    let api = make(server, "POST", "/v2/apis", &new);
    let api = RestApi {
        server,
        id: api["apiId"].as_str().unwrap().to_owned(),
        root: String::new(),
    };
    api.permit("*");
    let integrations = format!("/v2/apis/{}/integrations", api.id);
    let found = server.request("GET", &integrations, b"").json();
    let id = found["items"][0]["integrationId"].as_str().unwrap();
    let path = format!("{integrations}/{id}");
    let change = |millis: u32| {
        let body = json!({ "timeoutInMillis": millis }).to_string();
        server.request("PATCH", &path, body.as_bytes())
    };
    assert_eq!(change(30_001).status, 400);
    assert_eq!(change(50).status, 200);
    api
}

#[test]
fn an_http_api_does_not_wait_for_ever_either() {
    let server = echoing("body");
    let answer = http_api(&server).call("/?hang=yes");
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (503, r#"{"message":"Service Unavailable"}"#)
    );
}

#[test]
fn a_throttled_invocation_is_the_apis_error() {
    let server = echoing("body");
    let rest = RestApi::new(&server, &Value::Null);
    let statement = json!({
        "StatementId": "all", "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
    });
    let added = server.lambda("POST", "/f/policy?Qualifier=live", &statement);
    assert_eq!(added.status, 201);
    let http = http_api(&server);
    let path = "/2017-10-31/functions/f/concurrency";
    let none = br#"{"ReservedConcurrentExecutions":0}"#;
    assert_eq!(server.request("PUT", path, none).status, 200);
    for (answer, message) in [
        (rest.call("/prod"), "Internal server error"),
        (http.call("/"), "Internal Server Error"),
    ] {
        let expected = json!({ "message": message }).to_string();
        assert_eq!((answer.status, answer.text()), (500, expected));
    }
}

#[test]
fn a_request_to_an_api_has_a_limit() {
    let server = echoing("body");
    let api = RestApi::new(&server, &Value::Null);
    api.permit("*");
    let path = format!("/_aws/execute-api/{}/prod", api.id);
    let long = "x".repeat(10_240);
    let headers = [("x-long", long.as_str())];
    let answer = server.request_with("GET", &path, &headers, b"");
    assert_eq!(answer.status, 431);
    let answer = server.request("POST", &path, &vec![b'x'; (10 << 20) + 1]);
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (413, r#"{"message":"Request Too Long"}"#)
    );
}
