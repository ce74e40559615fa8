//! The demo, as `make demo` runs it once everything is built.

use std::process::Command;

use crate::harness::{Finished, program, repository};

#[test]
fn the_demo_tells_its_story_with_commands_as_one_would_type_them() {
    let programs = program("bluegreen");
    let target = programs.ancestors().nth(2).expect("it is in target/debug");
    let mut command = Command::new("deploy-scripts/demo.sh");
    command
        .current_dir(repository())
        .env("CARGO_TARGET_DIR", target);
    let told = Finished::run(command).succeeds().stdout;
    for said in [
        r#"--description "the green one""#,
        "version 2 is promoted",
        "version 3 is rolled back: errors",
        "5000 requests to",
        "version 2 to 3  rolled back",
    ] {
        assert!(told.contains(said), "no {said:?} in:\n{told}");
    }
}
