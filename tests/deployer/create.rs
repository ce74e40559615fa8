//! `create` again: what is there stays, what is missing is made.

use serde_json::{Value, json};

use crate::harness::{Server, alias};

fn no_request_fails(server: &Server) {
    let traffic = ["traffic", "--requests", "5", "--output", "json"];
    assert_eq!(server.bluegreen(&traffic).succeeds().json()["errors"], 0);
}

#[test]
fn create_changes_nothing_the_second_time() {
    let server = Server::with_blue();
    let before = (
        alias(&server),
        server.lambda("GET", "/hello", &Value::Null).json(),
    );
    let again = server.create("green").succeeds();
    assert!(
        again.stdout.contains("nothing was changed"),
        "{}",
        again.stdout
    );
    assert_eq!(
        before,
        (
            alias(&server),
            server.lambda("GET", "/hello", &Value::Null).json()
        )
    );
}

#[test]
fn create_completes_what_was_half_made() {
    let server = Server::with_blue();
    let api = server
        .bluegreen(&["create", "--output", "json"])
        .succeeds()
        .json();
    let statement = format!("bluegreen-api-{}", api["apiId"].as_str().unwrap());
    let path = format!("/hello/policy/{statement}?Qualifier=live");
    assert_eq!(server.lambda("DELETE", &path, &Value::Null).status, 204);
    server.bluegreen(&["create"]).succeeds();
    no_request_fails(&server);

    server.lambda("DELETE", "/hello/aliases/live", &Value::Null);
    let completed = server
        .bluegreen(&["create", "--output", "json"])
        .succeeds()
        .json();
    assert_eq!(completed["changed"], true);
    assert_eq!(completed["apiId"], api["apiId"]);
    no_request_fails(&server);
}

#[test]
fn an_api_that_belongs_to_something_else_is_left_alone() {
    let server = Server::with_blue();
    let request = json!({ "name": "hello-next", "protocolType": "HTTP" }).to_string();
    assert_eq!(
        server
            .request("POST", "/v2/apis", request.as_bytes())
            .status,
        201
    );
    server.bluegreen(&["create", "--alias", "next"]).fails_with(
        1,
        &["there is an HTTP API 'hello-next'", "does not lead to"],
    );
}
