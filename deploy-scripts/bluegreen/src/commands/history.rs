//! `bluegreen history`: what the alias has pointed at, newest first.

use std::fmt::Write;

use anyhow::{Context, Result};
use rollout::journal::{Entry, Journal};
use serde::Serialize;

use crate::{
    alias::AliasHandle,
    aws::PublishedVersion,
    report::Report,
    terminal::{BOLD, DIM, styled},
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct History {
    function: String,
    alias: String,
    /// Newest first; the first is what the alias points at.
    entries: Vec<Past>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Past {
    version: u64,
    /// When, and why, where the alias still says so.
    since: Option<String>,
    reason: Option<String>,
    description: Option<String>,
    published: Option<String>,
}

pub(super) async fn history(handle: &AliasHandle) -> Result<History> {
    let (alias, versions) = tokio::join!(handle.read(), handle.lambda.versions());
    let alias = alias?;
    let versions = versions.context("failed to list the versions")?;
    let journal = Journal::read(&alias.description)?;
    let serving = alias.routing.serving();
    let ours = journal
        .entry
        .as_ref()
        .filter(|_| journal.agrees_with(alias.routing));
    let mut entries = vec![Past::new(serving, &versions)];
    entries[0].since = ours.map(|entry| entry.since().to_string());
    entries[0].reason = match ours {
        Some(entry) => Some(reason(entry)),
        None => Some(format!("moved by someone else: {}", alias.routing)),
    };
    entries.extend(
        journal
            .before(serving)
            .into_iter()
            .map(|version| Past::new(version, &versions)),
    );
    Ok(History {
        function: handle.function.clone(),
        alias: handle.alias.clone(),
        entries,
    })
}

fn reason(entry: &Entry) -> String {
    match entry {
        Entry::Rollout(rollout) => format!(
            "being moved to version {}, step {} of {}",
            rollout.green,
            rollout.step(),
            rollout.plan.strategy
        ),
        Entry::Shifted { green, weight, .. } => format!("{weight} by hand on version {green}"),
        Entry::Serving { .. } => "promoted".to_owned(),
        Entry::RolledBack {
            green,
            weight,
            reason,
            ..
        } => {
            let share = weight.map_or_else(|| "100%".to_owned(), |weight| weight.to_string());
            format!("version {green} was rolled back at {share}: {reason}")
        }
    }
}

impl Past {
    fn new(version: rollout::Version, versions: &[PublishedVersion]) -> Self {
        let found = versions.iter().find(|found| found.version == version);
        Self {
            version: version.number(),
            since: None,
            reason: None,
            description: found.map(|found| found.description.clone()),
            published: found.map(|found| found.published.clone()),
        }
    }
}

impl Report for History {
    fn text(&self) -> String {
        let name = styled(BOLD, format!("{}:{}", self.function, self.alias));
        let mut text = format!("{name}, newest first\n");
        for past in &self.entries {
            let published = match &past.published {
                Some(published) => format!(
                    "published {}",
                    published.get(..16).unwrap_or(published).replace('T', " ")
                ),
                None => "deleted".to_owned(),
            };
            let about = past.description.as_deref().filter(|text| !text.is_empty());
            let about = about.map_or_else(String::new, |text| format!(", {text}"));
            let _ = write!(
                text,
                "  version {}  {}",
                past.version,
                styled(DIM, published + &about)
            );
            if let Some(reason) = &past.reason {
                let since = past.since.as_deref().unwrap_or_default();
                let _ = write!(text, "\n             {since} {reason}");
            }
            text.push('\n');
        }
        text
    }
}
