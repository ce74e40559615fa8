//! Versions: published once, numbered, and never changed.

use serde_json::{Value, json};

use crate::harness::{Server, base64_of, script, until};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";

#[test]
fn publishing_what_has_not_changed_gives_the_version_that_exists() {
    let server = Server::with_versions(2);
    let again = server.lambda("POST", "/f/versions", &Value::Null);
    assert_eq!(
        (again.status, again.json()["Version"].as_str()),
        (201, Some("2"))
    );
    server.update_code("f", &script("2"));
    assert_eq!(
        server.lambda("POST", "/f/versions", &Value::Null).json()["Version"],
        "2"
    );
}

#[test]
fn a_version_keeps_its_code_and_configuration() {
    let server = Server::with_versions(1);
    let read = || {
        server
            .lambda("GET", "/f/configuration?Qualifier=1", &Value::Null)
            .json()
    };
    let before = read();
    server.update_code("f", &script("other"));
    let changed = json!({ "MemorySize": 512, "Environment": { "Variables": { "KEY": "1" } } });
    assert_eq!(
        server.lambda("PUT", "/f/configuration", &changed).status,
        200
    );
    assert_eq!(read(), before);
    assert_eq!(before["FunctionArn"], format!("{ARN}:1"));
}

#[test]
fn the_number_of_a_deleted_version_is_not_given_again() {
    let server = Server::with_versions(2);
    assert_eq!(
        server
            .lambda("DELETE", "/f?Qualifier=2", &Value::Null)
            .status,
        204
    );
    server.update_code("f", &script("new"));
    assert_eq!(
        server.lambda("POST", "/f/versions", &Value::Null).json()["Version"],
        "3"
    );
}

#[test]
fn publishing_other_code_than_expected_is_refused() {
    let server = Server::with_versions(1);
    let found = server
        .lambda("GET", "/f/configuration", &Value::Null)
        .json();
    let current = found["CodeSha256"].as_str().unwrap();
    server
        .lambda("POST", "/f/versions", &json!({ "CodeSha256": "other" }))
        .refuses(
            400,
            "InvalidParameterValueException",
            &format!(
                "CodeSHA256 (other) is different from current CodeSHA256 in $LATEST ({current}). \
             Please try again with the CodeSHA256 in $LATEST."
            ),
        );
}

#[test]
fn listings_come_in_pages() {
    let server = Server::with_versions(3);
    let list = |query: &str| {
        server
            .lambda("GET", &format!("/f/versions{query}"), &Value::Null)
            .json()
    };
    let numbers = |page: &Value| -> Vec<String> {
        let versions = page["Versions"].as_array().unwrap().iter();
        versions
            .map(|v| v["Version"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(numbers(&list("")), ["$LATEST", "1", "2", "3"]);
    let first = list("?MaxItems=3");
    assert_eq!(numbers(&first), ["$LATEST", "1", "2"]);
    let marker = first["NextMarker"].as_str().unwrap();
    let last = list(&format!("?MaxItems=3&Marker={marker}"));
    assert_eq!(numbers(&last), ["3"]);
    assert_eq!(last.get("NextMarker"), None);
    for version in [&first["Versions"][0], &last["Versions"][0]] {
        assert_eq!(version.get("State"), None);
        assert_eq!(version.get("LastUpdateStatus"), None);
    }
    let latest = &first["Versions"][0]["FunctionArn"];
    assert_eq!(*latest, format!("{ARN}:$LATEST"));
    assert_eq!(last["Versions"][0]["FunctionArn"], format!("{ARN}:3"));
}

fn configuration(server: &Server, qualifier: &str) -> Value {
    let path = format!("/f/configuration?Qualifier={qualifier}");
    server.lambda("GET", &path, &Value::Null).json()
}

#[test]
fn a_version_that_is_published_after_the_update_is_active_at_once() {
    let server = Server::with(&["--transition", "100"]);
    server.create_function("f", &script("1"), &Value::Null);
    let published = server.lambda("POST", "/f/versions", &Value::Null).json();
    assert_eq!(
        (&published["State"], &published["LastUpdateStatus"]),
        (&json!("Active"), &json!("Successful"))
    );
}

#[test]
fn a_version_that_is_published_with_its_code_is_pending_and_not_invoked_yet() {
    let server = Server::with(&["--transition", "500"]);
    server.create_function("f", &script("1"), &Value::Null);
    let request = json!({ "ZipFile": base64_of(&script("2")), "Publish": true });
    let published = server.lambda("PUT", "/f/code", &request).json();
    assert_eq!(
        (&published["Version"], &published["State"]),
        (&json!("1"), &json!("Pending"))
    );
    assert_eq!(configuration(&server, "1")["State"], "Pending");
    assert_eq!(configuration(&server, "$LATEST")["State"], "Active");
    server.invoke("f:1", &Value::Null).refuses(
        409,
        "ResourceConflictException",
        "The operation cannot be performed at this time. The function is currently in the \
         following state: Pending",
    );
    until("version 1 is active", || {
        (configuration(&server, "1")["State"] == "Active").then_some(())
    });
}

#[test]
fn an_alias_is_shown_with_its_own_arn_and_its_versions_number() {
    let server = Server::with_versions(2);
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    server.lambda("POST", "/f/aliases", &alias);
    let found = server
        .lambda("GET", "/f?Qualifier=live", &Value::Null)
        .json();
    let shown = &found["Configuration"];
    assert_eq!(shown["FunctionArn"], format!("{ARN}:live"));
    assert_eq!(shown["Version"], "1");
    assert_eq!(
        shown["CodeSha256"],
        configuration(&server, "1")["CodeSha256"]
    );
}

#[test]
fn the_package_of_a_version_can_be_downloaded() {
    let server = Server::with_versions(1);
    server.update_code("f", &script("other"));
    for (qualifier, package) in [("1", script("1")), ("$LATEST", script("other"))] {
        let path = format!("/f?Qualifier={qualifier}");
        let found = server.lambda("GET", &path, &Value::Null).json();
        let location = found["Code"]["Location"].as_str().unwrap();
        assert_eq!(server.request("GET", location, b"").body, package);
    }
    let none = server.request("GET", "/_aws/lambda-code/..%2fcode", b"");
    assert_eq!(none.status, 404);
}
