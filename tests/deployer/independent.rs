//! moto and ministack, which others wrote after AWS, take the calls that the deployer makes.

use std::{net::TcpStream, process::Command};

use crate::harness::{Background, Finished, free_port, path, program, repository, within};

/// An emulator on a port of its own.
struct Emulator {
    _server: Background,
    url: String,
}

impl Emulator {
    fn moto() -> Self {
        Self::start(|port| {
            let mut command = installed("moto_server");
            command
                .args(["--host", "127.0.0.1", "--port", &port.to_string()])
                .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
            command
        })
    }

    /// It keeps what it has below its home, and opens a port for MQTT beside its own.
    fn ministack() -> Self {
        Self::start(|port| {
            let mut command = installed("ministack");
            command
                .env("BIND_HOST", "127.0.0.1")
                .env("GATEWAY_PORT", port.to_string());
            command
        })
    }

    fn start(command: impl Fn(u16) -> Command) -> Self {
        let port = free_port();
        let server = Background::start(command(port));
        // Python reads some hundred files first.
        let limit = std::time::Duration::from_secs(60);
        let listens = within(limit, || TcpStream::connect(("127.0.0.1", port)).ok());
        assert!(listens.is_some(), "the emulator listens");
        Self {
            _server: server,
            url: format!("http://127.0.0.1:{port}"),
        }
    }

    fn bluegreen(&self, args: &[&str]) -> Finished {
        let mut command = Command::new(program("bluegreen"));
        command
            .args(args)
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_CONFIG_FILE", "/nonexistent")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
        Finished::run(command)
    }

    /// Each command succeeds, and says this.
    #[track_caller]
    fn takes(&self, commands: &[(&[&str], &str)]) {
        for (args, said) in commands {
            let finished = self.bluegreen(args).succeeds();
            let stdout = finished.stdout;
            assert!(stdout.contains(said), "{args:?}: {stdout}");
        }
    }
}

fn installed(name: &str) -> Command {
    Command::new(repository().join("target/clients/bin").join(name))
}

/// From one build to the next and back.
#[track_caller]
fn a_release_goes_through(emulator: &Emulator) {
    let (blue, green, red) = (path("blue"), path("green"), path("red"));
    let split = "version 1 with 10% on version 2";
    emulator.takes(&[
        (&["create", "--binary", &blue], "permission for HTTP API"),
        (&["create"], "nothing was changed"),
        (&["doctor"], "a rollout would find all it needs"),
        (&["publish", "--binary", &green], "published version 2"),
        (&["doctor"], "have the same role and dead-letter target"),
        (&["shift", "10%", "--to", "2"], split),
        (&["promote"], "is now at version 2"),
        (&["rollback"], "is now at version 1"),
        (&["promote", "--to", "2"], "is now at version 2"),
        (
            &["deploy", "--binary", &red, "--strategy", "all-at-once"],
            "version 3 is promoted",
        ),
        (
            &["publish", "--binary", &path("misbehaving")],
            "published version 4",
        ),
        (&["prune", "--keep", "0", "--yes"], "version 4 deleted"),
    ]);
}

/// moto has neither revision ids of functions nor metrics of Lambda's: what needs these is left out.
#[test]
fn moto_takes_the_calls_from_create_to_destroy() {
    let moto = Emulator::moto();
    a_release_goes_through(&moto);
    moto.takes(&[
        (&["create", "--api", "rest"], "permission for REST API"),
        (&["create", "--api", "rest"], "nothing was changed"),
        (&["create", "--api", "url"], "permission for everybody"),
        (&["create", "--api", "url"], "nothing was changed"),
        (&["history"], "promoted"),
        (
            &["policy"],
            "arn:aws:lambda:eu-central-1:123456789012:function:hello",
        ),
        (&["destroy", "--logs", "--yes"], "role hello-execution"),
        (&["destroy", "--yes"], "nothing was deleted"),
    ]);
}

#[test]
fn ministack_takes_the_calls_from_create_to_destroy() {
    let ministack = Emulator::ministack();
    a_release_goes_through(&ministack);
    ministack.takes(&[
        (&["destroy", "--logs", "--yes"], "role hello-execution"),
        (&["destroy", "--yes"], "nothing was deleted"),
    ]);
}

/// moto answers a publish after the newest version was deleted with an older one.
#[test]
fn a_version_with_other_code_than_was_uploaded_is_never_taken_for_it() {
    let moto = Emulator::moto();
    moto.bluegreen(&["create", "--binary", &path("blue")])
        .succeeds();
    let publish = ["publish", "--binary", &path("green")];
    moto.bluegreen(&publish).succeeds();
    moto.bluegreen(&["prune", "--keep", "0", "--yes"])
        .succeeds();
    let publish = moto.bluegreen(&publish);
    publish.fails_with(
        1,
        &["named version 1, which has other code", "publish again"],
    );
}
