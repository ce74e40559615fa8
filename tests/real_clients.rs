//! The AWS CLI, boto3 and cargo-lambda do with lambda-local what they do with AWS. `make clients`
//! installs them.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::Command,
    sync::{Mutex, OnceLock},
};

use serde_json::Value;

use crate::harness::{Background, Finished, Server, program, repository, until, zip_of};

const ROLE: &str = "arn:aws:iam::000000000000:role/test";

fn clients() -> PathBuf {
    let clients = repository().join("target/clients/bin");
    assert!(
        clients.join("aws").exists(),
        "`make clients` installs the clients"
    );
    clients
}

impl Server {
    /// A client's command with the clients first in PATH, in the repository's folder.
    fn client(&self, program: &str, args: &[&str]) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = self.command(program);
        command
            .args(args)
            .env("PATH", format!("{}:{path}", clients().display()))
            .current_dir(repository());
        command
    }

    pub(crate) fn run(&self, program: &str, args: &[&str]) -> Finished {
        Finished::run(self.client(program, args)).succeeds()
    }

    fn aws(&self, line: &str) -> Finished {
        let args: Vec<&str> = line.split_whitespace().collect();
        self.run("aws", &args)
    }
}

/// A folder with `blue.zip` and `green.zip`.
fn packages() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for color in ["blue", "green"] {
        let zip = zip_of("bootstrap", 0o755, &fs::read(program(color)).unwrap());
        fs::write(folder.path().join(format!("{color}.zip")), zip).unwrap();
    }
    folder
}

/// The release builds of all three functions, made once by `cargo lambda build`.
fn lambda_builds(server: &Server) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    let _lock = cargo_lambda();
    BUILT.get_or_init(|| {
        server.run("make", &["build", "ARCH=x86_64"]);
    });
    repository().join("target/lambda")
}

/// A build of one function as it is shipped.
fn lambda_build(server: &Server, package: &str) -> Vec<u8> {
    let _lock = cargo_lambda();
    let functions = format!("FUNCTIONS=-p {package}");
    server.run("make", &["build", "ARCH=x86_64", &functions]);
    let built = repository()
        .join("target/lambda")
        .join(package)
        .join("bootstrap");
    fs::read(built).unwrap()
}

/// Two `cargo lambda` at once only wait for each other's build.
fn cargo_lambda() -> std::sync::MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn the_aws_cli_walks_from_create_function_to_update_alias() {
    let server = Server::start();
    let folder = packages();
    let zip = |color: &str| format!("fileb://{}/{color}.zip", folder.path().display());
    server.aws(&format!(
        "lambda create-function --function-name hello --runtime provided.al2023 --handler \
         bootstrap --role {ROLE} --zip-file {}",
        zip("blue")
    ));
    server.aws("lambda wait function-active-v2 --function-name hello");
    server.aws("lambda publish-version --function-name hello");
    server.aws("lambda create-alias --function-name hello --name live --function-version 1");
    server.aws(&format!(
        "lambda update-function-code --function-name hello --zip-file {}",
        zip("green")
    ));
    server.aws("lambda wait function-updated-v2 --function-name hello");
    server.aws("lambda publish-version --function-name hello");
    let split = server.aws(
        "lambda update-alias --function-name hello --name live --routing-config \
         AdditionalVersionWeights={2=0.1}",
    );
    let weights = &split.json()["RoutingConfig"]["AdditionalVersionWeights"];
    assert_eq!(weights["2"], 0.1);
    let promoted = server.aws(
        "lambda update-alias --function-name hello --name live --function-version 2 \
         --routing-config AdditionalVersionWeights={}",
    );
    assert_eq!(promoted.json()["FunctionVersion"], "2");
    assert_eq!(promoted.json().get("RoutingConfig"), None);

    let out = folder.path().join("out.json");
    let events = repository().join("functions/events/http-api.json");
    let invoked = server.aws(&format!(
        "lambda invoke --function-name hello:live --payload file://{} {}",
        events.display(),
        out.display()
    ));
    assert_eq!(invoked.json()["ExecutedVersion"], "2");
    assert!(
        fs::read_to_string(&out)
            .unwrap()
            .contains("Hello From Green Deployment")
    );
}

#[test]
fn the_aws_cli_puts_an_api_in_front_of_an_alias() {
    let server = Server::with_blue();
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:hello:live";
    let api = server.aws(&format!(
        "apigatewayv2 create-api --name cli --protocol-type HTTP --target {arn}"
    ));
    let (id, url) = (
        api.json()["ApiId"].clone(),
        api.json()["ApiEndpoint"].clone(),
    );
    let (id, url) = (id.as_str().unwrap(), url.as_str().unwrap());
    assert_eq!(server.request("GET", url, b"").status, 500);
    server.aws(&format!(
        "lambda add-permission --function-name hello --qualifier live --statement-id cli --action \
         lambda:InvokeFunction --principal apigateway.amazonaws.com --source-arn \
         arn:aws:execute-api:us-east-1:000000000000:{id}/*"
    ));
    assert_eq!(
        server.request("GET", url, b"").text(),
        "Hello From Blue Deployment"
    );
    let stages = server.aws(&format!("apigatewayv2 get-stages --api-id {id}"));
    assert_eq!(stages.json()["Items"][0]["StageName"], "$default");
    server.aws(&format!("apigatewayv2 delete-api --api-id {id}"));
    assert_eq!(server.request("GET", url, b"").status, 404);
}

#[test]
fn the_aws_cli_reads_the_metrics_of_each_version() {
    let server = Server::with_blue();
    server.bluegreen(&["traffic", "--requests", "7"]).succeeds();
    let hour = |offset: i64| {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        now.as_secs().saturating_add_signed(offset).to_string()
    };
    let (from, to) = (hour(-3600), hour(3600));
    let found = server.aws(&format!(
        "cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name Invocations \
         --dimensions Name=FunctionName,Value=hello Name=Resource,Value=hello:live \
         Name=ExecutedVersion,Value=1 --start-time {from} --end-time {to} --period 60 --statistics Sum"
    ));
    let points = found.json()["Datapoints"].as_array().unwrap().clone();
    let sum: f64 = points
        .iter()
        .map(|point| point["Sum"].as_f64().unwrap())
        .sum();
    assert!((sum - 7.0).abs() < 1e-9, "{points:?}");
    let listed = server.aws("cloudwatch list-metrics --namespace AWS/Lambda --metric-name Errors");
    assert_eq!(listed.json()["Metrics"].as_array().unwrap().len(), 4);
}

#[test]
fn boto3_walks_the_same_way() {
    let server = Server::start();
    let blue = program("blue");
    let args = [
        "tests/clients/walk_with_boto3.py",
        blue.to_str().unwrap(),
        "functions/events/http-api.json",
    ];
    let walked = server.run("python3", &args);
    assert_eq!(walked.stdout, "boto3 is content\n");
}

#[test]
fn boto3_puts_metrics_and_alarms_on_expressions() {
    let server = Server::with_blue();
    server.bluegreen(&["traffic", "--requests", "5"]).succeeds();
    let script = repository().join("tests/clients/cloudwatch_with_boto3.py");
    let finished = server.run("python3", &[script.to_str().unwrap()]);
    assert_eq!(finished.stdout.trim(), "boto3 is content");
}

#[test]
fn every_answer_is_what_botocores_models_say() {
    let server = Server::start();
    let script = repository().join("tests/clients/ways_in_with_boto3.py");
    let blue = program("blue");
    let args = [script.to_str().unwrap(), blue.to_str().unwrap()];
    let finished = server.run("python3", &args);
    assert_eq!(finished.stdout.trim(), "boto3 is content");
}

#[test]
fn cargo_lambda_deploys_and_invokes_on_lambda_local() {
    let server = Server::start();
    let built = lambda_builds(&server);
    let executable = built.join("blue/bootstrap");
    let _lock = cargo_lambda();
    let endpoint = ["--endpoint-url", &server.url];
    let deploy = [
        "lambda",
        "deploy",
        endpoint[0],
        endpoint[1],
        "--role",
        ROLE,
        "--alias",
        "live",
    ];
    let from = ["--binary-path", executable.to_str().unwrap(), "blue"];
    server.run("cargo", &[&deploy[..], &from[..]].concat());
    let event = "functions/events/http-api.json";
    let invoke = [
        "lambda",
        "invoke",
        "--remote",
        endpoint[0],
        endpoint[1],
        "--alias",
        "live",
    ];
    let invoked = server.run(
        "cargo",
        &[&invoke[..], &["--data-file", event, "blue"]].concat(),
    );
    assert_eq!(invoked.json()["body"], "Hello From Blue Deployment");
    assert_eq!(invoked.json()["headers"]["x-function-version"], "1");
}

#[test]
fn what_cargo_lambda_builds_is_released_by_publish() {
    let server = Server::start();
    let built = lambda_builds(&server);
    let binary = |color: &str| format!("{}/{color}/bootstrap", built.display());
    let mode = fs::metadata(binary("blue")).unwrap().permissions().mode();
    assert_ne!(mode & 0o111, 0, "cargo-lambda's bootstrap is executable");
    let create = ["create", "--binary", &binary("blue"), "--role", ROLE];
    server.bluegreen(&create).succeeds();
    let publish = ["publish", "--binary", &binary("green")];
    server.bluegreen(&publish).succeeds();
    server.bluegreen(&["promote", "--to", "2"]).succeeds();
    let answer = server.request("GET", &server.api_url(), b"");
    assert_eq!(answer.text(), "Hello From Green Deployment");

    // The same source, built once more, is the same package: nothing is published.
    let before = fs::read(binary("green")).unwrap();
    let release = [
        "clean",
        "--release",
        "--target",
        "x86_64-unknown-linux-musl",
        "-p",
        "green",
    ];
    server.run("cargo", &release);
    assert!(
        lambda_build(&server, "green") == before,
        "the builds differ"
    );
    let again = server.bluegreen(&publish).succeeds();
    assert!(
        again.stdout.contains("has this code already"),
        "{}",
        again.stdout
    );
}

#[test]
fn a_handler_that_panics_answers_with_an_error_and_keeps_its_environment() {
    let server = Server::start();
    let code = lambda_build(&server, "panicking");
    server.create_function("f", &zip_of("bootstrap", 0o755, &code), &Value::Null);
    let event = |path: &str| {
        let event = fs::read(repository().join("functions/events/http-api.json")).unwrap();
        let mut event: Value = serde_json::from_slice(&event).unwrap();
        event["rawPath"] = path.into();
        event["requestContext"]["http"]["path"] = path.into();
        event
    };
    assert_eq!(server.invoke("f", &event("/")).json()["body"], "1");
    let panicked = server.invoke("f", &event("/panic"));
    assert_eq!(panicked.header("x-amz-function-error"), Some("Unhandled"));
    let said = panicked.json()["errorMessage"].as_str().unwrap().to_owned();
    assert!(said.contains("asked to"), "{said}");
    // A new process would begin to count anew.
    assert_eq!(server.invoke("f", &event("/")).json()["body"], "3");
}

#[test]
fn cargo_lambda_watch_and_invoke_work_for_a_function() {
    let server = Server::start();
    let _lock = cargo_lambda();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let port_argument = format!("PORT={port}");
    let watch = server.client("make", &["watch", "FUNCTION=red", &port_argument]);
    let _watch = Background::start(watch);
    until("cargo lambda watch listens", || {
        TcpStream::connect(("127.0.0.1", port)).ok()
    });
    for event in ["http-api", "rest-api", "function-url"] {
        let event = format!("EVENT={event}");
        let arguments = ["invoke", "FUNCTION=red", &event, &port_argument];
        let invoked = Finished::run(server.client("make", &arguments));
        let said = format!("{}{}", invoked.stdout, invoked.stderr);
        let answered = said.contains("Hello From Red Deployment");
        assert!(
            answered || said.contains("red fails a share of its requests"),
            "{said}"
        );
    }
}

/// What `make test-aws` runs, so that it is known to run before anybody pays for it.
#[test]
fn the_contract_with_aws_holds_on_lambda_local() {
    let server = Server::start();
    let mut command = server.client("bash", &["-c", "echo y | tests/aws/contract.sh"]);
    command
        .env("BLUEGREEN", program("bluegreen"))
        .env("BLUE", program("blue"))
        .env("GREEN", program("green"))
        .env("RED", program("red"))
        .env("METRICS", "--metric-period 1s --metric-delay 1s")
        .env("STEP", "2s")
        .env_remove("AWS_DEFAULT_REGION");
    let finished = Finished::run(command).succeeds();
    assert!(
        finished.stdout.contains("all of it holds"),
        "{}",
        finished.stdout
    );
    let functions = server.request("GET", "/2015-03-31/functions", b"").json();
    assert_eq!(functions["Functions"].as_array().unwrap().len(), 0);

    let mut command = server.client("bash", &["-c", "echo n | tests/aws/contract.sh"]);
    command
        .env("BLUE", program("blue"))
        .env("GREEN", program("green"));
    command
        .env("RED", program("red"))
        .env("BLUEGREEN", program("bluegreen"));
    Finished::run(command).exits(1);
}
