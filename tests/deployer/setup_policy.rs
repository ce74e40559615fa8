//! What a setup policy allows, as IAM would evaluate it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use serde_json::Value;

use super::{needed::ROLE, policy::matches};
use crate::harness::{Fate, Finished, Proxy, Server, path, program};

/// Whether a statement allows the action on the resource in a request with these keys: as IAM
/// evaluates what stands in the policies here.
fn permits(policy: &Value, (action, resource): (&str, &str), keys: &[(&str, &str)]) -> bool {
    let any = |value: &Value, holds: &dyn Fn(&str) -> bool| match value {
        Value::Array(all) => all.iter().any(|one| holds(one.as_str().unwrap())),
        one => holds(one.as_str().unwrap()),
    };
    let conditions_hold = |conditions: &Value| {
        let operators = conditions.as_object().into_iter().flatten();
        operators
            .flat_map(|(operator, conditions)| {
                assert!(["ArnEquals", "StringEquals"].contains(&operator.as_str()));
                conditions.as_object().unwrap()
            })
            .all(|(key, values)| {
                let found = keys.iter().find(|(name, _)| name == key);
                found.is_some_and(|(_, found)| any(values, &|value| value == *found))
            })
    };
    let statements = policy["Statement"].as_array().unwrap();
    statements.iter().any(|statement| {
        any(&statement["Action"], &|pattern| matches(pattern, action))
            && any(&statement["Resource"], &|pattern| {
                matches(pattern, resource)
            })
            && conditions_hold(&statement["Condition"])
    })
}

#[test]
fn a_setup_policy_makes_nobody_administrator() {
    let server = Server::with(&[]);
    let attached = Arc::new(Mutex::new(BTreeSet::new()));
    let noted = attached.clone();
    let proxy = Proxy::start(&server.url, move |call, _| {
        let form: BTreeMap<_, _> = form_urlencoded::parse(call.body.as_bytes()).collect();
        if let (Some(action), Some(policy)) = (form.get("Action"), form.get("PolicyArn")) {
            let called = (format!("iam:{action}"), policy.to_string());
            noted.lock().unwrap().insert(called);
        }
        Fate::Pass
    });
    let run = |args: &[&str]| {
        let mut command = server.command(program("bluegreen"));
        command.args(args).env("AWS_ENDPOINT_URL", &proxy.url);
        Finished::run(command).succeeds()
    };
    run(&["create", "--binary", &path("blue"), "--tracing"]);
    let policy = run(&["policy", "--setup"]).json();
    run(&["destroy", "--yes"]);

    let may_attach =
        |action: &str, arn: &str| permits(&policy, (action, ROLE), &[("iam:PolicyARN", arn)]);
    let attached = attached.lock().unwrap();
    assert_eq!(attached.len(), 4, "{attached:?}");
    for (action, arn) in attached.iter() {
        assert!(may_attach(action, arn), "{action} of {arn}");
    }
    for arn in ["AdministratorAccess", "service-role/AWSLambdaRole"] {
        let arn = format!("arn:aws:iam::aws:policy/{arn}");
        assert!(!may_attach("iam:AttachRolePolicy", &arn), "{arn}");
    }
    assert!(!permits(&policy, ("iam:AttachRolePolicy", ROLE), &[]));
    let may_pass = |service: &str, role: &str| {
        permits(
            &policy,
            ("iam:PassRole", role),
            &[("iam:PassedToService", service)],
        )
    };
    assert!(may_pass("lambda.amazonaws.com", ROLE));
    assert!(!may_pass("ec2.amazonaws.com", ROLE));
    assert!(!may_pass(
        "lambda.amazonaws.com",
        "arn:aws:iam::000000000000:role/admin"
    ));
    for action in [
        "PutRolePolicy",
        "UpdateAssumeRolePolicy",
        "CreatePolicyVersion",
    ] {
        let action = format!("iam:{action}");
        assert!(!permits(&policy, (&action, ROLE), &[]), "{action}");
    }
}

/// Nobody makes a role that may be given more than the boundary allows.
#[test]
fn a_role_has_the_boundary_that_is_asked_for_and_the_policy_allows_no_other() {
    let server = Server::with(&[]);
    let boundary = "arn:aws:iam::000000000000:policy/functions";
    let bounded = ["--permissions-boundary", boundary];
    let create = ["create", "--binary", &path("blue")];
    server
        .bluegreen(&[&create[..], &bounded].concat())
        .succeeds();
    let form = "Action=GetRole&Version=2010-05-08&RoleName=hello-execution";
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let role = server
        .request_with("POST", "/", &kind, form.as_bytes())
        .text();
    let said = format!("<PermissionsBoundaryArn>{boundary}</PermissionsBoundaryArn>");
    assert!(role.contains(&said), "{role}");

    let setup = ["policy", "--setup"];
    let policy = server.bluegreen(&[&setup[..], &bounded].concat());
    let policy = policy.succeeds().json();
    let may_make = |keys: &[(&str, &str)]| permits(&policy, ("iam:CreateRole", ROLE), keys);
    assert!(may_make(&[("iam:PermissionsBoundary", boundary)]));
    assert!(!may_make(&[]));
    let other = "arn:aws:iam::aws:policy/AdministratorAccess";
    assert!(!may_make(&[("iam:PermissionsBoundary", other)]));
}
