//! How often AWS is asked.

use std::sync::{Arc, Mutex};

use crate::harness::{Fate, Finished, Proxy, Server, package, program};

/// Each costs a release some tenths of a second, and somebody may be throttled for it.
#[test]
fn a_deploy_at_once_makes_these_calls_and_no_more() {
    let server = Server::with_blue();
    let made = Arc::new(Mutex::new(Vec::new()));
    let calls = made.clone();
    let proxy = Proxy::start(&server.url, move |call, done| {
        if !done {
            let path = call.path.replace("/2015-03-31/functions/hello", "");
            calls
                .lock()
                .unwrap()
                .push(format!("{} {path}", call.method));
        }
        Fate::Pass
    });
    let mut deploy = server.command(program("bluegreen"));
    deploy
        .args([
            "deploy",
            "--zip",
            &package("green"),
            "--strategy",
            "all-at-once",
        ])
        .env("AWS_ENDPOINT_URL", &proxy.url);
    Finished::run(deploy).succeeds();
    let mut made = made.lock().unwrap().clone();
    made.sort();
    // Whether the code is there yet may be asked more than once.
    made.dedup();
    let needed = [
        "GET ",
        "GET /2015-03-31/event-source-mappings?FunctionName=hello",
        "GET /2019-09-30/functions/hello/provisioned-concurrency?List=ALL",
        "GET /aliases/live",
        "GET /configuration",
        "GET /policy",
        "GET /versions",
        "POST /versions",
        "PUT /aliases/live",
        "PUT /code",
    ];
    assert_eq!(made, needed);
}
