//! An alias refuses what AWS refuses, with AWS's status, error type and message.

use serde_json::{Value, json};

use crate::harness::{Answer, Server, until};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";

/// Function `f` with versions 1, 2 and 3, and alias `live` at version 1.
fn server() -> Server {
    let server = Server::with_versions(3);
    let created = create(&server, &json!({ "Name": "live", "FunctionVersion": "1" }));
    assert_eq!(created.status, 201);
    server
}

fn create(server: &Server, body: &Value) -> Answer {
    server.lambda("POST", "/f/aliases", body)
}

fn update(server: &Server, body: &Value) -> Answer {
    server.lambda("PUT", "/f/aliases/live", body)
}

fn weights(weights: &Value) -> Value {
    json!({ "AdditionalVersionWeights": weights })
}

/// The same rules hold for a new alias and for one that is changed.
fn refused_both_ways(version: &str, routing: &Value, status: u16, kind: &str, message: &str) {
    let server = server();
    let mut body = json!({ "FunctionVersion": version, "RoutingConfig": weights(routing) });
    update(&server, &body).refuses(status, kind, message);
    body["Name"] = json!("other");
    create(&server, &body).refuses(status, kind, message);
    assert_eq!(get(&server)["FunctionVersion"], "1");
    assert_eq!(get(&server).get("RoutingConfig"), None);
}

fn get(server: &Server) -> Value {
    server.lambda("GET", "/f/aliases/live", &Value::Null).json()
}

#[test]
fn a_weight_outside_0_to_1_is_refused() {
    for (given, shown) in [
        (json!(2.0), "2.0"),
        (json!(-0.1), "-0.1"),
        (json!(1.0001), "1.0001"),
    ] {
        refused_both_ways(
            "1",
            &json!({ "2": given }),
            400,
            "ValidationException",
            &format!(
                "1 validation error detected: Value '{{2={shown}}}' at \
                 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value \
                 must satisfy constraint: [Member must have value less than or equal to 1.0, \
                 Member must have value greater than or equal to 0.0, Member must not be null]"
            ),
        );
    }
}

#[test]
fn more_than_one_additional_version_is_refused() {
    refused_both_ways(
        "1",
        &json!({ "2": 0.1, "3": 0.1 }),
        400,
        "InvalidParameterValueException",
        "Number of items in AdditionalVersionWeights cannot be greater than 1",
    );
}

#[test]
fn the_aliass_own_version_is_refused_as_additional() {
    refused_both_ways(
        "1",
        &json!({ "1": 0.1 }),
        400,
        "InvalidParameterValueException",
        "Invalid function version 1. Function version 1 is already included in routing \
         configuration.",
    );
}

#[test]
fn the_unpublished_code_cannot_be_split() {
    refused_both_ways(
        "$LATEST",
        &json!({ "2": 0.1 }),
        400,
        "InvalidParameterValueException",
        "$LATEST is not supported for an alias pointing to more than 1 version",
    );
}

#[test]
fn only_numbers_can_be_additional_versions() {
    let server = server();
    for key in ["$LATEST", "live", ""] {
        let body = json!({ "RoutingConfig": weights(&json!({ key: 0.1 })) });
        let answer = update(&server, &body);
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.header("x-amzn-errortype"),
            Some("ValidationException")
        );
    }
}

#[test]
fn a_version_that_is_not_there_is_not_found() {
    refused_both_ways(
        "1",
        &json!({ "10": 0.1 }),
        404,
        "ResourceNotFoundException",
        &format!("Function not found: {ARN}:10"),
    );
    refused_both_ways(
        "10",
        &json!({}),
        404,
        "ResourceNotFoundException",
        &format!("Function not found: {ARN}:10"),
    );
}

#[test]
fn an_alias_may_point_at_the_unpublished_code() {
    let server = server();
    let created = create(
        &server,
        &json!({ "Name": "next", "FunctionVersion": "$LATEST" }),
    );
    assert_eq!(created.status, 201);
    assert_eq!(created.json()["FunctionVersion"], "$LATEST");
}

#[test]
fn a_name_of_digits_alone_is_refused() {
    let server = server();
    let refused = create(&server, &json!({ "Name": "2024", "FunctionVersion": "1" }));
    refused.refuses(
        400,
        "ValidationException",
        "1 validation error detected: Value '2024' at 'name' failed to satisfy constraint: Member \
         must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
    );
    let created = create(
        &server,
        &json!({ "Name": "2024-01-02", "FunctionVersion": "1" }),
    );
    assert_eq!(created.status, 201);
}

#[test]
fn a_name_that_is_taken_is_a_conflict() {
    let server = server();
    create(&server, &json!({ "Name": "live", "FunctionVersion": "2" })).refuses(
        409,
        "ResourceConflictException",
        &format!("Alias already exists: {ARN}:live"),
    );
}

#[test]
fn a_missing_alias_is_told_apart_by_operation() {
    let server = server();
    server
        .lambda("GET", "/f/aliases/none", &Value::Null)
        .refuses(
            404,
            "ResourceNotFoundException",
            &format!("Cannot find alias arn: {ARN}:none"),
        );
    server
        .lambda("PUT", "/f/aliases/none", &json!({ "FunctionVersion": "1" }))
        .refuses(
            404,
            "ResourceNotFoundException",
            &format!("Alias not found: {ARN}:none"),
        );
    assert_eq!(
        server
            .lambda("DELETE", "/f/aliases/none", &Value::Null)
            .status,
        204
    );
}

#[test]
fn a_stale_revision_id_is_refused_and_changes_nothing() {
    let server = server();
    let read = get(&server)["RevisionId"].clone();
    let first = json!({ "FunctionVersion": "2", "RevisionId": read });
    assert_eq!(update(&server, &first).status, 200);
    update(
        &server,
        &json!({ "FunctionVersion": "3", "RevisionId": read }),
    )
    .refuses(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the \
         GetFunction/GetAlias API to retrieve the latest Revision Id",
    );
    assert_eq!(get(&server)["FunctionVersion"], "2");
}

#[test]
fn every_update_gives_a_new_revision_id() {
    let server = server();
    let before = get(&server)["RevisionId"].clone();
    let after = update(&server, &json!({})).json()["RevisionId"].clone();
    assert_ne!(before, after);
    assert_eq!(get(&server)["RevisionId"], after);
}

#[test]
fn an_update_that_names_only_the_version_keeps_the_weights() {
    let server = server();
    let split = json!({ "RoutingConfig": weights(&json!({ "2": 0.25 })) });
    assert_eq!(
        update(&server, &split).json()["RoutingConfig"],
        weights(&json!({ "2": 0.25 }))
    );
    let moved = update(&server, &json!({ "FunctionVersion": "3" })).json();
    assert_eq!(moved["FunctionVersion"], "3");
    assert_eq!(moved["RoutingConfig"], weights(&json!({ "2": 0.25 })));
}

#[test]
fn empty_weights_clear_the_split_and_are_not_shown() {
    let server = server();
    update(
        &server,
        &json!({ "RoutingConfig": weights(&json!({ "2": 0.25 })) }),
    );
    let promoted = json!({ "FunctionVersion": "2", "RoutingConfig": weights(&json!({})) });
    let promoted = update(&server, &promoted).json();
    assert_eq!(promoted["FunctionVersion"], "2");
    assert_eq!(promoted.get("RoutingConfig"), None);
}

#[test]
fn a_version_that_an_alias_points_at_cannot_be_deleted() {
    let server = server();
    update(
        &server,
        &json!({ "RoutingConfig": weights(&json!({ "2": 0.25 })) }),
    );
    for version in ["1", "2"] {
        let path = format!("/f?Qualifier={version}");
        server.lambda("DELETE", &path, &Value::Null).refuses(
            409,
            "ResourceConflictException",
            "Unable to delete version because the following aliases reference it: [live]",
        );
    }
    assert_eq!(
        server
            .lambda("DELETE", "/f?Qualifier=3", &Value::Null)
            .status,
        204
    );
}

#[test]
fn the_versions_of_a_weighted_alias_have_one_role_and_one_dead_letter_queue() {
    let queue = "arn:aws:sqs:us-east-1:000000000000:q";
    for (change, what) in [
        (
            json!({ "Role": "arn:aws:iam::000000000000:role/other" }),
            "execution role",
        ),
        (
            json!({ "DeadLetterConfig": { "TargetArn": queue } }),
            "dead-letter queue",
        ),
    ] {
        let server = server();
        server.lambda("PUT", "/f/configuration", &change);
        until("version 4 is published", || {
            let published = server.lambda("POST", "/f/versions", &Value::Null);
            (published.json()["Version"] == "4").then_some(())
        });
        let split = json!({ "RoutingConfig": weights(&json!({ "4": 0.1 })) });
        update(&server, &split).refuses(
            400,
            "InvalidParameterValueException",
            &format!("Function versions 1 and 4 of an alias must have the same {what}"),
        );
        let moved = update(&server, &json!({ "FunctionVersion": "4" }));
        assert_eq!(moved.status, 200);
    }
}

#[test]
fn a_stale_revision_id_of_a_policy_is_refused_by_its_own_name() {
    let server = server();
    let statement = json!({
        "StatementId": "api", "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com", "RevisionId": "stale",
    });
    let path = "/f/policy?Qualifier=live";
    server.lambda("POST", path, &statement).refuses(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API \
         to retrieve the latest Revision Id",
    );
    let mut statement = statement;
    statement.as_object_mut().unwrap().remove("RevisionId");
    assert_eq!(server.lambda("POST", path, &statement).status, 201);
    server.lambda("POST", path, &statement).refuses(
        409,
        "ResourceConflictException",
        "The statement id (api) provided already exists. Please provide a new statement id, or \
         remove the existing statement.",
    );
}
