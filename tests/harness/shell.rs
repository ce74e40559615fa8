//! A shell at a terminal: commands are typed one after the other.

use std::time::Duration;

use super::{
    repository,
    terminal::{CTRL_C, Terminal, plain},
};

/// The longest that a command takes, on a machine that does other things, too.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);
/// So wide that no line of the tutorial is broken.
const COLUMNS: u16 = 220;
const PROMPT: &str = "$";

/// A person's shell in the repository's folder.
#[derive(Debug)]
pub(crate) struct Shell {
    pub(crate) terminal: Terminal,
}

impl Shell {
    pub(crate) fn start() -> Self {
        let command = plain("sh").current_dir(repository()).env("PS1", "$ ");
        // What the test was started with is not what a reader has.
        let own = ["ENV", "PORT", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"];
        let command = own
            .iter()
            .fold(command, |command, name| command.env_remove(name));
        let shell = Self {
            terminal: Terminal::start(command, 40, COLUMNS),
        };
        shell.prompt(1);
        shell
    }

    /// Types a command, and gives what stands below it when it has ended.
    pub(crate) fn run(&self, command: &str) -> String {
        let before = prompts(&self.terminal.lines());
        self.begins(command);
        let lines = self.prompt(before + 1);
        let typed = lines.iter().rposition(|line| line.starts_with("$ "));
        let printed = &lines[typed.expect("the command stands there") + 1..lines.len() - 1];
        // What the shell itself says of its jobs.
        let printed = printed.iter().filter(|line| !line.starts_with('['));
        printed.map(|line| format!("{line}\n")).collect()
    }

    /// Types what does not end by itself.
    pub(crate) fn begins(&self, command: &str) {
        self.terminal.types(&format!("{command}\n"));
    }

    /// Ends it as a person does, and waits until the shell asks for the next command.
    pub(crate) fn interrupts(&self) {
        self.terminal.types(CTRL_C);
        self.terminal.wait(LIMIT, "the shell's prompt", |lines| {
            (lines.last()? == PROMPT).then_some(())
        });
    }

    /// Waits until the shell asks for a command for this time, and gives all that stands there.
    fn prompt(&self, count: usize) -> Vec<String> {
        self.terminal.wait(LIMIT, "the shell's prompt", |lines| {
            let asks = lines.last().is_some_and(|line| line == PROMPT);
            (asks && prompts(lines) == count).then(|| lines.to_vec())
        })
    }
}

fn prompts(lines: &[String]) -> usize {
    let prompts = lines
        .iter()
        .filter(|line| line.split(' ').next() == Some(PROMPT));
    prompts.count()
}
