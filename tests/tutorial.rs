//! The README's tutorial does what it says: each command in a `console` block is run, in the order
//! of the text, and what it prints is what the README shows.

use std::{fs, os::unix::process::CommandExt, process::Command};

use crate::harness::{Running, Server, program, repository};

/// A command of the README and the output that it shows.
#[derive(Debug)]
struct Shown {
    command: String,
    output: String,
}

/// The commands in the README's ```` ```console ```` blocks.
fn shown(readme: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            _ => match (line.strip_prefix("$ "), shown.last_mut()) {
                (Some(command), _) => {
                    shown.push(Shown {
                        command: command.to_owned(),
                        output: String::new(),
                    });
                }
                (None, Some(last)) => last.output.push_str(&format!("{line}\n")),
                (None, None) => panic!("output before any command: {line}"),
            },
        }
    }
    shown
}

/// What must be the same in every run: numbers, ids and the lengths of bars are not.
fn comparable(text: &str) -> String {
    let mut result: Vec<String> = Vec::new();
    // How often a rollout looks before it is decided is different each time.
    let lines = text.lines().filter(|line| !line.contains(" failed of "));
    for word in lines.flat_map(str::split_whitespace) {
        let is_id = result
            .last()
            .is_some_and(|before| before == "API" || before == "run");
        result.push(match word {
            _ if is_id => "ID".to_owned(),
            word if word.contains("/_aws/execute-api/") => "URL".to_owned(),
            word if word.starts_with(['█', '░']) => "BAR".to_owned(),
            "seconds" => "second".to_owned(),
            word => masked(word),
        });
    }
    result.join(" ")
}

/// Each number as `#`.
fn masked(word: &str) -> String {
    let mut masked = String::new();
    for character in word.chars() {
        match character {
            '0'..='9' if masked.ends_with('#') => {}
            '.' if masked.ends_with('#') => {}
            '0'..='9' => masked.push('#'),
            other => masked.push(other),
        }
    }
    masked
}

/// The process groups of the commands: what runs in the background ends with the test.
#[derive(Default)]
struct Groups(Vec<u32>);

impl Drop for Groups {
    fn drop(&mut self) {
        for group in &self.0 {
            let group = format!("-{group}");
            let _ = Command::new("kill").args(["-KILL", "--", &group]).output();
        }
    }
}

#[test]
fn the_readme_shows_what_its_commands_print() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let shown = shown(&readme);
    assert!(shown.len() > 10, "the README has a tutorial: {shown:#?}");
    let server = Server::start();
    // `cargo deploy` finds what the harness has built.
    program("bluegreen");
    let mut groups = Groups::default();
    for Shown { command, output } in shown {
        let mut shell = server.command("sh");
        shell
            .args(["-c", &command])
            .current_dir(repository())
            .process_group(0);
        let running = Running::start(shell);
        groups.0.push(running.pid());
        let finished = running.finish();
        let printed = format!("{}{}", finished.stdout, finished.stderr);
        assert_eq!(
            comparable(&finished.stdout),
            comparable(&output),
            "$ {command}\n{printed}"
        );
    }
}

#[test]
fn the_comparison_sees_another_word_and_not_another_number() {
    assert_eq!(
        comparable("version 1  ██░░  12.5% of 10"),
        comparable("version 2 █░ 7% of 9")
    );
    assert_ne!(comparable("version 1"), comparable("versions 1"));
    assert_ne!(comparable("made function"), comparable("there function"));
}
