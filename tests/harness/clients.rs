//! The AWS CLI, boto3, moto and cargo-lambda, which `make clients` installs.

use std::{fs, path::PathBuf, process::Command};

use tempfile::TempDir;

use super::{Finished, Server, package, repository};

pub(crate) fn clients() -> PathBuf {
    let clients = repository().join("target/clients/bin");
    // The last to be added: who installed the others earlier is told, too.
    assert!(
        clients.join("zizmor").exists(),
        "`make clients` installs the clients"
    );
    clients
}

/// A folder with `blue.zip` and `green.zip`.
pub(crate) fn packages() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for color in ["blue", "green"] {
        fs::copy(package(color), folder.path().join(format!("{color}.zip"))).unwrap();
    }
    folder
}

impl Server {
    /// A client's command with the clients first in PATH, in the repository's folder.
    pub(crate) fn client(&self, program: &str, args: &[&str]) -> Command {
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

    pub(crate) fn aws(&self, line: &str) -> Finished {
        let args: Vec<&str> = line.split_whitespace().collect();
        self.run("aws", &args)
    }
}
