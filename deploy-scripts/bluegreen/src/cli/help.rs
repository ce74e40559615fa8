//! What `--help` says beside the options themselves: commands by what one wants, examples, and the
//! options of all commands told once.

use std::fmt::Write;

use anstyle::Style;
use clap::{Arg, Command, builder::Styles};

/// Commands by what somebody wants; those of each in the order of their use.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Set up", &["init", "create", "doctor", "policy"]),
    (
        "Release",
        &["deploy", "publish", "verify", "rollout", "resume", "tick"],
    ),
    ("Look", &["status", "history", "logs", "traffic", "verdict"]),
    ("By hand", &["shift", "promote", "rollback"]),
    ("Tidy up", &["prune", "destroy"]),
    ("Around it", &["local", "completions", "help"]),
];

/// Three for each command that moves traffic.
const EXAMPLES: [(&str, [&str; 3]); 7] = [
    (
        "deploy",
        [
            "bluegreen deploy --binary target/lambda/checkout/bootstrap",
            "bluegreen deploy --zip bootstrap.zip --strategy canary:5%/10m --alarm checkout-5xx",
            "bluegreen deploy --zip bootstrap.zip --output json --summary summary.md",
        ],
    ),
    (
        "rollout",
        [
            "bluegreen rollout",
            "bluegreen rollout --to 7 --strategy linear:10%/1m --otherwise rollback",
            "bluegreen rollout --event functions/events/http-api.json --dry-run",
        ],
    ),
    (
        "resume",
        [
            "bluegreen resume",
            "bluegreen resume --horizon 2h",
            "bluegreen resume --after-promote ./announce.sh",
        ],
    ),
    (
        "tick",
        [
            "bluegreen tick",
            "bluegreen tick --output json",
            "bluegreen --function checkout tick --after-step ./smoke-test.sh",
        ],
    ),
    (
        "shift",
        [
            "bluegreen shift 10% --to 7",
            "bluegreen shift 0.5",
            "bluegreen shift 1% --to 7 --dry-run",
        ],
    ),
    (
        "promote",
        [
            "bluegreen promote",
            "bluegreen promote --to 7",
            "bluegreen promote --dry-run",
        ],
    ),
    (
        "rollback",
        [
            "bluegreen rollback",
            "bluegreen rollback --to 5",
            "bluegreen --function checkout --alias live --region eu-central-1 rollback",
        ],
    ),
];

/// The command line with its help put in order.
pub(super) fn ordered(command: Command) -> Command {
    let groups = groups(&command);
    let shared: Vec<Arg> = command
        .get_arguments()
        .filter(|arg| arg.is_global_set())
        .map(|arg| arg.clone().hide(true))
        .collect();
    let command = command
        .help_template(format!(
            "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}{}\n{{options}}{{after-help}}",
            heading("Options of all commands")
        ))
        .mut_subcommands(|sub| sub.args(&shared).after_help(SHARED));
    EXAMPLES.iter().fold(command, |command, (name, examples)| {
        command.mut_subcommand(name, |sub| sub.after_long_help(after(examples)))
    })
}

const SHARED: &str = "`bluegreen --help` shows the options that all commands have.";

/// Each command with what it does, by group.
fn groups(command: &Command) -> String {
    let literal = *Styles::styled().get_literal();
    let mut text = String::new();
    for (group, names) in GROUPS {
        let _ = writeln!(text, "{}", heading(group));
        for name in names {
            let found = command.find_subcommand(name);
            let about = found.and_then(Command::get_about);
            let about = about.map_or_else(
                || "Show the help of a command".to_owned(),
                ToString::to_string,
            );
            let name = styled(literal, format!("{name:<11}"));
            let _ = writeln!(text, "  {name}  {about}");
        }
    }
    text
}

fn after(examples: &[&str]) -> String {
    let mut text = heading("Examples");
    for example in examples {
        let _ = write!(text, "\n  {example}");
    }
    format!("{text}\n\n{SHARED}")
}

fn heading(text: &str) -> String {
    styled(*Styles::styled().get_header(), format!("{text}:"))
}

fn styled(style: Style, text: String) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{EXAMPLES, GROUPS, ordered};
    use crate::cli::{Cli, CommandFactory};

    #[test]
    fn every_command_is_in_one_group() {
        let command = Cli::command();
        let mut grouped: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, names)| *names)
            .copied()
            .collect();
        let mut commands: Vec<&str> = command
            .get_subcommands()
            .filter(|sub| !sub.is_hide_set())
            .map(|sub| sub.get_name())
            .collect();
        commands.push("help");
        grouped.sort_unstable();
        commands.sort_unstable();
        assert_eq!(grouped, commands);
    }

    #[test]
    fn a_commands_examples_stand_below_its_long_help() {
        let mut command = ordered(Cli::command());
        for (name, examples) in EXAMPLES {
            let sub = command.find_subcommand_mut(name).unwrap();
            let told = sub.render_long_help().to_string();
            let (_, below) = told.split_once("Examples:\n").unwrap();
            for example in examples.iter() {
                assert!(below.contains(example), "{example} in {told}");
            }
        }
    }

    #[test]
    fn every_example_is_a_command_line() {
        for example in EXAMPLES.iter().flat_map(|(_, examples)| examples) {
            let words = shlex::split(example).unwrap();
            assert!(Cli::try_parse_from(words).is_ok(), "{example}");
        }
    }

    #[test]
    fn each_command_is_told_with_what_it_does() {
        let told = ordered(Cli::command()).render_long_help().to_string();
        for (group, names) in GROUPS {
            assert!(told.contains(&format!("{group}:")), "{group} in {told}");
            for name in names.iter() {
                let line = format!("\n  {name:<11}  ");
                let (_, about) = told.split_once(&line).unwrap();
                assert!(about.starts_with(char::is_uppercase), "{name} in {told}");
            }
        }
    }

    #[test]
    fn an_option_that_all_commands_have_is_told_once_and_taken_everywhere() {
        let mut command = ordered(Cli::command());
        let told = command.render_long_help().to_string();
        assert!(told.contains("--endpoint-url"), "{told}");
        let rollout = command.find_subcommand_mut("rollout").unwrap();
        let told = rollout.render_long_help().to_string();
        assert!(!told.contains("--endpoint-url"), "{told}");
        let line = ["bluegreen", "rollout", "--alias", "other"];
        let matches = command.try_get_matches_from(line).unwrap();
        assert_eq!(matches.get_one::<String>("alias").unwrap(), "other");
    }

    #[test]
    fn short_help_fits_one_screen() {
        let mut command = ordered(Cli::command());
        command.build();
        let mut long = Vec::new();
        for sub in command.get_subcommands_mut() {
            let lines = sub.render_help().to_string().lines().count();
            if lines > 45 {
                long.push((sub.get_name().to_owned(), lines));
            }
        }
        assert!(long.is_empty(), "{long:?}");
    }
}
