//! Events: accepted at once, tried again where the function fails, given up as it was set.

use serde_json::{Value, json};

use crate::harness::{Server, until};

/// A function with alias `live`, on a server that does not wait a minute before it tries again.
fn server() -> Server {
    let server = Server::with(&["--retry-delay", "0"]);
    server.create_misbehaving("f", &Value::Null);
    server.lambda("POST", "/f/versions", &Value::Null);
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    server.lambda("POST", "/f/aliases", &alias);
    server
}

fn send(server: &Server, event: &str) {
    let path = "/2015-03-31/functions/f:live/invocations";
    let headers = [("x-amz-invocation-type", "Event")];
    let sent = server.request_with("POST", path, &headers, event.as_bytes());
    assert_eq!((sent.status, sent.text()), (202, String::new()));
    assert_eq!(sent.header("x-amz-executed-version"), None);
}

fn settings(server: &Server, method: &str, qualifier: &str, body: &Value) -> (u16, Value) {
    let path = format!("/2019-09-25/functions/f/event-invoke-config?Qualifier={qualifier}");
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let answer = server.request(method, &path, body.as_bytes());
    let value = if answer.body.is_empty() {
        Value::Null
    } else {
        answer.json()
    };
    (answer.status, value)
}

/// The request ids of the invocations that have ended.
fn ended(server: &Server) -> Vec<String> {
    last_words(server, "END")
}

/// The last word of each line with this word.
fn last_words(server: &Server, pattern: &str) -> Vec<String> {
    let request = json!({ "logGroupName": "/aws/lambda/f", "filterPattern": pattern });
    let headers = [("x-amz-target", "Logs_20140328.FilterLogEvents")];
    let found = server.request_with("POST", "/", &headers, request.to_string().as_bytes());
    let events = found.json()["events"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let id = |event: &Value| {
        event["message"]
            .as_str()?
            .rsplit(' ')
            .next()
            .map(str::to_owned)
    };
    events.iter().filter_map(id).collect()
}

#[test]
fn an_event_whose_function_fails_is_tried_twice_again_under_the_same_id() {
    let server = server();
    send(&server, r#""error""#);
    let ids = until("it was tried three times", || {
        let ids = ended(&server);
        (ids.len() == 3).then_some(ids)
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    // An event after it is the fourth invocation: there was no other attempt.
    send(&server, r#""well""#);
    let ids = until("the next has ended", || {
        let ids = ended(&server);
        (ids.len() >= 4).then_some(ids)
    });
    assert_eq!(ids.len(), 4);
    assert_ne!(ids[3], ids[0]);
}

/// Under the same seed, events go to the same versions as calls that are waited for.
#[test]
fn an_event_through_a_weighted_alias_throws_one_coin() {
    let versions = |asynchronous: bool| {
        let server = Server::with(&["--seed", "3"]);
        server.create_misbehaving("f", &Value::Null);
        server.lambda("POST", "/f/versions", &Value::Null);
        server.lambda("PUT", "/f/configuration", &json!({ "Timeout": 9 }));
        until("the second version is published", || {
            let published = server.lambda("POST", "/f/versions", &Value::Null);
            (published.json()["Version"] == "2").then_some(())
        });
        let routing = json!({ "AdditionalVersionWeights": { "2": 0.5 } });
        let alias = json!({ "Name": "live", "FunctionVersion": "1", "RoutingConfig": routing });
        server.lambda("POST", "/f/aliases", &alias);
        for count in 1..=16 {
            match asynchronous {
                true => send(&server, r#""well""#),
                false => drop(server.invoke("f:live", &json!("well"))),
            }
            until("it has ended", || {
                (ended(&server).len() == count).then_some(())
            });
        }
        last_words(&server, "START")
    };
    assert_eq!(versions(true), versions(false));
}

#[test]
fn how_often_an_event_is_tried_again_can_be_set() {
    let server = server();
    let (status, shown) = settings(
        &server,
        "PUT",
        "live",
        &json!({ "MaximumRetryAttempts": 0 }),
    );
    assert_eq!((status, &shown["MaximumRetryAttempts"]), (200, &json!(0)));
    assert_eq!(
        shown["FunctionArn"],
        "arn:aws:lambda:us-east-1:000000000000:function:f:live"
    );
    send(&server, r#""error""#);
    until("it was tried", || (ended(&server).len() == 1).then_some(()));
    send(&server, r#""well""#);
    until("the next has ended", || {
        (ended(&server).len() == 2).then_some(())
    });
}

#[test]
fn settings_are_updated_in_part_listed_and_deleted() {
    let server = server();
    settings(
        &server,
        "PUT",
        "live",
        &json!({ "MaximumRetryAttempts": 1 }),
    );
    let age = json!({ "MaximumEventAgeInSeconds": 60 });
    let (_, shown) = settings(&server, "POST", "live", &age);
    assert_eq!(
        (
            &shown["MaximumRetryAttempts"],
            &shown["MaximumEventAgeInSeconds"]
        ),
        (&json!(1), &json!(60))
    );
    let path = "/2019-09-25/functions/f/event-invoke-config/list";
    let all = server.request("GET", path, b"").json();
    assert_eq!(all["FunctionEventInvokeConfigs"], json!([shown]));
    // What is put takes the place of all that was there.
    let (_, shown) = settings(&server, "PUT", "live", &age);
    assert_eq!(shown["MaximumRetryAttempts"], Value::Null);
    assert_eq!(settings(&server, "DELETE", "live", &Value::Null).0, 204);
    let (status, error) = settings(&server, "GET", "live", &Value::Null);
    let text = "The function arn:aws:lambda:us-east-1:000000000000:function:f:live doesn't have \
                an EventInvokeConfig";
    assert_eq!((status, &error["Message"]), (404, &json!(text)));
}

#[test]
fn settings_outside_the_limits_are_refused() {
    let server = server();
    for body in [
        json!({}),
        json!({ "MaximumRetryAttempts": 3 }),
        json!({ "MaximumEventAgeInSeconds": 59 }),
        json!({ "MaximumEventAgeInSeconds": 21601 }),
    ] {
        assert_eq!(settings(&server, "PUT", "live", &body).0, 400, "{body}");
    }
    let set = json!({ "MaximumRetryAttempts": 0 });
    assert_eq!(settings(&server, "PUT", "nobody", &set).0, 404);
    let queue = "arn:aws:sqs:us-east-1:000000000000:failed";
    let queue = json!({ "DestinationConfig": { "OnFailure": { "Destination": queue } } });
    assert_eq!(settings(&server, "PUT", "live", &queue).0, 200);
}

#[test]
fn the_older_call_for_events_is_there() {
    let server = server();
    let path = "/2014-11-13/functions/f/invoke-async/";
    let sent = server.request("POST", path, b"1");
    assert_eq!((sent.status, sent.text()), (202, String::new()));
    until("it was invoked", || {
        (ended(&server).len() == 1).then_some(())
    });
}

const FUNCTIONS: &str = "arn:aws:lambda:us-east-1:000000000000:function";

/// Sends what becomes of `f:live`'s events to function `told`, which logs it.
fn with_destination(server: &Server, retries: u32) {
    let log = json!({ "Environment": { "Variables": { "ECHO": "log" } } });
    server.create_misbehaving("told", &log);
    let told = json!({ "Destination": format!("{FUNCTIONS}:told") });
    let set = json!({
        "MaximumRetryAttempts": retries,
        "DestinationConfig": { "OnSuccess": told, "OnFailure": told },
    });
    let (status, shown) = settings(server, "PUT", "live", &set);
    assert_eq!(
        (status, &shown["DestinationConfig"]["OnSuccess"]),
        (200, &told)
    );
}

/// The record that `told` got.
fn record(server: &Server) -> Value {
    let request = json!({ "logGroupName": "/aws/lambda/told", "filterPattern": "requestContext" });
    let headers = [("x-amz-target", "Logs_20140328.FilterLogEvents")];
    until("the destination was told", || {
        let found = server.request_with("POST", "/", &headers, request.to_string().as_bytes());
        let line = found.json()["events"][0]["message"].as_str()?.to_owned();
        serde_json::from_str(&line).ok()
    })
}

#[test]
fn a_destination_is_told_of_an_event_that_failed() {
    let server = server();
    with_destination(&server, 1);
    send(&server, r#""error""#);
    let record = record(&server);
    let context = &record["requestContext"];
    assert_eq!(context["condition"], "RetriesExhausted");
    assert_eq!(context["approximateInvokeCount"], 2);
    assert_eq!(context["functionArn"], format!("{FUNCTIONS}:f:live"));
    assert_eq!(context["requestId"], ended(&server)[0]);
    assert_eq!(record["requestPayload"], "error");
    assert_eq!(
        record["responseContext"],
        json!({ "statusCode": 200, "executedVersion": "1", "functionError": "Unhandled" })
    );
    assert_eq!(record["responsePayload"]["errorType"], "Broken");
}

#[test]
fn a_destination_is_told_of_an_event_that_succeeded() {
    let server = server();
    with_destination(&server, 0);
    send(&server, r#""well""#);
    let record = record(&server);
    assert_eq!(record["requestContext"]["condition"], "Success");
    assert_eq!(record["responsePayload"], "well");
    assert_eq!(
        record["responseContext"],
        json!({ "statusCode": 200, "executedVersion": "1" })
    );
    let itself = json!({ "OnSuccess": { "Destination": format!("{FUNCTIONS}:f:live") } });
    let (status, error) = settings(
        &server,
        "POST",
        "live",
        &json!({ "DestinationConfig": itself }),
    );
    let text = "You can't specify the function as a destination for itself.";
    assert_eq!((status, &error["message"]), (400, &json!(text)));
}

#[test]
fn destinations_that_lead_in_a_circle_come_to_an_end() {
    let server = server();
    let log = json!({ "Environment": { "Variables": { "ECHO": "log" } } });
    server.create_misbehaving("g", &log);
    let to = |name: &str| json!({ "DestinationConfig": { "OnSuccess": { "Destination": format!("{FUNCTIONS}:{name}") } } });
    settings(&server, "PUT", "live", &to("g"));
    let path = "/2019-09-25/functions/g/event-invoke-config";
    let body = to("f:live").to_string();
    assert_eq!(server.request("PUT", path, body.as_bytes()).status, 200);
    send(&server, r#""well""#);
    until("it was passed on sixteen times", || {
        (ended(&server).len() >= 9).then_some(())
    });
    // Now nothing is passed on any more: an event after it is the tenth invocation, if the circle
    // had ended by itself.
    assert_eq!(settings(&server, "DELETE", "live", &Value::Null).0, 204);
    send(&server, r#""well""#);
    until("the next has ended", || {
        (ended(&server).len() > 9).then_some(())
    });
    assert_eq!(ended(&server).len(), 10);
}
