//! What invokes the function beside the clients of its API is named before it surprises anybody.

use serde_json::{Value, json};

use crate::harness::{Fate, Finished, Proxy, Server, program, says};

const NONE: &str = r#""EventSourceMappings":[]"#;
const OF_LATEST: &str = r#""EventSourceMappings":[{"UUID":"1","EventSourceArn":"arn:aws:sqs:us-east-1:000000000000:orders","FunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:hello"}]"#;
const OF_ALIAS: &str = r#""EventSourceMappings":[{"UUID":"2","EventSourceArn":"arn:aws:kinesis:us-east-1:000000000000:stream/clicks","FunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:hello:live"}]"#;

/// A queue runs `$LATEST`, and so does a bucket; a stream invokes the alias.
fn with_triggers(server: &Server) -> Proxy {
    let bucket = json!({
        "StatementId": "s3", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com",
        "SourceArn": "arn:aws:s3:::uploads",
    });
    assert_eq!(server.lambda("POST", "/hello/policy", &bucket).status, 201);
    Proxy::start(&server.url, |call, done| {
        let lists = call.path.contains("/event-source-mappings");
        match (done && lists, call.path.contains("live")) {
            (false, _) => Fate::Pass,
            (true, false) => Fate::Rewrite(NONE, OF_LATEST),
            (true, true) => Fate::Rewrite(NONE, OF_ALIAS),
        }
    })
}

fn run(server: &Server, proxy: &Proxy, args: &[&str]) -> Finished {
    let mut command = server.command(program("bluegreen"));
    command.args(args).env("AWS_ENDPOINT_URL", &proxy.url);
    Finished::run(command)
}

#[test]
fn what_runs_latest_is_named_at_the_moment_of_publish_and_by_the_doctor() {
    let server = Server::with_blue();
    let proxy = with_triggers(&server);
    let green = program("green");
    let publish = ["publish", "--binary", green.to_str().unwrap()];
    let names = ["sqs orders", "s3.amazonaws.com for arn:aws:s3:::uploads"];
    let published = run(&server, &proxy, &publish).succeeds();
    says(&published, &names);
    says(
        &published,
        &["no traffic of the alias goes to it yet, but $LATEST"],
    );
    let found = run(&server, &proxy, &["doctor"]).exits(0);
    says(&found, &names);
    says(
        &found,
        &[
            "let them name hello:live",
            "these invoke the alias: kinesis stream/clicks",
        ],
    );
    says(
        &found,
        &["a weight counts invocations, retries and batches, not users"],
    );
}

#[test]
fn where_nothing_runs_latest_publish_says_that_no_traffic_goes_to_it() {
    let server = Server::with_blue();
    let green = program("green");
    let publish = [
        "publish",
        "--output",
        "json",
        "--binary",
        green.to_str().unwrap(),
    ];
    let published = server.bluegreen(&publish).succeeds().json();
    assert_eq!(published["latestIsRunBy"], Value::Array(Vec::new()));
    let red = program("red");
    let published = server.bluegreen(&["publish", "--binary", red.to_str().unwrap()]);
    says(&published.succeeds(), &["no traffic goes to it yet"]);
    let found = server.bluegreen(&["doctor"]).exits(0);
    assert!(!found.stdout.contains("triggers"), "{}", found.stdout);
}

#[test]
fn who_may_not_see_the_triggers_publishes_all_the_same() {
    let server = Server::with_blue();
    let proxy = Proxy::start(&server.url, |call, _| {
        match call.path.contains("/event-source-mappings") {
            true => Fate::Refuse(403, "AccessDeniedException"),
            false => Fate::Pass,
        }
    });
    let green = program("green");
    let published = run(
        &server,
        &proxy,
        &["publish", "--binary", green.to_str().unwrap()],
    );
    let warning = "whether anything runs $LATEST, and so this code at once, could not be seen";
    says(&published.succeeds(), &[warning, "published version 2"]);
    says(
        &run(&server, &proxy, &["doctor"]).exits(0),
        &["could not be looked at: AccessDenied"],
    );
}
