//! The packages that `make build` makes for Lambda's default here, arm64: each is started, where
//! qemu can, and answers.

use std::{fs, path::Path, process::Command};

use crate::harness::{Finished, Server, program, repository};

/// qemu's program for arm64, from the package `qemu-user`.
const QEMU: &str = "qemu-aarch64";

/// A package whose bootstrap has qemu run the real one.
fn package(function: &str, folder: &Path) -> String {
    let built = repository().join(format!("target/lambda/{function}/bootstrap"));
    assert!(built.exists(), "`make build` makes {}", built.display());
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {QEMU}")])
        .output();
    let qemu = String::from_utf8(found.unwrap().stdout).unwrap();
    assert!(!qemu.is_empty(), "qemu-user is not installed");
    let file = folder.join(function);
    let script = format!("#!/bin/sh\nexec {} {}\n", qemu.trim(), built.display());
    fs::write(&file, script).unwrap();
    let mode = Command::new("chmod").arg("755").arg(&file).status();
    assert!(mode.unwrap().success());
    file.to_str().unwrap().to_owned()
}

fn is_for_arm64(function: &str) -> bool {
    let built = repository().join(format!("target/lambda/{function}/bootstrap"));
    // The machine of an ELF file: 183 is AArch64.
    fs::read(built).unwrap()[18..20] == [183, 0]
}

#[test]
fn the_packages_for_arm64_start_and_answer() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start();
    for function in ["blue", "green", "red"] {
        assert!(is_for_arm64(function));
        let binary = package(function, folder.path());
        let name = format!("arm-{function}");
        let bluegreen = |args: &[&str]| {
            let mut command = server.command(program("bluegreen"));
            command.args(args).args(["--function", &name]);
            Finished::run(command)
        };
        bluegreen(&["create", "--binary", &binary]).succeeds();
        let traffic = bluegreen(&["traffic", "--requests", "20", "--output", "json"]);
        let answered = traffic.succeeds().json();
        // Red fails now and then, as it does everywhere.
        let versions = answered["versions"].as_array().unwrap();
        assert!(
            versions.iter().any(|version| version["version"] == 1),
            "{answered}"
        );
    }
}
