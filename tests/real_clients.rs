//! The AWS CLI, boto3 and cargo-lambda do with lambda-local what they do with AWS. `make clients`
//! installs them.

mod aws_cli;
mod boto3;
mod by_hand;
mod cargo_lambda;

use std::{fs, path::PathBuf, process::Command};

use crate::harness::{Finished, Server, program, repository, zip_of};

fn clients() -> PathBuf {
    let clients = repository().join("target/clients/bin");
    assert!(
        clients.join("aws").exists(),
        "`make clients` installs the clients"
    );
    clients
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
