//! A lambda-local of a test's own.

use std::{
    io::Read,
    process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio},
    time::Duration,
};

use super::{Printed, command::signal_to, is_of_this_test, program, until, within};

/// Lambda's own metrics by the minute and two minutes late, what functions say ten seconds late.
pub(crate) const AS_AWS_DELIVERS: [&str; 6] = [
    "--metric-delay",
    "120",
    "--metric-period",
    "60",
    "--outcome-delay",
    "10",
];

/// A running lambda-local on a port of its own. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Server {
    runs: Runs,
    pub(crate) url: String,
    /// What it has printed so far.
    pub(crate) printed: Printed,
}

#[derive(Debug)]
enum Runs {
    /// In this process, as in any test of a user's.
    Here {
        _until_dropped: lambda_local::Server,
    },
    Program(Child),
    /// Somebody else has started it, who ends it.
    Elsewhere,
}

impl Server {
    /// For tests of what lambda-local answers, which is the same in the program; the deployer's run
    /// that, as users do.
    pub(crate) fn start() -> Self {
        let server = lambda_local::start().expect("lambda-local starts");
        Self {
            url: server.url().to_owned(),
            runs: Runs::Here {
                _until_dropped: server,
            },
            printed: Printed::default(),
        }
    }

    /// The program. Keeps nothing, unless the options say where.
    pub(crate) fn with(options: &[&str]) -> Self {
        Self::of(lambda_local(options))
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
        let first = until("it prints its address", || {
            let printed = printed.text();
            Some(printed.split_once('\n')?.0.to_owned())
        });
        Self {
            runs: Runs::Program(process),
            url: address(&first),
            printed,
        }
    }

    /// One that somebody else has started, and ends.
    pub(crate) fn at(url: &str) -> Self {
        Self {
            runs: Runs::Elsewhere,
            url: url.to_owned(),
            printed: Printed::default(),
        }
    }

    /// One of whose output nobody reads more than the first line.
    pub(crate) fn unread(options: &[&str]) -> (Self, (ChildStdout, ChildStderr)) {
        let mut command = lambda_local(options);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("lambda-local starts");
        let mut output = process.stdout.take().expect("standard output is a pipe");
        let errors = process.stderr.take().expect("standard error is a pipe");
        let mut first = String::new();
        while !first.ends_with('\n') {
            let mut byte = [0];
            output.read_exact(&mut byte).expect("it prints a line");
            first.push(byte[0].into());
        }
        let server = Self {
            runs: Runs::Program(process),
            url: address(first.trim_end()),
            printed: Printed::default(),
        };
        (server, (output, errors))
    }

    /// The program with function `hello`: blue as version 1, alias `live`, an API in front of it.
    pub(crate) fn with_blue() -> Self {
        let server = Self::with(&[]);
        server.create("blue").succeeds();
        server
    }

    pub(crate) fn pid(&self) -> u32 {
        match &self.runs {
            Runs::Program(process) => process.id(),
            other => panic!("{other:?} has no process of its own"),
        }
    }

    fn process(&mut self) -> &mut Child {
        match &mut self.runs {
            Runs::Program(process) => process,
            other => panic!("{other:?} has no process of its own"),
        }
    }

    /// A command in whose environment AWS is this server, and nothing of the user's own is left.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars() {
            let is_of_user = name.starts_with("AWS_") || name.starts_with("BLUEGREEN_");
            if is_of_user || is_of_this_test(&name) {
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

    /// Asks the server to end, as Ctrl-C does, and waits until it has.
    pub(crate) fn stop(self) -> ExitStatus {
        self.end("-INT")
    }

    /// The same as a supervisor does it.
    pub(crate) fn terminate(self) -> ExitStatus {
        self.end("-TERM")
    }

    fn end(mut self, signal: &str) -> ExitStatus {
        signal_to(self.pid(), signal);
        let process = self.process();
        let ended = within(Duration::from_secs(10), || process.try_wait().ok()?);
        if ended.is_none() {
            self.kill();
        }
        ended.expect("lambda-local ends when it is asked to")
    }

    /// Kills it so that it cannot clean up.
    pub(crate) fn kill(&mut self) {
        let process = self.process();
        process.kill().expect("lambda-local can be killed");
        process.wait().expect("lambda-local ends");
    }
}

impl Drop for Server {
    /// Ends it as Ctrl-C does, so that it removes its files.
    fn drop(&mut self) {
        if let Runs::Program(process) = &mut self.runs
            && matches!(process.try_wait(), Ok(None))
        {
            signal_to(process.id(), "-INT");
            let _ = process.wait();
        }
    }
}

/// Keeps nothing, unless the options say where.
fn lambda_local(options: &[&str]) -> Command {
    let passing = (!options.contains(&"--data")).then_some("--ephemeral");
    let mut command = Command::new(program("lambda-local"));
    command.args(["--port", "0"]).args(passing).args(options);
    command
}

/// The one that its first line ends with.
fn address(first: &str) -> String {
    let url = first.rsplit(' ').next().unwrap_or_default();
    assert!(url.starts_with("http://127.0.0."), "{first}");
    url.to_owned()
}
