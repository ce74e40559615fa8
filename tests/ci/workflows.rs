//! What GitHub runs, judged by others before it does: here, at whoever copies it, and after `init`.

use std::{fs, process::Command};

use tempfile::TempDir;

use super::release::VERSION;
use crate::{
    deployer::init::written_workflow,
    harness::{Finished, clients, repository},
};

const HERE: [&str; 4] = [
    ".github/workflows/ci.yml",
    ".github/workflows/nightly.yml",
    ".github/workflows/release.yml",
    "deploy-scripts/github-actions.yml",
];

/// Fails with what the judge says, unless that is nothing.
fn passes(judge: &str, args: &[&str]) {
    let mut command = Command::new(clients().join(judge));
    command.args(args).current_dir(repository());
    Finished::run(command).succeeds();
}

/// What `init` writes for a user, in a file; by its commit, as there is no release yet that has one.
fn of_init() -> (TempDir, String) {
    let workflow = written_workflow().replace(&format!("@v{VERSION}"), &format!("@{:040}", 0));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("release.yml");
    fs::write(&file, workflow).unwrap();
    (folder, file.to_str().unwrap().to_owned())
}

#[test]
fn workflows_the_action_and_dependabot_are_as_githubs_schemas_want_them() {
    let (_folder, init) = of_init();
    let workflows = [&HERE[..], &[&init]].concat();
    for (schema, files) in [
        ("vendor.github-workflows", &workflows[..]),
        ("vendor.github-actions", &["action.yml"]),
        ("vendor.dependabot", &[".github/dependabot.yml"]),
    ] {
        passes(
            "check-jsonschema",
            &[&["--builtin-schema", schema], files].concat(),
        );
    }
}

/// Among it: every action of others is named by its commit, since a tag can be moved to other code.
#[test]
fn zizmor_finds_nothing_that_a_stranger_could_use() {
    let (_folder, init) = of_init();
    let files = ["action.yml", ".github/dependabot.yml", &init];
    let options = ["--offline", "--strict-collection", "--no-progress"];
    passes("zizmor", &[&options[..], &HERE, &files].concat());
}
