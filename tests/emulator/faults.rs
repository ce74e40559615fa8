//! Faults that lambda-local is asked for hit the calls that they name, and the deployer survives
//! them.

use std::process::Command;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::harness::{Finished, Server, program, until};

const ALIAS: &str = "/hello/aliases/live";

#[test]
fn a_throttled_call_is_refused_and_not_done() {
    let server = Server::with(&["--fault", "UpdateAlias:throttle:1"]);
    server.create("blue").succeeds();
    let change = json!({ "Description": "changed" });
    let refused = server.lambda("PUT", ALIAS, &change);
    refused.refuses(429, "TooManyRequestsException", "Rate exceeded");
    assert_eq!(refused.json()["Reason"], "CallerRateLimitExceeded");
    let alias = server.lambda("GET", ALIAS, &Value::Null).json();
    assert_ne!(alias["Description"], "changed");
}

#[test]
fn a_lost_answer_is_lost_and_what_was_asked_is_done() {
    let server = Server::with(&["--fault", "UpdateAlias:lost:1"]);
    server.create("blue").succeeds();
    let url = format!("{}/2015-03-31/functions{ALIAS}", server.url);
    let change = json!({ "Description": "changed" }).to_string();
    let lost = ureq::put(&url).send(change).unwrap_err();
    let answered = matches!(lost, ureq::Error::StatusCode(_));
    assert!(!answered, "nothing is answered: {lost}");
    let alias = server.lambda("GET", ALIAS, &Value::Null).json();
    assert_eq!(alias["Description"], "changed");
}

#[test]
fn a_call_that_is_to_be_lost_and_then_refused_is_done() {
    for (faults, done) in [
        (["UpdateAlias:lost:1", "UpdateAlias:throttle:1"], true),
        (["UpdateAlias:throttle:1", "UpdateAlias:lost:1"], false),
    ] {
        let server = Server::with(&["--fault", faults[0], "--fault", faults[1]]);
        server.create("blue").succeeds();
        let url = format!("{}/2015-03-31/functions{ALIAS}", server.url);
        let change = json!({ "Description": "changed" }).to_string();
        let refused = ureq::put(&url).send(change).unwrap_err();
        let answered = matches!(refused, ureq::Error::StatusCode(429));
        let alias = server.lambda("GET", ALIAS, &Value::Null).json();
        assert_eq!(
            (answered, alias["Description"] == "changed"),
            (!done, done),
            "{faults:?}: {refused}"
        );
    }
}

#[test]
fn a_failing_service_is_told_in_each_protocol() {
    let server = Server::with(&["--fault", "*:error:1"]);
    let rest = server.lambda("GET", ALIAS, &Value::Null);
    assert_eq!(
        (rest.status, rest.header("x-amzn-errortype")),
        (500, Some("ServiceException"))
    );
    let target = [("x-amz-target", "Logs_20140328.DescribeLogGroups")];
    let json = server.request_with("POST", "/", &target, b"{}");
    assert_eq!(
        (json.status, &json.json()["__type"]),
        (500, &json!("InternalFailure"))
    );
    let body = b"Action=GetCallerIdentity&Version=2011-06-15";
    let query = server.request_with("POST", "/", &[FORM], body);
    assert_eq!(query.status, 500);
    assert!(query.text().contains("<Code>InternalFailure</Code>"));
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// As `curl -d` sends it.
#[test]
fn a_call_to_a_rest_service_is_that_whatever_its_body_claims_to_be() {
    let server = Server::with(&["--fault", "GetFunction:error:0"]);
    server.create_misbehaving("f", &Value::Null);
    let path = "/2015-03-31/functions/f/invocations";
    let event = json!({ "long": "x".repeat(2 << 20) }).to_string();
    let echoed = server.request_with("POST", path, &[FORM], event.as_bytes());
    assert_eq!((echoed.status, echoed.text() == event), (200, true));
    let server = Server::with(&["--fault", "Invoke:error:1"]);
    server.create_misbehaving("f", &Value::Null);
    let failed = server.request_with("POST", path, &[FORM], b"{}");
    assert_eq!(failed.status, 500, "{}", failed.text());
}

#[test]
fn a_form_that_a_client_packed_is_answered_beside_a_fault_and_one_that_is_damaged_is_refused() {
    let server = Server::with(&["--fault", "GetFunction:error:1"]);
    let packed =
        "H4sIAAAAAAACA3NMLsnMz7N1Ty1xTszJSS3yTEnNK8ksqVQLSy0qBskYGRga6hqY6RqaAgD7RHOxKwAAAA==";
    let packed = BASE64_STANDARD.decode(packed).unwrap();
    let headers = [FORM, ("content-encoding", "gzip")];
    let answer = server.request_with("POST", "/", &headers, &packed);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("<GetCallerIdentityResult>"));
    let damaged = server.request_with("POST", "/", &headers, &packed[..20]);
    assert_eq!(damaged.status, 400, "{}", damaged.text());
    assert!(
        damaged
            .text()
            .contains("<Code>SerializationException</Code>")
    );
}

#[test]
fn a_release_goes_through_throttled_calls_and_lost_answers() {
    let faults = [
        "UpdateAlias:lost:0.3",
        "UpdateFunctionCode:throttle:0.3",
        "GetAlias:error:0.2",
        "*:delay=5:0.5",
    ];
    let mut options = vec!["--seed", "7"];
    options.extend(faults.iter().flat_map(|fault| ["--fault", *fault]));
    let server = Server::with(&options);
    server.create("blue").succeeds();
    let green = server.publish("green").to_string();
    for step in [
        &["shift", "10%", "--to", &green][..],
        &["promote"],
        &["rollback"],
    ] {
        server.bluegreen(step).succeeds();
    }
    // This call may meet a fault, too.
    let alias = until("the alias is read", || {
        let answer = server.lambda("GET", ALIAS, &Value::Null);
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!(alias["FunctionVersion"], "1");
}

#[test]
fn a_fault_that_cannot_be_is_refused_with_what_can() {
    for (fault, said) in [
        (
            "UpdateAliases:throttle:0.1",
            "there is no operation 'UpdateAliases' here",
        ),
        ("UpdateAlias:throttle:7", "from 0 to 1"),
        (
            "UpdateAlias:explode:0.1",
            "throttle, error, lost, or delay=MS",
        ),
        ("UpdateAlias", "OPERATION:KIND:SHARE"),
    ] {
        let mut command = Command::new(program("lambda-local"));
        command.args(["--ephemeral", "--port", "0", "--fault", fault]);
        let finished = Finished::run(command);
        assert_eq!(finished.code, Some(2), "{fault}");
        assert!(finished.stderr.contains(said), "{}", finished.stderr);
    }
}
