//! The project's contract with AWS, tried on lambda-local.

use crate::harness::{Finished, Server, program};

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
