//! The files for GitLab and CodeBuild in docs/ci.md, each run as its runner runs it.

use std::{fs, process::Command};

use yaml_rust2::Yaml;

use super::{
    release::{VERSION, machine, served},
    runner::yaml,
};
use crate::harness::{Finished, Server, path, repository, serves};

/// The block of docs/ci.md that begins with these words.
fn example(begin: &str) -> Yaml {
    let document = fs::read_to_string(repository().join("docs/ci.md")).unwrap();
    let blocks = document.split("```yaml\n").skip(1);
    let mut blocks = blocks.map(|rest| rest.split_once("```").unwrap().0);
    let block = blocks.find(|block| block.starts_with(begin));
    yaml(block.unwrap_or_else(|| panic!("docs/ci.md has a block that begins with {begin}")))
}

/// Runs lines as one script in a folder with the build in it.
fn run(server: &Server, shell: &[&str], lines: &Yaml, variables: &Yaml) -> (Finished, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(path("green"), folder.path().join("bootstrap")).unwrap();
    let lines = lines.as_vec().unwrap().iter();
    let script: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
    let mut command: Command = server.command(shell[0]);
    command
        .args(&shell[1..])
        .arg(script.join("\n"))
        .current_dir(&folder);
    for (name, value) in variables.as_hash().unwrap() {
        command.env(name.as_str().unwrap(), value.as_str().unwrap());
    }
    // Where these get it is theirs to say; here it is a port of this machine.
    command
        .env("BASE_URL", served(None))
        .env("TARGET", machine().1);
    command
        .env("CI_COMMIT_SHA", "abc")
        .env("CODEBUILD_RESOLVED_SOURCE_VERSION", "abc");
    command.env("BLUEGREEN_FUNCTION", "hello");
    let finished = Finished::run(command);
    let outputs = fs::read_to_string(folder.path().join("release.env"));
    (finished, outputs.unwrap_or_default())
}

#[test]
fn the_job_for_gitlab_releases_and_keeps_how_it_ended() {
    let server = Server::with_blue();
    let job = &example("release:")["release"];
    let report = job["artifacts"]["reports"]["dotenv"].as_str();
    assert_eq!(report, Some("release.env"));
    assert_eq!(job["variables"]["VERSION"].as_str(), Some(VERSION));
    let shell = ["bash", "-eo", "pipefail", "-c"];
    let (finished, outputs) = run(&server, &shell, &job["script"], &job["variables"]);
    finished.succeeds();
    serves(&server, "2");
    assert!(
        outputs.contains("outcome=promoted\nexit_code=0\n"),
        "{outputs}"
    );
}

#[test]
fn the_build_for_codebuild_releases() {
    let server = Server::with_blue();
    let build = example("version: 0.2");
    assert_eq!(build["env"]["variables"]["VERSION"].as_str(), Some(VERSION));
    let (shell, commands) = (["sh", "-ec"], &build["phases"]["build"]["commands"]);
    let (finished, _) = run(&server, &shell, commands, &build["env"]["variables"]);
    finished.succeeds();
    serves(&server, "2");
}
