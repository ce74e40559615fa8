//! The command line.

mod endpoint;
mod global;
mod headings;
mod help;
mod init;
mod look;
mod moves;
mod plan;
mod resources;
mod rollout;
mod share;
mod stage;
mod verdict;

use std::{env, path::PathBuf};

use anyhow::Result;
use clap::{
    ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, error::ErrorKind,
    parser::ValueSource,
};
use clap_complete::Shell;

use crate::settings::Settings;
pub(crate) use endpoint::endpoint_url;
pub(crate) use global::{Format, GlobalArgs};
pub(crate) use init::InitArgs;
pub(crate) use look::{LogsArgs, StatusArgs, TrafficArgs};
pub(crate) use moves::{PromoteArgs, RollbackArgs, ShiftArgs, WriteArgs};
pub(crate) use plan::{PlanArgs, Slow, Wanted};
pub(crate) use resources::{
    CreateArgs, DestroyArgs, EndpointKind, PackageArgs, PolicyArgs, PruneArgs, PublishArgs,
};
pub(crate) use rollout::{
    DeployArgs, DoctorArgs, HookArgs, OnInterrupt, ProbeArgs, ReleaseArgs, ResumeArgs, RolloutArgs,
    VerifyArgs, WatchArgs,
};
use share::Share;
pub(crate) use verdict::VerdictArgs;

/// Blue/green deployment for AWS Lambda.
///
/// Publishes a function's code as a version, sends a share of an alias's traffic to it, and then
/// all of it, or none. The alias is the whole state: everything can be looked at and undone with
/// the AWS console or CLI as well.
#[derive(Debug, Parser)]
#[command(name = "bluegreen", version, max_term_width = 100, after_long_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads the command line, with the project's settings as its defaults. Ends the program where
    /// the line is wrong, or asks for help.
    ///
    /// # Errors
    /// If the settings are wrong.
    pub(crate) fn read() -> Result<Self> {
        let settings = Settings::find(&env::current_dir()?)?;
        let command = match &settings {
            Some(settings) => settings.apply(Self::command())?,
            None => Self::command(),
        };
        let far_reaching = settings.as_ref().filter(|found| found.are_far_reaching());
        if let Some(settings) = far_reaching {
            eprintln!("settings from {}", settings.file.display());
        }
        let read = help::ordered(command)
            .try_get_matches()
            .and_then(|matches| Self::of(&matches));
        read.or_else(|error| {
            let of_value = matches!(
                error.kind(),
                ErrorKind::ValueValidation | ErrorKind::InvalidValue
            );
            if let Some(settings) = settings.filter(|_| of_value) {
                eprintln!(
                    "note: what the command line does not say is from {}",
                    settings.file.display()
                );
            }
            error.exit()
        })
    }

    fn of(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut cli = Self::from_arg_matches(matches)?;
        let source = matches.value_source("function");
        let is_given = source.is_some_and(|source| source != ValueSource::DefaultValue);
        cli.global.named = is_given.then(|| cli.global.function.clone());
        Ok(cli)
    }
}

const EXIT_CODES: &str = "\
Exit codes:
  0  promoted, or the command did what it was asked
  1  an error; the message says what to do
  2  the command line is wrong
  3  rolled back: the old version serves everything
  4  inconclusive: the weight was left where it was
  5  somebody else moved the alias; nothing was written over it";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    OnAlias(Box<AliasCommand>),
    /// Set a cargo-lambda project up: settings, a workflow, and the line that has it say how it
    /// answers
    ///
    /// Shows all of it as a diff and asks before it writes. What is there is never written over. AWS
    /// is not asked anything.
    Init(InitArgs),
    /// Say what the health verdict is for given totals; asks nobody
    ///
    /// Compares green with blue by the rule that bounds both mistakes: the chance of ever rolling
    /// back a green that is at most DELTA worse, and of ever promoting one that is always at least
    /// CERTIFIED worse. Totals come as --stage, or as JSON on standard input.
    Verdict(VerdictArgs),
    /// Print the completions for a shell, to be sourced by it
    Completions {
        /// The one that sources them
        shell: Shell,
    },
    /// Write the manual's pages into a folder; releases bring them
    #[command(hide = true)]
    Man {
        /// One that is there
        folder: PathBuf,
    },
    /// Start lambda-local: Lambda on this machine
    ///
    /// Everything behind `local` is passed on: `bluegreen local --help` shows its options.
    #[command(disable_help_flag = true)]
    Local {
        /// Options of lambda-local
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "OPTIONS"
        )]
        options: Vec<String>,
    },
}

/// The commands that read or write an alias.
#[derive(Debug, Subcommand)]
pub(crate) enum AliasCommand {
    /// Make function, role, first version, alias, and an API or URL in front of it
    ///
    /// Makes what is missing and leaves alone what is there: run twice, it changes nothing the
    /// second time.
    Create(CreateArgs),
    /// Upload a build as a new version; no traffic moves
    Publish(PublishArgs),
    /// Send test events straight to a version and to the one that serves
    Verify(VerifyArgs),
    /// Move the traffic to a version in steps, judging it on the way
    ///
    /// Compares the new version (green) with the old one (blue) in the same minutes, and promotes
    /// it or rolls it back by itself. Killed at any moment, `resume` goes on from the same step.
    Rollout(RolloutArgs),
    /// Publish a build and roll it out
    Deploy(DeployArgs),
    /// Take up a rollout that was cut short
    Resume(ResumeArgs),
    /// Do one step of a rollout, for a scheduler
    Tick(ResumeArgs),
    /// Send a share of the traffic to a version
    Shift(ShiftArgs),
    /// Send all traffic to the new version
    Promote(PromoteArgs),
    /// Send all traffic back to the old version
    Rollback(RollbackArgs),
    /// Show where the traffic goes
    Status(StatusArgs),
    /// Show the releases that there were, newest first
    ///
    /// From CloudTrail, which keeps 90 days, where that may be read (cloudtrail:LookupEvents);
    /// otherwise what the alias itself says.
    History,
    /// Show what a version printed, or which errors it had
    ///
    /// From CloudWatch Logs, where that may be read (logs:FilterLogEvents). `rollout` tells the
    /// errors of a green that it has rolled back by itself.
    Logs(LogsArgs),
    /// Check what a rollout relies on: nothing is written
    ///
    /// The API leads to the alias and may invoke it, both versions can share the alias, nobody else
    /// moves it, the plan fits, its alarms can ring. Exits with 1 if anything would break, and says
    /// what mends it. `rollout` and `deploy` look at API and versions first.
    Doctor(DoctorArgs),
    /// Print the IAM policy that a release of this alias needs
    ///
    /// It allows what the other commands call, on the function, its versions and the alias, and
    /// nothing else. With --setup, what `create` and `destroy` need in addition.
    Policy(PolicyArgs),
    /// Delete published versions that nobody needs any more
    ///
    /// Versions that an alias of the function points at, or that an alias's journal names, stay.
    /// Whoever calls a version by its number is not seen.
    Prune(PruneArgs),
    /// Delete what `create` made, and only that
    Destroy(DestroyArgs),
    /// Send requests to the API and show which version answered
    Traffic(TrafficArgs),
}

impl AliasCommand {
    /// What it uploads, if it does.
    pub(crate) const fn package(&self) -> Option<&PackageArgs> {
        match self {
            Self::Create(args) => Some(&args.package),
            Self::Publish(args) => Some(&args.package),
            Self::Deploy(args) => Some(&args.package),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Cli, Command, CommandFactory};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_uploads_says_which_package() {
        let zip = |name: &str, options: &[&str]| {
            let cli = Cli::try_parse_from([&["bluegreen", name], options].concat()).unwrap();
            let Command::OnAlias(command) = cli.command else {
                panic!("{name} works on an alias");
            };
            command.package().and_then(|package| package.zip.clone())
        };
        for name in ["create", "publish", "deploy"] {
            assert_eq!(
                zip(name, &["--zip", "a.zip"]),
                Some("a.zip".into()),
                "{name}"
            );
        }
        assert_eq!(zip("rollout", &[]), None);
    }
}
