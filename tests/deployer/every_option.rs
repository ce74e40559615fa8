//! Every option of the programs is in a test: what nobody tries, nobody knows to work.

use std::{fs, path::Path, process::Command};

use crate::{
    architecture::sources,
    harness::{Finished, program, repository},
};

/// The long options that a program's help names.
pub(crate) fn options(program_name: &str, command: &[&str]) -> Vec<String> {
    let mut help = Command::new(program(program_name));
    help.args(command).arg("--help");
    let help = Finished::run(help).succeeds().stdout;
    let option = |line: &str| {
        let (_, name) = line.trim_start().split_once("--")?;
        // What is told of an option stands further in.
        let indent = line.len() - line.trim_start().len();
        let is_listed = line.trim_start().starts_with('-') && indent <= 6;
        let end = name.find(|c: char| !c.is_ascii_lowercase() && c != '-');
        is_listed.then(|| format!("--{}", &name[..end.unwrap_or(name.len())]))
    };
    help.lines().filter_map(option).collect()
}

fn commands() -> Vec<String> {
    let mut help = Command::new(program("bluegreen"));
    help.arg("--help");
    let help = Finished::run(help).succeeds().stdout;
    let listed = help.split("Options of all commands:").next().unwrap();
    let lines = listed.lines().filter_map(|line| line.strip_prefix("  "));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    let names: Vec<String> = names.map(str::to_owned).collect();
    assert!(names.contains(&"rollout".to_owned()), "{help}");
    names
}

/// What tests say, and what the story says that they follow.
fn told_by_tests() -> String {
    let own = Path::new(file!()).file_name().unwrap();
    let tests = sources("tests").into_iter();
    let tests = tests.filter(|path| path.file_name() != Some(own));
    let story = ["docs/tutorial.md", "deploy-scripts/demo.sh", "Makefile"];
    let story = story.map(|path| repository().join(path));
    let read = |path| fs::read_to_string(path).unwrap();
    tests.chain(story).map(read).collect()
}

#[test]
fn every_option_is_in_a_test() {
    let told = told_by_tests();
    let mut all = options("lambda-local", &[]);
    for command in commands().iter().filter(|command| *command != "help") {
        all.extend(options("bluegreen", &[command]));
    }
    all.sort();
    all.dedup();
    assert!(all.len() > 50, "{all:?}");
    let is_told = |option: &String| {
        let ends = |c: char| !c.is_ascii_lowercase() && c != '-';
        let mut places = told.match_indices(option.as_str());
        places.any(|(at, _)| told[at + option.len()..].starts_with(ends))
    };
    all.retain(|option| !["--help", "--version"].contains(&option.as_str()) && !is_told(option));
    assert_eq!(all, [""; 0], "no test gives these options");
}
