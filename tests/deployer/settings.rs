//! `bluegreen.toml`, and the completions.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    process::Command,
};

use tempfile::TempDir;

use crate::harness::{Finished, Server, program};

/// A folder with this `bluegreen.toml`, and a folder in it.
fn project(settings: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("bluegreen.toml"), settings).unwrap();
    folder
}

fn within(server: &Server, project: &TempDir, args: &[&str]) -> Finished {
    let mut command = server.command(program("bluegreen"));
    command.args(args).current_dir(project.path().join("src"));
    Finished::run(command)
}

#[test]
fn settings_are_found_upwards_and_the_command_line_comes_before_them() {
    let server = Server::with_blue();
    server.publish("green");
    let project =
        project("alias = 'other'\n\n[rollout]\nstrategy = 'canary:25%/7m'\ndry-run = true\n");
    within(&server, &project, &["status"])
        .fails_with(1, &["function 'hello' has no alias 'other'"]);
    let planned = within(&server, &project, &["rollout", "--alias", "live"]).succeeds();
    assert!(
        planned.stdout.contains("step 1: 25% for at least 7m"),
        "{}",
        planned.stdout
    );
    assert!(
        planned.stderr.contains("nothing was written")
            || planned.stdout.contains("nothing was written")
    );
    let line = ["rollout", "--alias", "live", "--strategy", "canary:5%/1m"];
    let planned = within(&server, &project, &line).succeeds();
    assert!(
        planned.stdout.contains("step 1: 5% for at least 1m"),
        "{}",
        planned.stdout
    );
}

#[test]
fn the_environment_comes_before_the_settings() {
    let server = Server::with_blue();
    let project =
        project("function = 'wrong'\nendpoint-url = 'http://127.0.0.1:1'\nregion = 'mars-1'\n");
    let mut command = server.command(program("bluegreen"));
    command
        .arg("status")
        .env("BLUEGREEN_FUNCTION", "hello")
        .current_dir(project.path());
    Finished::run(command).succeeds();
}

#[test]
fn settings_that_are_wrong_are_refused_with_a_suggestion() {
    let server = Server::with(&[]);
    for (settings, words) in [
        (
            "aliass = 'live'",
            &[
                "bluegreen.toml is not valid",
                "no option 'aliass'",
                "did you mean 'alias'?",
            ][..],
        ),
        (
            "[rolout]\nstrategy = 'x'",
            &["no command 'rolout'", "did you mean 'rollout'?"],
        ),
        (
            "[rollout]\nstrategie = 'x'",
            &["`rollout` has no option 'strategie'", "'strategy'"],
        ),
        (
            "alias = 1979-05-27",
            &["a datetime is not the value of an option"],
        ),
        ("alias = ", &["bluegreen.toml is not valid", "line 1"]),
    ] {
        within(&server, &project(settings), &["status"]).fails_with(1, words);
    }
    let project = project("[rollout]\nstrategy = 'sideways'");
    within(&server, &project, &["rollout"]).fails_with(2, &["sideways", "bluegreen.toml"]);
}

#[test]
fn settings_that_others_may_write_are_refused() {
    let server = Server::with_blue();
    let hook = project("[rollout]\nbefore-traffic = 'touch ran'");
    let file = hook.path().join("bluegreen.toml");
    fs::set_permissions(&file, Permissions::from_mode(0o666)).unwrap();
    let words = ["bluegreen.toml", "others may write it", "chmod go-w"];
    within(&server, &hook, &["rollout"]).fails_with(1, &words);
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let shown = within(&server, &hook, &["status"]).succeeds();
    let said = format!("settings from {}", file.display());
    assert!(shown.stderr.contains(&said), "{}", shown.stderr);
}

#[test]
fn settings_beyond_the_repository_are_not_taken() {
    let server = Server::with_blue();
    let project = project("alias = 'other'");
    within(&server, &project, &["status"]).fails_with(1, &["no alias 'other'"]);
    fs::create_dir(project.path().join("src/.git")).unwrap();
    let shown = within(&server, &project, &["status"]).succeeds();
    assert!(!shown.stderr.contains("settings from"), "{}", shown.stderr);
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let mut command = Command::new(program("bluegreen"));
        command.args(["completions", shell]);
        let printed = Finished::run(command).succeeds();
        assert!(printed.stdout.contains("rollback"), "{shell}");
    }
}
