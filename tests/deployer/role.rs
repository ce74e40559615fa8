//! The execution role that `create` makes.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::harness::{Answer, Fate, Finished, Proxy, ROLE, Server, program};

fn iam(server: &Server, form: &str) -> Answer {
    let form = format!("{form}&Version=2010-05-08");
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    server.request_with("POST", "/", &kind, form.as_bytes())
}

fn create(server: &Server, options: &[&str]) -> Finished {
    let binary = program("blue");
    let create = ["create", "--binary", binary.to_str().unwrap()];
    server.bluegreen(&[&create[..], options].concat())
}

#[test]
fn create_makes_a_role_that_may_write_logs_and_destroy_deletes_it() {
    let server = Server::with(&[]);
    let created = create(&server, &[]).succeeds();
    let made = "made   role hello-execution, which may write logs";
    assert!(created.stdout.contains(made), "{}", created.stdout);
    let function = server
        .lambda("GET", "/hello/configuration", &Value::Null)
        .json();
    let arn = "arn:aws:iam::000000000000:role/bluegreen/hello-execution";
    assert_eq!(function["Role"], arn);
    let attached = iam(
        &server,
        "Action=ListAttachedRolePolicies&RoleName=hello-execution",
    )
    .text();
    let policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    assert!(attached.contains(policy), "{attached}");
    assert_eq!(attached.matches("<PolicyArn>").count(), 1, "{attached}");
    let role = iam(&server, "Action=GetRole&RoleName=hello-execution").text();
    let only_here = "%22aws%3ASourceAccount%22%3A%22000000000000%22";
    assert!(role.contains(only_here), "{role}");
    create(&server, &[]).succeeds();

    let destroyed = server.bluegreen(&["destroy", "--yes"]).succeeds();
    assert!(
        destroyed.stdout.contains("role hello-execution"),
        "{}",
        destroyed.stdout
    );
    assert_eq!(
        iam(&server, "Action=GetRole&RoleName=hello-execution").status,
        404
    );
}

#[test]
fn a_traced_function_has_a_role_that_may_send_traces() {
    let server = Server::with(&[]);
    create(&server, &["--tracing"]).succeeds();
    let path = "/hello/configuration";
    let function = server.lambda("GET", path, &Value::Null).json();
    assert_eq!(function["TracingConfig"]["Mode"], "Active");
    let list = "Action=ListAttachedRolePolicies&RoleName=hello-execution";
    let attached = iam(&server, list).text();
    assert!(attached.contains("AWSXRayDaemonWriteAccess"), "{attached}");
    server.bluegreen(&["destroy", "--yes"]).succeeds();
    let role = iam(&server, "Action=GetRole&RoleName=hello-execution");
    assert_eq!(role.status, 404);
}

#[test]
fn a_role_that_was_left_half_made_is_completed() {
    let server = Server::with(&[]);
    let trust = "%7B%22Version%22%3A%222012-10-17%22%7D";
    let half = format!(
        "Action=CreateRole&RoleName=hello-execution&Path=%2Fbluegreen%2F&AssumeRolePolicyDocument={trust}\
         &Tags.member.1.Key=bluegreen&Tags.member.1.Value=create"
    );
    assert_eq!(iam(&server, &half).status, 200);
    let created = create(&server, &[]).succeeds();
    assert!(
        created.stdout.contains("there  role hello-execution"),
        "{}",
        created.stdout
    );
    let attached = iam(
        &server,
        "Action=ListAttachedRolePolicies&RoleName=hello-execution",
    )
    .text();
    assert!(
        attached.contains("AWSLambdaBasicExecutionRole"),
        "{attached}"
    );
}

#[test]
fn a_role_of_somebody_elses_is_not_taken() {
    let server = Server::with(&[]);
    let trust = "%7B%22Version%22%3A%222012-10-17%22%7D";
    let theirs =
        format!("Action=CreateRole&RoleName=hello-execution&AssumeRolePolicyDocument={trust}");
    assert_eq!(iam(&server, &theirs).status, 200);
    create(&server, &[]).fails_with(
        1,
        &[
            "there is a role 'hello-execution' that `create` did not make",
            "--role arn:aws:iam",
        ],
    );
    let arn = "arn:aws:iam::000000000000:role/hello-execution";
    create(&server, &["--role", arn]).succeeds();
    server.bluegreen(&["destroy", "--yes"]).succeeds();
    assert_eq!(
        iam(&server, "Action=GetRole&RoleName=hello-execution").status,
        200
    );
}

/// The second one is what KMS says where the function has variables.
#[test]
fn a_role_that_is_not_known_everywhere_yet_is_waited_for() {
    let server = Server::with(&[]);
    let tries = AtomicUsize::new(0);
    let proxy = Proxy::start(&server.url, move |call, done| {
        let creates = !done && call.method == "POST" && call.path.ends_with("/functions");
        if !creates {
            return Fate::Pass;
        }
        let kind = "InvalidParameterValueException";
        match tries.fetch_add(1, Ordering::SeqCst) {
            0 => Fate::RefuseSaying(
                400,
                kind,
                "The role defined for the function cannot be assumed by Lambda.",
            ),
            1 => Fate::RefuseSaying(
                400,
                kind,
                "Lambda was unable to configure access to your environment variables because the \
                 KMS key is invalid for CreateGrant.",
            ),
            _ => Fate::Pass,
        }
    });
    let mut command = server.command(program("bluegreen"));
    command
        .args(["create", "--role", ROLE, "--env", "STAGE=test", "--binary"])
        .arg(program("blue"))
        .env("AWS_ENDPOINT_URL", &proxy.url);
    let begin = Instant::now();
    Finished::run(command).succeeds();
    assert!(
        begin.elapsed() >= Duration::from_millis(600),
        "it waits longer and longer between its tries"
    );
}

#[test]
fn without_permission_to_make_a_role_the_error_names_the_way_around() {
    let server = Server::with(&[]);
    let proxy = Proxy::start(&server.url, |call, _| {
        match call.body.starts_with("Action=") {
            true => Fate::RefuseSaying(
                403,
                "AccessDenied",
                "not authorized to perform: iam:GetRole",
            ),
            false => Fate::Pass,
        }
    });
    let mut command = server.command(program("bluegreen"));
    command
        .args(["create", "--binary"])
        .arg(program("blue"))
        .env("AWS_ENDPOINT_URL", &proxy.url);
    Finished::run(command).fails_with(1, &["failed to look for role", "--role ARN names one"]);
}
