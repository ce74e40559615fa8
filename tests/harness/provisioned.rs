//! Provisioned concurrency of function `hello`.

use serde_json::{Value, json};

use super::{Server, until};

pub(crate) fn provision(server: &Server, qualifier: &str, count: u32) {
    let path = format!("/2019-09-30/functions/hello/provisioned-concurrency?Qualifier={qualifier}");
    let body = json!({ "ProvisionedConcurrentExecutions": count }).to_string();
    let put = server.request("PUT", &path, body.as_bytes());
    assert_eq!(put.status, 202, "{}", put.text());
    until("it is ready", || {
        let found = server.request("GET", &path, b"").json();
        (found["Status"] == "READY").then_some(())
    });
}

pub(crate) fn reserve(server: &Server, count: u32) {
    let body = json!({ "ReservedConcurrentExecutions": count }).to_string();
    let path = "/2017-10-31/functions/hello/concurrency";
    assert_eq!(server.request("PUT", path, body.as_bytes()).status, 200);
}

/// The versions and aliases that have it, and how much.
pub(crate) fn provisioned(server: &Server) -> Vec<(String, u64)> {
    let path = "/2019-09-30/functions/hello/provisioned-concurrency?List=ALL";
    let found = server.request("GET", path, b"").json();
    let configs = found["ProvisionedConcurrencyConfigs"].as_array().unwrap();
    let read = |config: &Value| {
        let arn = config["FunctionArn"].as_str().unwrap();
        let count = config["RequestedProvisionedConcurrentExecutions"].as_u64();
        (arn.rsplit(':').next().unwrap().to_owned(), count.unwrap())
    };
    configs.iter().map(read).collect()
}

pub(crate) fn has(qualifier: &str, count: u64) -> (String, u64) {
    (qualifier.to_owned(), count)
}
