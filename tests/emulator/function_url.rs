//! The URL of an alias: who may call it, what the function sees, what the client gets.

use serde_json::{Value, json};

use crate::harness::function_url::{open, permit, server, url};

#[test]
fn a_public_url_needs_two_statements_in_the_aliass_policy() {
    let (server, address) = server(&Value::Null, "NONE");
    let call = || server.request("GET", &address, b"").status;
    assert_eq!(call(), 403);
    let (action, auth) = ("lambda:InvokeFunctionUrl", json!("NONE"));
    permit(&server, "call", action, "FunctionUrlAuthType", &auth);
    assert_eq!(call(), 403);
    let invoke = "lambda:InvokeFunction";
    permit(
        &server,
        "invoke",
        invoke,
        "InvokedViaFunctionUrl",
        &json!(true),
    );
    assert_eq!(call(), 200);
    let policy = server.lambda("GET", "/f/policy?Qualifier=live", &Value::Null);
    let policy: Value = serde_json::from_str(policy.json()["Policy"].as_str().unwrap()).unwrap();
    let conditions: Vec<&Value> = (0..2)
        .map(|n| &policy["Statement"][n]["Condition"])
        .collect();
    assert_eq!(
        conditions,
        [
            &json!({ "StringEquals": { "lambda:FunctionUrlAuthType": "NONE" } }),
            &json!({ "Bool": { "lambda:InvokedViaFunctionUrl": "true" } }),
        ]
    );
}

#[test]
fn a_url_with_iam_takes_only_signed_requests() {
    let (server, address) = server(&Value::Null, "AWS_IAM");
    assert_eq!(server.request("GET", &address, b"").status, 403);
    let signed = [("authorization", "AWS4-HMAC-SHA256 Credential=x/20261123")];
    assert_eq!(
        server.request_with("GET", &address, &signed, b"").status,
        200
    );
}

#[test]
fn the_function_gets_the_request_as_an_event_of_format_2() {
    let (server, address) = server(&Value::Null, "NONE");
    open(&server);
    let event = server
        .request("GET", &format!("{address}pets/7?a=1"), b"")
        .json();
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["rawPath"], "/pets/7");
    assert_eq!(event["requestContext"]["accountId"], "anonymous");
    let id = address.trim_end_matches('/').rsplit('/').next().unwrap();
    assert_eq!(event["requestContext"]["apiId"], id);
    let host = [("host", &*format!("{id}.lambda-url.localhost:4566"))];
    let event = server.request_with("GET", "/by/host", &host, b"").json();
    assert_eq!(event["rawPath"], "/by/host");
}

#[test]
fn an_error_of_the_function_is_a_502() {
    let exits = json!({ "Environment": { "Variables": { "INIT": "exit" } } });
    let (server, address) = server(&exits, "NONE");
    open(&server);
    let answer = server.request("GET", &address, b"");
    assert_eq!(answer.status, 502);
    assert_eq!(answer.text(), "Internal Server Error");
}

#[test]
fn an_alias_has_one_url_and_a_version_none() {
    let (server, address) = server(&Value::Null, "NONE");
    let none = json!({ "AuthType": "NONE" });
    assert_eq!(url(&server, "POST", "live", &none).status, 409);
    assert_eq!(url(&server, "POST", "1", &none).status, 400);
    assert_eq!(url(&server, "POST", "other", &none).status, 404);
    assert_eq!(
        url(&server, "GET", "live", &Value::Null).json()["FunctionUrl"],
        *address
    );
    let listed = server
        .request("GET", "/2021-10-31/functions/f/urls", b"")
        .json();
    assert_eq!(listed["FunctionUrlConfigs"].as_array().unwrap().len(), 1);
    let changed = url(&server, "PUT", "live", &json!({ "AuthType": "AWS_IAM" }));
    assert_eq!(changed.json()["AuthType"], "AWS_IAM");
    assert_eq!(url(&server, "DELETE", "live", &Value::Null).status, 204);
    url(&server, "GET", "live", &Value::Null).refuses(
        404,
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    );
    let gone = server.request("GET", &address, b"");
    let kind = gone.header("x-amzn-errortype");
    assert_eq!((gone.status, kind), (403, Some("AccessDeniedException")));
    assert_eq!(gone.text(), r#"{"Message":null}"#);
}

#[test]
fn a_url_goes_with_its_alias() {
    let (server, address) = server(&Value::Null, "NONE");
    server.lambda("DELETE", "/f/aliases/live", &Value::Null);
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    server.lambda("POST", "/f/aliases", &alias);
    server.request("GET", &address, b"").refuses(
        403,
        "AccessDeniedException",
        "Forbidden. For troubleshooting Function URL authorization issues, see: \
         https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
    );
    assert_eq!(url(&server, "GET", "live", &Value::Null).status, 404);
}
