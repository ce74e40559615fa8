//! Provisioned concurrency that AWS cannot allocate, or does not let the deployer see.

use serde_json::{Value, json};

use crate::harness::{
    Fate, Finished, Proxy, Server, alias, has, program, provision, provisioned, rollout, says,
    serves, zip_of,
};

const INIT_FAILURE: &str = "FUNCTION_ERROR_INIT_FAILURE";

/// Blue serves with provisioned concurrency, and version 2 cannot start.
fn with_a_green_that_cannot_start() -> Server {
    let server = Server::with_blue();
    server.update_code("hello", &zip_of("bootstrap", 0o755, b"#!/bin/sh\nexit 3\n"));
    let published = server.lambda("POST", "/hello/versions", &Value::Null);
    assert_eq!(published.json()["Version"], "2");
    provision(&server, "live", 1);
    server
}

#[test]
fn a_version_that_cannot_start_gets_no_traffic_where_blue_has_it() {
    let server = with_a_green_that_cannot_start();
    for strategy in ["canary:10%/1s", "all-at-once"] {
        let options = ["--strategy", strategy, "--skip-checks"];
        let finished = server.bluegreen(&rollout(&options)).exits(1);
        let failed = "failed to allocate provisioned concurrency of 1 to version 2";
        says(&finished, &[failed, INIT_FAILURE]);
        serves(&server, "1");
        assert_eq!(provisioned(&server), [has("live", 1)]);
    }
}

#[test]
fn a_move_that_aws_gives_up_is_told_and_can_be_taken_back() {
    let server = with_a_green_that_cannot_start();
    let promoted = server.bluegreen(&["promote", "--to", "2"]);
    promoted.fails_with(
        1,
        &[
            "failed to promote version 2",
            INIT_FAILURE,
            "version 1 serves still",
        ],
    );
    // As AWS leaves it: for good.
    let left = alias(&server);
    assert_eq!(left["FunctionVersion"], "2");
    assert_eq!(left["RoutingConfig"]["AdditionalVersionWeights"]["1"], 1.0);
    assert_eq!(server.request("GET", &server.api_url(), b"").status, 200);
    let way_out = "`bluegreen rollback`";
    says(&server.bluegreen(&["status"]).succeeds(), &[way_out]);
    says(
        &server.bluegreen(&["doctor"]).exits(1),
        &[INIT_FAILURE, "or bluegreen rollback"],
    );
    let split = server.bluegreen(&["shift", "10%", "--to", "2"]);
    split.fails_with(
        1,
        &[
            "AWS is moving the alias from version 1 to version 2",
            way_out,
        ],
    );
    says(
        &server.bluegreen(&rollout(&["--to", "2"])).exits(1),
        &[way_out],
    );
    server.bluegreen(&["rollback"]).succeeds();
    serves(&server, "1");
}

/// Version 1 cannot start any more: its environments are made anew when the alias goes back.
#[test]
fn a_rollback_that_aws_gives_up_says_what_holds_the_alias() {
    let server = Server::with(&[]);
    let folder = tempfile::tempdir().unwrap();
    let once = folder.path().join("started");
    let script = format!(
        "#!/bin/sh\n[ -e {0} ] && exit 3\ntouch {0}\nexec {1}\n",
        once.display(),
        program("blue").display()
    );
    server.create_function(
        "hello",
        &zip_of("bootstrap", 0o755, script.as_bytes()),
        &Value::Null,
    );
    for (path, body) in [
        ("/hello/versions", json!({})),
        (
            "/hello/aliases",
            json!({ "Name": "live", "FunctionVersion": "1" }),
        ),
    ] {
        assert_eq!(server.lambda("POST", path, &body).status, 201);
    }
    server.publish("green");
    server.bluegreen(&["promote", "--to", "2"]).succeeds();
    std::fs::write(&once, "").unwrap();
    provision(&server, "live", 1);
    let back = server.bluegreen(&["rollback", "--to", "1"]);
    let way_out = "delete-provisioned-concurrency-config --function-name hello --qualifier live";
    back.fails_with(
        1,
        &[
            "failed to roll back to version 1",
            INIT_FAILURE,
            "version 2 serves still",
            way_out,
        ],
    );
    let path = "/2019-09-30/functions/hello/provisioned-concurrency?Qualifier=live";
    assert_eq!(server.request("DELETE", path, b"").status, 204);
    serves(&server, "1");
}

#[test]
fn who_may_not_see_it_releases_without_and_is_told() {
    let server = Server::with_blue();
    server.publish("green");
    provision(&server, "1", 1);
    let proxy = Proxy::start(&server.url, |call, _| {
        match call.path.contains("/provisioned-concurrency") {
            true => Fate::Refuse(403, "AccessDeniedException"),
            false => Fate::Pass,
        }
    });
    let run = |args: &[&str]| {
        let mut command = server.command(program("bluegreen"));
        command.args(args).env("AWS_ENDPOINT_URL", &proxy.url);
        Finished::run(command).exits(0)
    };
    let warning = ["AccessDeniedException", "may be paid for in vain"];
    says(&run(&["promote", "--to", "2"]), &warning);
    serves(&server, "2");
    says(&run(&["rollback"]), &warning);
    serves(&server, "1");
    says(
        &run(&rollout(&["--strategy", "all-at-once", "--again"])),
        &warning,
    );
    serves(&server, "2");
    assert_eq!(provisioned(&server), [has("1", 1)]);
}

#[test]
fn no_release_begins_while_nobody_knows_what_is_provisioned() {
    let server = Server::with_blue();
    server.publish("green");
    let proxy = Proxy::start(&server.url, |call, done| {
        match call.path.contains("/provisioned-concurrency") && !done {
            true => Fate::Refuse(400, "InvalidParameterValueException"),
            false => Fate::Pass,
        }
    });
    let mut command = server.command(program("bluegreen"));
    command
        .args(rollout(&["--strategy", "all-at-once"]))
        .env("AWS_ENDPOINT_URL", &proxy.url);
    let unknown = "failed to read the provisioned concurrency";
    let refused = Finished::run(command).exits(1);
    says(&refused, &[unknown, "InvalidParameterValueException"]);
    serves(&server, "1");
}
