//! moto, which others wrote after AWS, takes the calls that the deployer makes.

use std::{
    net::{TcpListener, TcpStream},
    process::Command,
};

use crate::harness::{Background, Finished, path, program, repository, until};

/// moto on a port of its own.
struct Moto {
    _server: Background,
    url: String,
}

impl Moto {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut command = Command::new(repository().join("target/clients/bin/moto_server"));
        command
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
        let server = Background::start(command);
        until("moto listens", || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
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
            .env("AWS_ACCESS_KEY_ID", "moto")
            .env("AWS_SECRET_ACCESS_KEY", "moto")
            .env("AWS_CONFIG_FILE", "/nonexistent")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
        Finished::run(command)
    }
}

/// moto has neither the integration of an API that is created with a target, nor revision ids of
/// functions, nor metrics of Lambda's: what needs these is left out.
#[test]
fn moto_takes_the_calls_from_create_to_destroy() {
    let moto = Moto::start();
    for (args, said) in [
        (
            &["create", "--binary", &path("blue")][..],
            "permission for HTTP API",
        ),
        (&["create", "--api", "rest"], "permission for REST API"),
        (&["create", "--api", "rest"], "nothing was changed"),
        (&["create", "--api", "url"], "permission for everybody"),
        (&["create", "--api", "url"], "nothing was changed"),
        (
            &["publish", "--binary", &path("green")],
            "published version 2",
        ),
        (
            &["shift", "10%", "--to", "2"],
            "version 1 with 10% on version 2",
        ),
        (&["promote"], "is now at version 2"),
        (&["rollback"], "is now at version 1"),
        (&["promote", "--to", "2"], "is now at version 2"),
        (&["history"], "promoted"),
        (
            &[
                "deploy",
                "--binary",
                &path("red"),
                "--strategy",
                "all-at-once",
            ],
            "version 3 is promoted",
        ),
        (
            &["publish", "--binary", &path("misbehaving")],
            "published version 4",
        ),
        (&["prune", "--keep", "0", "--yes"], "version 4 deleted"),
        (
            &["policy"],
            "arn:aws:lambda:eu-central-1:123456789012:function:hello",
        ),
        (&["destroy", "--yes"], "role hello-execution"),
        (&["destroy", "--yes"], "nothing was deleted"),
    ] {
        let finished = moto.bluegreen(args).succeeds();
        assert!(
            finished.stdout.contains(said),
            "{args:?}: {}",
            finished.stdout
        );
    }
}

/// moto answers a publish after the newest version was deleted with an older one.
#[test]
fn a_version_with_other_code_than_was_uploaded_is_never_taken_for_it() {
    let moto = Moto::start();
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
