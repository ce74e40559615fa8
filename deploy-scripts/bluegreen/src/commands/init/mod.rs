//! `bluegreen init`: sets a cargo-lambda project up for releases. It asks cargo and the user, and
//! nothing of AWS.

mod change;
mod left;
mod main_rs;
mod outcome;
mod project;
mod settings_file;
mod workflow;

use std::{env, fmt::Write, path::PathBuf};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::Serialize;

use change::Change;
use left::Left;
use project::{Program, Runtime};

use crate::{
    cli::{EndpointKind, GlobalArgs, InitArgs},
    report::Report,
    terminal::{BOLD, DIM, GREEN, Question, ask, confirm, note, styled},
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Initialised {
    function: String,
    alias: String,
    api: String,
    /// From the package's folder the other commands are run.
    folder: PathBuf,
    written: Vec<PathBuf>,
    left: Vec<Left>,
    /// As `git apply` takes it.
    diff: String,
    dry_run: bool,
}

/// What the function is to be called, and what is in front of it.
#[derive(Debug)]
struct Wanted {
    function: String,
    alias: String,
    api: EndpointKind,
}

pub(crate) fn init(args: &InitArgs, global: &GlobalArgs) -> Result<Initialised> {
    let here = env::current_dir().context("failed to see where this is")?;
    let program = Program::find(&here, args.bin.as_deref())?;
    let wanted = Wanted::of(&program, args, global)?;
    let (changes, left) = propose(&program, &wanted, args)?;
    let diff: String = changes
        .iter()
        .map(|change| change.diff(&program.repository))
        .collect();
    if !args.write.dry_run && !changes.is_empty() {
        note(diff.clone());
        agree(args.yes)?;
        changes.iter().try_for_each(Change::apply)?;
    }
    Ok(Initialised {
        api: wanted.api_name(),
        function: wanted.function,
        alias: wanted.alias,
        folder: program.folder,
        written: changes.into_iter().map(|change| change.path).collect(),
        left,
        diff,
        dry_run: args.write.dry_run,
    })
}

fn agree(yes: bool) -> Result<()> {
    confirm(&Question {
        text: "Write this?",
        option: "--yes",
        yes,
        otherwise: "nothing was written",
    })
}

/// What there is to write, and what is left alone.
fn propose(
    program: &Program,
    wanted: &Wanted,
    args: &InitArgs,
) -> Result<(Vec<Change>, Vec<Left>)> {
    let (mut changes, mut left) = outcome::propose(program, args.outcome_path.as_deref())?;
    for proposed in [
        settings_file::propose(program, wanted)?,
        workflow::propose(program, wanted)?,
    ] {
        match proposed {
            Ok(change) => changes.push(change),
            Err(alone) => left.push(alone),
        }
    }
    Ok((changes, left))
}

impl Wanted {
    /// From the options; at a terminal what they do not say is asked.
    fn of(program: &Program, args: &InitArgs, global: &GlobalArgs) -> Result<Self> {
        let silent = args.yes || args.write.dry_run;
        let asked = |what, usual: &str| match silent {
            true => Ok(usual.to_owned()),
            false => ask(what, usual),
        };
        let function = match &global.named {
            Some(function) => function.clone(),
            None => asked("Name of the function", &program.name)?,
        };
        check("a function", &function)?;
        let alias = asked("Alias that clients call", &global.alias)?;
        check("an alias", &alias)?;
        let usual = match program.runtime {
            Runtime::Http => EndpointKind::Http,
            Runtime::Events => EndpointKind::None,
        };
        let api = match args.api {
            Some(api) => api,
            None => endpoint(&asked(
                "In front of it: http, rest, url or none",
                &name(usual),
            )?)?,
        };
        Ok(Self {
            function,
            alias,
            api,
        })
    }

    fn api_name(&self) -> String {
        name(self.api)
    }
}

/// As `--api` has it.
fn name(api: EndpointKind) -> String {
    let value = api.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

fn endpoint(answer: &str) -> Result<EndpointKind> {
    let found = EndpointKind::from_str(answer, true);
    found.map_err(|_| anyhow::anyhow!("'{answer}' is none of http, rest, url and none"))
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>
fn check(what: &str, name: &str) -> Result<()> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(is_allowed) {
        bail!("'{name}' cannot be a name of {what}: it has letters, digits, - and _");
    }
    Ok(())
}

impl Report for Initialised {
    fn text(&self) -> String {
        let mut text = String::new();
        if self.dry_run {
            text += &self.diff;
        }
        let word = if self.dry_run { "would write" } else { "wrote" };
        for path in &self.written {
            let _ = writeln!(text, "{} {word} {}", styled(GREEN, "✓"), path.display());
        }
        for Left { path, why, advice } in &self.left {
            let line = format!("· left as it is: {}: {why}", path.display());
            let _ = writeln!(text, "{}", styled(DIM, line));
            if let Some(advice) = advice {
                let _ = writeln!(text, "  {}", advice.replace('\n', "\n  "));
            }
        }
        if !self.dry_run {
            let _ = writeln!(
                text,
                "\n{} in {}: `cargo lambda build --release`, then `bluegreen create`, and from \
                 then on `bluegreen deploy`; for CI, what the head of the workflow says",
                styled(BOLD, "Next,"),
                self.folder.display()
            );
        }
        text
    }
}
