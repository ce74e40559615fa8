//! A function with a URL on its alias.

use serde_json::{Value, json};

use super::{Answer, Server};

/// A function that answers with its event, alias `live`, and a URL on the alias.
pub(crate) fn server(configuration: &Value, auth_type: &str) -> (Server, String) {
    let server = Server::start();
    server.create_misbehaving("f", configuration);
    server.lambda("POST", "/f/versions", &Value::Null);
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    server.lambda("POST", "/f/aliases", &alias);
    let made = url(&server, "POST", "live", &json!({ "AuthType": auth_type }));
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(
        made["FunctionArn"],
        "arn:aws:lambda:us-east-1:000000000000:function:f:live"
    );
    let address = made["FunctionUrl"].as_str().unwrap().to_owned();
    (server, address)
}

pub(crate) fn url(server: &Server, method: &str, qualifier: &str, body: &Value) -> Answer {
    let path = format!("/2021-10-31/functions/f/url?Qualifier={qualifier}");
    let body = body.to_string();
    let body = if method == "GET" { "" } else { &body };
    server.request(method, &path, body.as_bytes())
}

pub(crate) fn permit(server: &Server, id: &str, action: &str, condition: &str, value: &Value) {
    let statement = json!({
        "StatementId": id, "Action": action, "Principal": "*", condition: value,
    });
    let added = server.lambda("POST", "/f/policy?Qualifier=live", &statement);
    assert_eq!(added.status, 201, "{}", added.text());
}

/// The two statements that a public URL needs.
pub(crate) fn open(server: &Server) {
    let (call, auth) = ("lambda:InvokeFunctionUrl", json!("NONE"));
    permit(server, "call", call, "FunctionUrlAuthType", &auth);
    let invoke = "lambda:InvokeFunction";
    permit(
        server,
        "invoke",
        invoke,
        "InvokedViaFunctionUrl",
        &json!(true),
    );
}
