//! A lambda-local of a test's own.

use std::{
    process::{Child, Command, Stdio},
};

use super::{Finished, Printed, Running, program, until};

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/test";

/// A running lambda-local on a port of its own. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
    /// What it has printed so far.
    pub(crate) printed: Printed,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// Keeps nothing, unless the options say where.
    pub(crate) fn with(options: &[&str]) -> Self {
        let passing = (!options.contains(&"--data")).then_some("--ephemeral");
        let mut command = Command::new(program("lambda-local"));
        command.args(["--port", "0"]);
        command.args(passing).args(options);
        Self::of(command)
    }

    /// One that this command becomes.
    pub(crate) fn of(mut command: Command) -> Self {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("lambda-local starts");
        let output = process.stdout.take().expect("standard output is a pipe");
        let printed = Printed::by(output);
        let url = until("it prints its address", || {
            let printed = printed.text();
            let (first, _) = printed.split_once('\n')?;
            first.rsplit(' ').next().map(str::to_owned)
        });
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self {
            process,
            url,
            printed,
        }
    }

    /// A server with function `hello`: blue as version 1, alias `live`, an API in front of it.
    pub(crate) fn with_blue() -> Self {
        let server = Self::start();
        server.create("blue").succeeds();
        server
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A command in whose environment AWS is this server, and nothing of the user's own is left.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars() {
            if name.starts_with("AWS_") || name.starts_with("BLUEGREEN_") {
                command.env_remove(name);
            }
        }
        command
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .env("AWS_CONFIG_FILE", "/nonexistent")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
            .env("AWS_PAGER", "")
            .stdin(Stdio::null());
        command
    }

    /// Where the API that `create` made is reached.
    pub(crate) fn api_url(&self) -> String {
        let apis = self.request("GET", "/v2/apis", b"").json();
        let url = apis["items"][0]["apiEndpoint"].as_str();
        url.expect("there is an API").to_owned()
    }

    /// Starts the deployer, which goes on while the test does something else.
    pub(crate) fn start_bluegreen(&self, args: &[&str]) -> Running {
        let mut command = self.command(program("bluegreen"));
        command.args(args);
        Running::start(command)
    }

    /// Runs the deployer to its end.
    pub(crate) fn bluegreen(&self, args: &[&str]) -> Finished {
        let mut command = self.command(program("bluegreen"));
        command.args(args);
        Finished::run(command)
    }

    pub(crate) fn create(&self, color: &str) -> Finished {
        let binary = program(color);
        let binary = binary.to_str().expect("the path is UTF-8");
        self.bluegreen(&["create", "--binary", binary, "--role", ROLE])
    }

    /// Publishes a build and gives the version's number.
    pub(crate) fn publish(&self, color: &str) -> u64 {
        let binary = program(color);
        let binary = binary.to_str().expect("the path is UTF-8");
        let published = self.bluegreen(&["publish", "--binary", binary, "--output", "json"]);
        published.succeeds().json()["version"]
            .as_u64()
            .expect("a version is a number")
    }

    /// Asks the server to end, as Ctrl-C does, and waits until it has.
    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        self.signal("-INT");
        self.process.wait().expect("lambda-local ends")
    }

    /// Kills it so that it cannot clean up.
    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("lambda-local can be killed");
        self.process.wait().expect("lambda-local ends");
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        let killed = Command::new("kill")
            .args([signal, &pid])
            .status()
            .expect("kill runs");
        assert!(killed.success());
    }
}

impl Drop for Server {
    /// Ends it as Ctrl-C does, so that it removes its files.
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            self.signal("-INT");
            let _ = self.process.wait();
        }
    }
}
