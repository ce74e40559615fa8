//! The tutorial does what it says: its first commands are typed in one terminal, and each
//! command of a `console` block in another, in the order of the text. What then stands on the screen
//! is what the tutorial shows.

use std::{fs, net::TcpListener, path::PathBuf, sync::Mutex};

use crate::harness::{LIMIT, Shell, free_port, program, repository};

/// A command of the tutorial and the output that it shows.
#[derive(Debug)]
struct Shown {
    command: String,
    output: String,
}

/// The commands in the tutorial's ```` ```console ```` blocks.
fn shown(tutorial: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut inside = false;
    for line in tutorial.lines() {
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
        let before = result.last().map_or("", String::as_str);
        let is_id = matches!(before, "API" | "run" | "(request");
        result.push(match word {
            _ if is_id => "ID".to_owned(),
            word if word.contains("/_aws/execute-api/") => "URL".to_owned(),
            word if word.starts_with(['█', '░']) => "BAR".to_owned(),
            "seconds" => "second".to_owned(),
            word if is_certain(before, word) => word.to_owned(),
            word => masked(word),
        });
    }
    result.join(" ")
}

/// Numbers of versions and steps, and weights: what is observed has a decimal point.
fn is_certain(before: &str, word: &str) -> bool {
    let word = word.trim_end_matches([',', ';', ':', ')']);
    let weight = word.strip_suffix('%').unwrap_or("-");
    matches!(before, "version" | "versions" | "step") || weight.bytes().all(|b| b.is_ascii_digit())
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

/// Does what the tutorial begins with, and gives the exports that this prints.
fn start_lambda(shell: &Shell, tutorial: &str) -> Vec<String> {
    let begin = commands_behind(tutorial, "Build everything, and start Lambda");
    let (start, build) = begin.split_last().unwrap();
    for command in build {
        let built = shell.run(command);
        assert_eq!(shell.run("echo $?"), "0\n", "$ {command}\n{built}");
    }
    shell.begins(start);
    shell.terminal.wait(LIMIT, "the announcement", |lines| {
        lines.last()?.contains("what runs").then_some(())
    });
    let lines = shell.terminal.lines().into_iter();
    let lines = lines.map(|line| line.trim().to_owned());
    lines.filter(|line| line.starts_with("export ")).collect()
}

/// Types what the tutorial shows, and sees what it shows.
fn follow(shell: &Shell, shown: &Shown) {
    let command = &shown.command;
    let printed = shell.run(command);
    let exited = shell.run("echo $?");
    assert_eq!(
        comparable(&printed),
        comparable(&shown.output),
        "$ {command}\n{printed}"
    );
    assert_eq!(exited.trim(), exit_code(shown), "$ {command}\n{printed}");
}

/// What stands in the tutorial's exit codes: red is rolled back, and what differs is not the same.
fn exit_code(shown: &Shown) -> &'static str {
    match &shown.command {
        _ if shown.output.contains(" is rolled back: ") => "3",
        command if command.starts_with("diff ") => "1",
        _ => "0",
    }
}

/// The commands of the first `sh` block behind these words.
fn commands_behind<'a>(tutorial: &'a str, words: &str) -> Vec<&'a str> {
    let (_, rest) = tutorial.split_once(words).expect("the tutorial says so");
    let (_, block) = rest.split_once("```sh\n").expect("there is a block");
    let (block, _) = block.split_once("```").expect("the block ends");
    block.lines().collect()
}

/// The folder in which lambda-local keeps things by default, without what the developer has there:
/// that is put back at the end.
struct DefaultFolder {
    folder: PathBuf,
    aside: PathBuf,
}

impl DefaultFolder {
    fn empty() -> Self {
        let target = repository().join("target");
        let (folder, aside) = (
            target.join("lambda-local"),
            target.join("lambda-local.aside"),
        );
        assert!(
            !aside.exists(),
            "a test was killed before it could put {0} back where it belongs: look at it, and move \
             it to {1}",
            aside.display(),
            folder.display()
        );
        if folder.exists() {
            fs::rename(&folder, &aside).unwrap();
        }
        Self { folder, aside }
    }
}

impl Drop for DefaultFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        if self.aside.exists() {
            fs::rename(&self.aside, &self.folder).expect("the folder can be put back");
        }
    }
}

/// Held by whoever uses that folder.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn the_tutorial_shows_what_its_commands_print_in_a_terminal() {
    let _alone = ALONE.lock();
    let taken = TcpListener::bind("127.0.0.1:4566").err();
    assert!(
        taken.is_none(),
        "port 4566, where the tutorial starts lambda-local, is taken: stop that one"
    );
    let tutorial = fs::read_to_string(repository().join("docs/tutorial.md")).unwrap();
    let shown = shown(&tutorial);
    assert!(shown.len() > 10, "the tutorial has commands: {shown:#?}");
    // `make` finds what the harness has built.
    program("bluegreen");
    let _folder = DefaultFolder::empty();
    let (lambda, user) = (Shell::start(), Shell::start());
    for export in start_lambda(&lambda, &tutorial) {
        assert_eq!(user.run(&export), "");
    }
    shown.iter().for_each(|shown| follow(&user, shown));
    lambda.terminal.shows("hello:live → 2  GET /");
    lambda.interrupts();
}

#[test]
fn make_local_takes_the_port_that_it_is_given() {
    let _alone = ALONE.lock();
    program("bluegreen");
    let _folder = DefaultFolder::empty();
    let shell = Shell::start();
    let port = free_port();
    shell.begins(&format!("make local PORT={port}"));
    let address = format!("lambda-local listens on http://127.0.0.1:{port}");
    shell.terminal.wait(LIMIT, &address, |lines| {
        lines.contains(&address).then_some(())
    });
    shell.terminal.shows("what runs");
    shell.interrupts();
    let watched = shell.run("make --dry-run watch | grep -o 'invoke-port.*'");
    assert_eq!(watched, "invoke-port 9000\n");
    let watched = shell.run("make --dry-run watch PORT=9001 | grep -o 'invoke-port.*'");
    assert_eq!(watched, "invoke-port 9001\n");
}

#[test]
fn the_comparison_sees_another_word_and_not_another_number() {
    assert_eq!(
        comparable("version 1  ██░░  12.5% of 10"),
        comparable("version 1 █░ 7.2% of 9")
    );
    assert_ne!(comparable("version 1"), comparable("version 2"));
    assert_ne!(comparable("10% on"), comparable("20% on"));
    assert_ne!(comparable("made function"), comparable("there function"));
}
