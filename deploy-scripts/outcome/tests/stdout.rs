//! The layer as a function has it: Lambda's variables, the real clock, and stdout.

use std::{
    env,
    future::{Future, ready},
    pin::pin,
    process::Command,
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use lambda_http::{Body, Request, RequestExt, Response};
use lambda_outcome::Outcomes;
use lambda_runtime::{Service, service_fn};
use serde_json::Value;

#[test]
fn a_function_says_on_stdout_how_it_answered() {
    let mut function = Command::new(env::current_exe().unwrap());
    function.args(["--exact", "in_the_function", "--ignored", "--nocapture"]);
    function.env("AWS_LAMBDA_FUNCTION_NAME", "hello");
    function.env("AWS_LAMBDA_FUNCTION_VERSION", "2");
    function.env("AWS_LAMBDA_LOG_LEVEL", "ERROR");
    let output = function.output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter_map(|l| l.find('{').map(|at| &l[at..]));
    let lines: Vec<Value> = lines.map(|l| serde_json::from_str(l).unwrap()).collect();
    // The first at once, the others when they are flushed; in two lines if they are of two seconds.
    let sum = |name| lines.iter().filter_map(|line| line[name].as_u64()).sum();
    let (requests, bad): (u64, u64) = (sum("Requests"), sum("Bad"));
    assert_eq!((requests, bad), (3, 3));
    assert!((2..=3).contains(&lines.len()));
    for line in &lines {
        assert_eq!(line["Resource"], "hello:live");
        assert_eq!(line["ExecutedVersion"], "2");
        assert_eq!(line["level"], "ERROR");
        assert!(is_about_now(&line["_aws"]["Timestamp"]));
    }
}

fn is_about_now(milliseconds: &Value) -> bool {
    let since_1970 = Duration::from_millis(milliseconds.as_u64().unwrap_or_default());
    let age = SystemTime::now().duration_since(UNIX_EPOCH + since_1970);
    age.is_ok_and(|age| age < Duration::from_mins(5))
}

#[test]
#[ignore = "the other test starts a process with it"]
fn in_the_function() {
    let outcomes = Outcomes::http().version_header();
    let handler = |_: Request| {
        let answer = Response::builder().status(500).body(Body::Empty);
        ready(answer)
    };
    let mut service = outcomes.layer(service_fn(handler));
    // Each answer names its version; only what came through an alias is counted.
    for qualifier in ["live", "live", "live", "$LATEST", "2"] {
        let mut context = lambda_runtime::Context::default();
        context.invoked_function_arn =
            format!("arn:aws:lambda:eu-central-1:123456789012:function:hello:{qualifier}");
        let answer = pin!(service.call(Request::default().with_lambda_context(context)));
        let answer = answer.poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Ok(answer)) = answer else {
            panic!("no answer");
        };
        assert_eq!(answer.headers()["x-function-version"], "2");
    }
    lambda_outcome::flush();
}
