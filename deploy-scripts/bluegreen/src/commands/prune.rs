//! `bluegreen prune`: deletes published versions that nobody needs any more.

use std::{collections::BTreeMap, fmt::Write};

use anyhow::{Context, Result};
use bluegreen_rollout::{
    Seconds, Timestamp, Version,
    journal::{Entry, Journal},
};
use serde::Serialize;

use crate::{
    alias::AliasHandle,
    aws::{NamedAlias, PublishedVersion},
    cli::PruneArgs,
    clock::now,
    report::Report,
    terminal::{BOLD, DIM, Question, RED, confirm, duration, styled},
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pruned {
    function: String,
    deleted: Vec<u64>,
    kept: Vec<Kept>,
    /// Those that Lambda would not delete, with its reason.
    refused: Vec<Kept>,
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Kept {
    version: u64,
    why: String,
}

pub(crate) async fn prune(handle: &AliasHandle, args: &PruneArgs) -> Result<Pruned> {
    let (versions, aliases) = tokio::try_join!(handle.lambda.versions(), handle.lambda.aliases())
        .with_context(|| {
        let function = &handle.function;
        format!("failed to list the versions and aliases of function '{function}'")
    })?;
    let (old, kept) = sort_out(versions, &aliases, args, now());
    let mut pruned = Pruned {
        function: handle.function.clone(),
        deleted: old.iter().map(|version| version.number()).collect(),
        kept,
        refused: Vec::new(),
        dry_run: args.write.dry_run,
    };
    if pruned.dry_run || old.is_empty() {
        return Ok(pruned);
    }
    confirm(&Question {
        text: &question(handle, &old),
        option: "--yes",
        yes: args.yes,
        otherwise: "nothing was deleted",
    })?;
    pruned.deleted.clear();
    for version in old {
        let number = version.number();
        match handle.lambda.delete_version(version).await {
            Ok(()) => pruned.deleted.push(number),
            // Somebody pointed an alias at it meanwhile, or it has provisioned concurrency.
            Err(error) if error.has_code("ResourceConflictException") => {
                let why = error.to_string();
                pruned.refused.push(Kept {
                    version: number,
                    why,
                });
            }
            Err(error) => {
                let what = format!(
                    "failed to delete version {number}, after {}",
                    list(&pruned.deleted)
                );
                return Err(error).context(what);
            }
        }
    }
    Ok(pruned)
}

/// Which versions may go, oldest first, and why the others stay.
fn sort_out(
    versions: Vec<PublishedVersion>,
    aliases: &[NamedAlias],
    args: &PruneArgs,
    now: Timestamp,
) -> (Vec<Version>, Vec<Kept>) {
    let needed = needed(aliases);
    // What such a journal names is not known.
    let unreadable = aliases
        .iter()
        .find(|alias| Journal::read(&alias.description).is_err());
    let newest = versions.len().saturating_sub(args.keep);
    let (mut old, mut kept) = (Vec::new(), Vec::new());
    for (index, found) in versions.into_iter().enumerate() {
        let why = if let Some(why) = needed.get(&found.version) {
            why.clone()
        } else if let Some(alias) = unreadable {
            format!("the journal of alias {} cannot be read", alias.name)
        } else if index >= newest {
            format!("one of the newest {}", args.keep)
        } else if let Some(why) = too_young(&found, args.older_than, now) {
            why
        } else {
            old.push(found.version);
            continue;
        };
        let version = found.version.number();
        kept.push(Kept { version, why });
    }
    (old, kept)
}

/// The versions that an alias points at or that its journal names, and which.
fn needed(aliases: &[NamedAlias]) -> BTreeMap<Version, String> {
    let mut needed = BTreeMap::new();
    for alias in aliases {
        let NamedAlias { name, .. } = alias;
        if let Ok(Journal {
            entry: Some(entry), ..
        }) = Journal::read(&alias.description)
        {
            for version in named(&entry) {
                needed.insert(version, format!("in the journal of alias {name}"));
            }
        }
        for version in &alias.versions {
            needed.insert(*version, format!("alias {name} points at it"));
        }
    }
    needed
}

fn named(entry: &Entry) -> Vec<Version> {
    let mut named = entry.before().to_vec();
    named.push(entry.serving());
    match entry {
        Entry::Rollout(rollout) => named.push(rollout.green),
        Entry::Shifted { green, .. } | Entry::RolledBack { green, .. } => named.push(*green),
        Entry::Serving { .. } => {}
    }
    named
}

/// A version whose age cannot be read is not deleted for its age.
fn too_young(
    found: &PublishedVersion,
    older_than: Option<Seconds>,
    now: Timestamp,
) -> Option<String> {
    let limit = older_than?;
    match found.published_at() {
        Some(at) if now.since(at) >= limit.0 => None,
        Some(at) => Some(format!("only {} old", duration(now.since(at)))),
        None => Some("of unknown age".to_owned()),
    }
}

fn question(handle: &AliasHandle, old: &[Version]) -> String {
    let numbers: Vec<u64> = old.iter().map(|version| version.number()).collect();
    let function = &handle.function;
    format!("delete {} of function '{function}'?", list(&numbers))
}

fn list(numbers: &[u64]) -> String {
    let text: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match numbers.len() {
        0 => "no version".to_owned(),
        1 => format!("version {}", text[0]),
        _ => format!("versions {}", text.join(", ")),
    }
}

impl Report for Pruned {
    fn text(&self) -> String {
        let deleted = styled(BOLD, list(&self.deleted));
        let done = if self.dry_run {
            "would be deleted"
        } else {
            "deleted"
        };
        let mut text = format!("{}: {deleted} {done}\n", self.function);
        for Kept { version, why } in &self.refused {
            let _ = writeln!(text, "  version {version}  {}", styled(RED, why));
        }
        for Kept { version, why } in &self.kept {
            let line = format!("  version {version}  kept: {why}");
            let _ = writeln!(text, "{}", styled(DIM, line));
        }
        text
    }
}
