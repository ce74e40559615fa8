//! `bluegreen.toml`: the project's own defaults. A key is the name of an option without its dashes,
//! at the top for the options of all commands, in a table for those of one:
//!
//! ```toml
//! function = "checkout"
//! region = "eu-central-1"
//!
//! [rollout]            # for `deploy` as well
//! strategy = "canary:10%/5m"
//! alarm = ["checkout-p99"]
//! ```
//!
//! What is given on the command line or in the environment comes before it.

mod nearest;

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Arg, Command};
use toml::{Table, Value};

use nearest::nearest;

const FAR_REACHING: [&str; 6] = [
    "after-promote",
    "after-rollback",
    "after-step",
    "before-traffic",
    "endpoint-url",
    "profile",
];
/// The environment that AWS's own tools read: it comes before the file.
const AWS_ENVIRONMENT: [(&str, &[&str]); 3] = [
    ("region", &["AWS_REGION", "AWS_DEFAULT_REGION"]),
    ("profile", &["AWS_PROFILE"]),
    ("endpoint-url", &["AWS_ENDPOINT_URL"]),
];
/// A key this similar to an option was meant to be it.
const SIMILAR: f64 = 0.8;

/// The settings of a project.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) file: PathBuf,
    table: Table,
}

impl Settings {
    /// Reads the nearest file, from this folder upwards; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be read, is no TOML, or is not the user's.
    pub(crate) fn find(folder: &Path) -> Result<Option<Self>> {
        let Some((file, text)) = nearest(folder)? else {
            return Ok(None);
        };
        let table = text.parse().map_err(|error: toml::de::Error| {
            anyhow!("{}", error.to_string().trim_end())
                .context(format!("{} is not valid", file.display()))
        })?;
        Ok(Some(Self { file, table }))
    }

    /// Whether they say what to run, or where and as whom to call AWS: a user wants to see that.
    pub(crate) fn are_far_reaching(&self) -> bool {
        let tables = self.table.values().filter_map(Value::as_table);
        let keys = tables.chain([&self.table]).flat_map(Table::keys);
        keys.into_iter()
            .any(|key| FAR_REACHING.contains(&key.as_str()))
    }

    /// The command line with these as its defaults.
    ///
    /// # Errors
    /// If a key is no option, or its value cannot be one's.
    pub(crate) fn apply(&self, command: Command) -> Result<Command> {
        let applied = self
            .table
            .iter()
            .try_fold(command, |command, (key, value)| match value {
                Value::Table(options) => of_command(command, key, options),
                value => {
                    let aws = AWS_ENVIRONMENT.iter().find(|(name, _)| name == key);
                    let is_set =
                        |name: &&str| env::var_os(name).is_some_and(|value| !value.is_empty());
                    match aws.is_some_and(|(_, names)| names.iter().any(is_set)) {
                        true => Ok(command),
                        false => set(command, key, value),
                    }
                }
            });
        applied.with_context(|| format!("{} is not valid", self.file.display()))
    }
}

/// The options in the table of a command.
fn of_command(mut command: Command, name: &str, options: &Table) -> Result<Command> {
    if command.find_subcommand(name).is_none() {
        let names = command.get_subcommands().map(Command::get_name);
        bail!("there is no command '{name}'{}", suggestion(name, names));
    }
    for (key, value) in options {
        command = command.try_map(name, |found| set(found, key, value))?;
        // A deployment is a rollout of what it publishes.
        let deploys = name == "rollout"
            && command
                .find_subcommand("deploy")
                .is_some_and(|deploy| has(deploy, key));
        if deploys {
            command = command.try_map("deploy", |deploy| set(deploy, key, value))?;
        }
    }
    Ok(command)
}

/// Changes a subcommand in a way that may fail.
trait TryMap: Sized {
    fn try_map(self, name: &str, change: impl FnOnce(Command) -> Result<Command>) -> Result<Self>;
}

impl TryMap for Command {
    fn try_map(self, name: &str, change: impl FnOnce(Self) -> Result<Self>) -> Result<Self> {
        let mut failed = None;
        let changed = self.mut_subcommand(name, |found| {
            change(found.clone()).unwrap_or_else(|error| {
                failed = Some(error);
                found
            })
        });
        failed.map_or(Ok(changed), Err)
    }
}

fn set(command: Command, key: &str, value: &Value) -> Result<Command> {
    if !has(&command, key) {
        let options = command.get_arguments().filter_map(Arg::get_long);
        let suggestion = suggestion(key, options);
        bail!("`{}` has no option '{key}'{suggestion}", command.get_name());
    }
    let values = match value {
        Value::Array(values) => values.iter().map(text).collect::<Result<Vec<_>>>()?,
        value => vec![text(value)?],
    };
    let found = command
        .get_arguments()
        .find(|arg| arg.get_long() == Some(key));
    let id = found.map(|arg| arg.get_id().clone()).unwrap_or_default();
    Ok(command.mut_arg(id, |arg| arg.default_values(values)))
}

fn has(command: &Command, key: &str) -> bool {
    command
        .get_arguments()
        .any(|arg| arg.get_long() == Some(key))
}

fn text(value: &Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Boolean(set) => Ok(set.to_string()),
        other => bail!(
            "a {} is not the value of an option; give a text, a number or a list",
            other.type_str()
        ),
    }
}

fn suggestion<'a>(key: &str, names: impl Iterator<Item = &'a str>) -> String {
    let scored = names.map(|name| (strsim::jaro_winkler(key, name), name));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other));
    match best {
        Some((score, name)) if score >= SIMILAR => format!("; did you mean '{name}'?"),
        _ => String::new(),
    }
}
