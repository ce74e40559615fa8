//! Reserved concurrency, and the provisioned concurrency of versions and aliases.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::{Answer, Server, until};

/// Function `f` with versions 1 and 2 and alias `live` at version 1.
fn server(options: &[&str]) -> Server {
    let server = Server::with(options);
    server.create_misbehaving("f", &Value::Null);
    server.lambda("POST", "/f/versions", &Value::Null);
    server.lambda("PUT", "/f/configuration", &json!({ "Timeout": 5 }));
    until("version 2 is published", || {
        let published = server.lambda("POST", "/f/versions", &Value::Null);
        (published.json()["Version"] == "2").then_some(())
    });
    let alias = json!({ "Name": "live", "FunctionVersion": "1" });
    server.lambda("POST", "/f/aliases", &alias);
    server
}

fn reserve(server: &Server, count: u32) -> Answer {
    let body = json!({ "ReservedConcurrentExecutions": count }).to_string();
    let path = "/2017-10-31/functions/f/concurrency";
    server.request("PUT", path, body.as_bytes())
}

fn provisioned(server: &Server, method: &str, qualifier: &str) -> Answer {
    let path = format!("/2019-09-30/functions/f/provisioned-concurrency?Qualifier={qualifier}");
    let body = match method {
        "PUT" => r#"{"ProvisionedConcurrentExecutions":3}"#,
        _ => "",
    };
    server.request(method, &path, body.as_bytes())
}

fn move_alias(server: &Server, change: &Value) -> Answer {
    server.lambda("PUT", "/f/aliases/live", change)
}

const INVALID: &str = "InvalidParameterValueException";

#[test]
fn invocations_beyond_the_reservation_are_throttled_and_counted_as_that() {
    let server = server(&[]);
    assert_eq!(reserve(&server, 0).status, 200);
    let refused = server.invoke("f:live", &json!("pid"));
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.header("x-amzn-errortype"),
        Some("TooManyRequestsException")
    );
    assert_eq!(
        refused.json()["Reason"],
        "ReservedFunctionConcurrentInvocationLimitExceeded"
    );
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let sum = |metric: &str| {
        let request = json!({
            "Namespace": "AWS/Lambda", "MetricName": metric, "Statistics": ["Sum"], "Period": 3600,
            "Dimensions": [{ "Name": "FunctionName", "Value": "f" }],
            "StartTime": now.as_secs() - 7200, "EndTime": now.as_secs() + 7200,
        });
        let points = server.cloudwatch("GetMetricStatistics", &request).json();
        points["Datapoints"][0]["Sum"].as_f64()
    };
    assert_eq!((sum("Throttles"), sum("Invocations")), (Some(1.0), None));
    let path = "/2017-10-31/functions/f/concurrency";
    assert_eq!(server.request("DELETE", path, b"").status, 204);
    assert_eq!(server.invoke("f:live", &json!("pid")).status, 200);
    assert_eq!(
        (sum("Throttles"), sum("Invocations")),
        (Some(1.0), Some(1.0))
    );
}

/// The statistic of a metric under the alias.
fn measured(server: &Server, metric: &str, statistic: &str) -> Option<f64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let request = json!({
        "Namespace": "AWS/Lambda", "MetricName": metric, "Statistics": [statistic], "Period": 3600,
        "Dimensions": [{ "Name": "FunctionName", "Value": "f" },
            { "Name": "Resource", "Value": "f:live" }],
        "StartTime": now.as_secs() - 7200, "EndTime": now.as_secs() + 7200,
    });
    let points = server.cloudwatch("GetMetricStatistics", &request).json();
    points["Datapoints"][0][statistic].as_f64()
}

#[test]
fn a_reservation_that_is_all_provisioned_leaves_nothing_for_the_rest() {
    let server = server(&[]);
    assert_eq!(provisioned(&server, "PUT", "live").status, 202);
    waits_for(&server, "live", "READY");
    assert_eq!(reserve(&server, 3).status, 200);
    let unpublished = server.invoke("f", &json!("pid"));
    assert_eq!(
        (unpublished.status, &unpublished.json()["message"]),
        (429, &json!("Rate Exceeded."))
    );
    assert_eq!(server.invoke("f:live", &json!("pid")).status, 200);
    assert_eq!(server.invoke("f:1", &json!("pid")).status, 200);
}

#[test]
fn what_is_provisioned_has_metrics_of_its_own() {
    let server = server(&[]);
    server.invoke("f:live", &json!("pid"));
    let invocations = "ProvisionedConcurrencyInvocations";
    assert_eq!(measured(&server, invocations, "Sum"), None);
    assert_eq!(provisioned(&server, "PUT", "live").status, 202);
    waits_for(&server, "live", "READY");
    server.invoke("f:live", &json!("pid"));
    let value = |metric: &str, statistic: &str| measured(&server, metric, statistic);
    assert_eq!(value(invocations, "Sum"), Some(1.0));
    let spilled = "ProvisionedConcurrencySpilloverInvocations";
    assert_eq!(value(spilled, "Sum"), Some(0.0));
    let in_use = "ProvisionedConcurrentExecutions";
    assert_eq!(value(in_use, "Maximum"), Some(1.0));
    let share = value("ProvisionedConcurrencyUtilization", "Maximum").unwrap();
    assert!((share - 1.0 / 3.0).abs() < 1e-9, "{share}");
    let listed = server.cloudwatch("ListMetrics", &json!({})).text();
    assert!(listed.contains(in_use), "{listed}");
}

#[test]
fn a_reservation_is_taken_from_what_the_account_has() {
    let server = server(&[]);
    reserve(&server, 901).refuses(
        400,
        INVALID,
        "Specified ReservedConcurrentExecutions for function decreases account's \
         UnreservedConcurrentExecution below its minimum value of [100].",
    );
    assert_eq!(reserve(&server, 900).status, 200);
    let path = "/2019-09-30/functions/f/concurrency";
    let reserved = server.request("GET", path, b"").json();
    assert_eq!(reserved, json!({ "ReservedConcurrentExecutions": 900 }));
    let account = server
        .request("GET", "/2016-08-19/account-settings", b"")
        .json();
    assert_eq!(
        account["AccountLimit"]["UnreservedConcurrentExecutions"],
        100
    );
    assert_eq!(account["AccountUsage"]["FunctionCount"], 1);
    server.create_misbehaving("g", &Value::Null);
    let most = format!(r#"{{"ReservedConcurrentExecutions":{}}}"#, u32::MAX);
    let path = "/2017-10-31/functions/g/concurrency";
    assert_eq!(server.request("PUT", path, most.as_bytes()).status, 400);
}

#[test]
fn provisioned_concurrency_is_in_progress_and_then_ready() {
    let server = server(&["--transition", "300"]);
    let made = provisioned(&server, "PUT", "2");
    assert_eq!(
        (made.status, &made.json()["Status"]),
        (202, &json!("IN_PROGRESS"))
    );
    let ready = until("it is ready", || {
        let found = provisioned(&server, "GET", "2").json();
        (found["Status"] == "READY").then_some(found)
    });
    assert_eq!(ready["AvailableProvisionedConcurrentExecutions"], 3);
    let path = "/2019-09-30/functions/f/provisioned-concurrency?List=ALL";
    let all = server.request("GET", path, b"").json();
    assert_eq!(
        all["ProvisionedConcurrencyConfigs"][0]["FunctionArn"],
        "arn:aws:lambda:us-east-1:000000000000:function:f:2"
    );
    assert_eq!(provisioned(&server, "DELETE", "2").status, 204);
    provisioned(&server, "GET", "2").refuses(
        404,
        "ProvisionedConcurrencyConfigNotFoundException",
        "No Provisioned Concurrency Config found for this function",
    );
}

#[test]
fn provisioned_concurrency_quarrels_with_weights_and_with_a_versions_own() {
    let server = server(&[]);
    let split = json!({ "RoutingConfig": { "AdditionalVersionWeights": { "2": 0.1 } } });
    move_alias(&server, &split);
    provisioned(&server, "PUT", "live").refuses(
        400,
        INVALID,
        "Alias with weights can not be used with Provisioned Concurrency",
    );
    move_alias(&server, &json!({ "RoutingConfig": {} }));
    assert_eq!(provisioned(&server, "PUT", "live").status, 202);
    provisioned(&server, "PUT", "1").refuses(
        409,
        "ResourceConflictException",
        "Version is pointed by a Provisioned Concurrency alias",
    );
    assert_eq!(provisioned(&server, "PUT", "2").status, 202);
    let own = "Alias can't be used for Provisioned Concurrency configuration on an already \
               Provisioned version";
    let promote = json!({ "FunctionVersion": "2", "RoutingConfig": {} });
    move_alias(&server, &promote).refuses(409, "ResourceConflictException", own);
    assert_eq!(move_alias(&server, &split).status, 200);
    provisioned(&server, "PUT", "$LATEST").refuses(
        400,
        INVALID,
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
    );
}

#[test]
fn an_alias_with_provisioned_concurrency_moves_only_when_the_new_version_has_it() {
    let server = server(&["--transition", "1500"]);
    provisioned(&server, "PUT", "live");
    waits_for(&server, "live", "READY");
    let moved = move_alias(&server, &json!({ "FunctionVersion": "2" })).json();
    assert_eq!(moved["FunctionVersion"], "2");
    assert_eq!(moved.get("RoutingConfig"), None);
    let moving = provisioned(&server, "GET", "live").json();
    assert_eq!(moving["Status"], "IN_PROGRESS");
    assert_eq!(moving["AllocatedProvisionedConcurrentExecutions"], 3);
    let alias = server.lambda("GET", "/f/aliases/live", &Value::Null).json();
    assert_eq!(
        alias["RoutingConfig"],
        json!({ "AdditionalVersionWeights": { "1": 1.0 } })
    );
    let served = server.invoke("f:live", &json!("pid"));
    assert_eq!(served.header("x-amz-executed-version"), Some("1"));
    until("the alias has moved", || {
        let alias = server.lambda("GET", "/f/aliases/live", &Value::Null).json();
        alias.get("RoutingConfig").is_none().then_some(())
    });
    assert_eq!(
        provisioned(&server, "GET", "live").json()["Status"],
        "READY"
    );
    let served = server.invoke("f:live", &json!("pid"));
    assert_eq!(served.header("x-amz-executed-version"), Some("2"));
}

/// The routing that an alias shows and the version that it sends an invocation to.
fn served(server: &Server) -> (Value, String) {
    let alias = server.lambda("GET", "/f/aliases/live", &Value::Null).json();
    let answer = server.invoke("f:live", &json!("pid"));
    let version = answer.header("x-amz-executed-version").unwrap();
    (alias["RoutingConfig"].clone(), version.to_owned())
}

#[test]
fn a_move_that_is_taken_back_before_it_is_done_sends_nothing_to_the_version_that_never_served() {
    let server = server(&["--transition", "1500"]);
    provisioned(&server, "PUT", "live");
    waits_for(&server, "live", "READY");
    move_alias(&server, &json!({ "FunctionVersion": "2" }));
    let leaving = json!({ "AdditionalVersionWeights": { "1": 1.0 } });
    assert_eq!(served(&server), (leaving, "1".to_owned()));
    move_alias(&server, &json!({ "FunctionVersion": "1" }));
    assert_eq!(served(&server), (Value::Null, "1".to_owned()));
    waits_for(&server, "live", "READY");
    assert_eq!(served(&server), (Value::Null, "1".to_owned()));
}

fn waits_for(server: &Server, qualifier: &str, status: &str) -> Value {
    until(status, || {
        let found = provisioned(server, "GET", qualifier).json();
        (found["Status"] == status).then_some(found)
    })
}

/// Whether the environment that serves the next invocation was started ahead.
fn is_started_ahead(server: &Server, target: &str) -> bool {
    let variables = server.invoke(target, &json!("variables")).text();
    variables.contains("AWS_LAMBDA_INITIALIZATION_TYPE=provisioned-concurrency")
}

#[test]
fn provisioned_environments_are_started_before_they_are_needed() {
    let server = server(&[]);
    assert!(!is_started_ahead(&server, "f:1"));
    assert_eq!(provisioned(&server, "PUT", "2").status, 202);
    waits_for(&server, "2", "READY");
    assert!(is_started_ahead(&server, "f:2"));
    let page = server.request("GET", "/", b"").text();
    let row = page.split("<tr>").find(|row| row.contains("</i> 2<td>"));
    assert!(row.unwrap().contains("<td class=n>3<td"), "{page}");
}

#[test]
fn provisioned_environments_that_cannot_start_are_a_failure() {
    let server = Server::start();
    let broken = json!({ "Environment": { "Variables": { "INIT": "exit" } } });
    server.create_misbehaving("f", &broken);
    server.lambda("POST", "/f/versions", &Value::Null);
    assert_eq!(provisioned(&server, "PUT", "1").status, 202);
    let failed = waits_for(&server, "1", "FAILED");
    assert_eq!(failed["StatusReason"], "FUNCTION_ERROR_INIT_FAILURE");
    assert_eq!(failed["AvailableProvisionedConcurrentExecutions"], 0);
}

#[test]
fn provisioned_environments_are_there_again_after_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let data = ["--data", folder.path().to_str().unwrap()];
    let mut first = server(&data);
    assert_eq!(provisioned(&first, "PUT", "live").status, 202);
    waits_for(&first, "live", "READY");
    first.kill();
    let second = Server::with(&data);
    waits_for(&second, "live", "READY");
    assert!(is_started_ahead(&second, "f:live"));
}
