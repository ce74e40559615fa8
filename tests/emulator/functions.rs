//! Functions: what creating and updating them does, and refuses.

use serde_json::{Value, json};

use crate::harness::{Server, base64_of, script, zip_of};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";

#[test]
fn a_new_function_is_pending_and_refuses_what_needs_it_active() {
    let server = Server::with(&["--transition", "60000"]);
    let request = json!({
        "FunctionName": "f", "Runtime": "provided.al2023", "Handler": "bootstrap",
        "Role": "arn:aws:iam::000000000000:role/r",
        "Code": { "ZipFile": base64_of(&script("1")) },
    });
    let created = server.lambda("POST", "", &request).json();
    assert_eq!(created["State"], "Pending");
    assert_eq!(created["StateReasonCode"], "Creating");
    assert_eq!(created.get("LastUpdateStatus"), None);
    let pending = "The operation cannot be performed at this time. The function is currently in \
                   the following state: Pending";
    let conflict = "ResourceConflictException";
    server
        .lambda("POST", "/f/versions", &Value::Null)
        .refuses(409, conflict, pending);
    server
        .invoke("f", &Value::Null)
        .refuses(409, conflict, pending);
}

#[test]
fn an_update_under_way_refuses_another() {
    let server = Server::with(&["--transition", "400"]);
    server.create_function("f", &script("1"), &Value::Null);
    let request = json!({ "ZipFile": base64_of(&script("2")) });
    let first = server.lambda("PUT", "/f/code", &request);
    assert_eq!(first.json()["LastUpdateStatus"], "InProgress");
    server.lambda("PUT", "/f/code", &request).refuses(
        409,
        "ResourceConflictException",
        &format!(
            "The operation cannot be performed at this time. An update is in progress for \
             resource: {ARN}"
        ),
    );
}

#[test]
fn each_change_gives_the_function_a_new_revision_id() {
    let server = Server::with_versions(1);
    let read = || {
        server
            .lambda("GET", "/f/configuration", &Value::Null)
            .json()["RevisionId"]
            .clone()
    };
    let first = read();
    server.update_code("f", &script("a"));
    let updated = read();
    server.lambda("POST", "/f/versions", &Value::Null);
    let published = read();
    assert_ne!(first, updated);
    assert_ne!(updated, published);
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    server.lambda("POST", "/f/aliases", &alias);
    assert_eq!(read(), published);
    let stale = json!({ "ZipFile": base64_of(&script("b")), "RevisionId": first });
    let answer = server.lambda("PUT", "/f/code", &stale);
    assert_eq!(
        (answer.status, answer.header("x-amzn-errortype")),
        (412, Some("PreconditionFailedException"))
    );
}

#[test]
fn a_dry_run_changes_nothing() {
    let server = Server::with_versions(1);
    let before = server
        .lambda("GET", "/f/configuration", &Value::Null)
        .json();
    let request = json!({ "ZipFile": base64_of(&script("dry")), "DryRun": true });
    let answer = server.lambda("PUT", "/f/code", &request).json();
    assert_ne!(answer["CodeSha256"], before["CodeSha256"]);
    assert_eq!(
        server
            .lambda("GET", "/f/configuration", &Value::Null)
            .json(),
        before
    );
}

#[test]
fn what_is_no_package_is_refused() {
    let server = Server::with_versions(1);
    let refused = |zip: &[u8], message: &str| {
        let request = json!({ "ZipFile": base64_of(zip) });
        let answer = server.lambda("PUT", "/f/code", &request);
        answer.refuses(400, "InvalidParameterValueException", message);
    };
    refused(
        b"no zip",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
    );
    refused(
        &zip_of("../escape", 0o644, b"x"),
        "the zip's entry '../escape' would be unpacked outside its folder",
    );
    let nothing = server.lambda("PUT", "/f/code", &json!({}));
    nothing.refuses(
        400,
        "InvalidParameterValueException",
        "Please provide a source for function code.",
    );
}

#[test]
fn limits_and_malformed_values_are_refused_by_name() {
    let server = Server::with_versions(1);
    for (change, part) in [
        (
            json!({ "Timeout": 901 }),
            "at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
        ),
        (
            json!({ "Timeout": 0 }),
            "Member must have value greater than or equal to 1",
        ),
        (json!({ "MemorySize": 64 }), "at 'memorySize'"),
        (json!({ "Role": "me" }), "at 'role'"),
        (
            json!({ "Environment": { "Variables": { "KEY": "x".repeat(4096) } } }),
            "exceeded the 4KB limit",
        ),
        (
            json!({ "Environment": { "Variables": { "AWS_REGION": "x" } } }),
            "Reserved keys used in this request: AWS_REGION",
        ),
    ] {
        let answer = server.lambda("PUT", "/f/configuration", &change);
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(answer.text().contains(part), "{}", answer.text());
    }
    let answer = server.request("PUT", "/2015-03-31/functions/f/configuration", b"{not json");
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("SerializationException")
    );
}

#[test]
fn an_operation_that_is_not_here_says_its_name() {
    let server = Server::with_versions(1);
    let path = "/2020-06-30/functions/f/code-signing-config";
    let answer = server.request("PUT", path, b"{}");
    answer.refuses(
        501,
        "NotImplementedException",
        "lambda-local does not implement PUT /2020-06-30/functions/f/code-signing-config",
    );
    let target = [("x-amz-target", "CodeDeploy_20141006.ListApplications")];
    let answer = server.request_with("POST", "/", &target, b"{}");
    assert!(
        answer
            .text()
            .contains("CodeDeploy_20141006.ListApplications")
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = server.request_with("POST", "/", &form, b"Action=CreateStack&Version=2010-05-15");
    assert!(answer.text().contains("CreateStack"));
}

#[test]
fn functions_of_other_runtimes_are_kept_but_not_run() {
    let server = Server::start();
    server.create_function(
        "f",
        &zip_of("app.py", 0o644, b"x"),
        &json!({ "Runtime": "python3.12" }),
    );
    assert_eq!(
        server.lambda("POST", "/f/versions", &Value::Null).json()["Version"],
        "1"
    );
    let answer = server.invoke("f", &Value::Null);
    assert_eq!(answer.status, 501);
    assert!(
        answer
            .text()
            .contains("only provided.al2023 and provided.al2 run here")
    );
}
