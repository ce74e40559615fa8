//! `bluegreen status`: where the traffic goes. Two calls to AWS.

use std::fmt::Write;

use anyhow::{Context, Result};
use bluegreen_rollout::{
    Routing, Version,
    journal::{Entry, Journal, Unreadable},
};
use serde::Serialize;
use serde_json::Value;

use super::alias_move::shares;
use crate::{
    alias::AliasHandle,
    aws::{Alias, PublishedVersion},
    clock::now,
    report::Report,
    terminal::{BOLD, DIM, duration, harmless, routing_lines, styled},
};

/// Versions that are listed although the alias does not point at them.
const OTHERS: usize = 5;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    function: String,
    alias: String,
    weights: Value,
    since: Option<String>,
    description: String,
    revision_id: String,
    versions: Vec<VersionStatus>,
    #[serde(skip)]
    routing: Routing,
    #[serde(skip)]
    journal: Result<Journal, Unreadable>,
}

#[derive(Debug, Serialize)]
struct VersionStatus {
    version: u64,
    description: String,
    published: String,
}

pub(crate) async fn status(handle: &AliasHandle) -> Result<Status> {
    let (alias, versions) = tokio::join!(handle.read(), handle.lambda.versions());
    let alias = alias?;
    let versions = versions.context("failed to list the versions")?;
    Ok(Status::new(handle, alias, versions))
}

impl Status {
    fn new(handle: &AliasHandle, alias: Alias, versions: Vec<PublishedVersion>) -> Self {
        let journal = Journal::read(&alias.description);
        let ours = |journal: &&Journal| journal.agrees_with(alias.routing);
        let ours = journal.as_ref().ok().filter(ours);
        let entry = ours.and_then(|journal| journal.entry.as_ref());
        let since = entry.map(|entry| entry.since().to_string());
        let versions = versions.into_iter().map(|found| VersionStatus {
            version: found.version.number(),
            description: found.description,
            published: found.published,
        });
        Self {
            function: handle.function.clone(),
            alias: handle.alias.clone(),
            weights: shares(alias.routing),
            since,
            description: alias.description,
            revision_id: alias.revision_id,
            versions: versions.collect(),
            routing: alias.routing,
            journal,
        }
    }

    fn headline(&self) -> String {
        let journal = match &self.journal {
            Ok(journal) => journal,
            Err(unreadable) => return unreadable.to_string(),
        };
        if let Routing::Settling { from, to } = self.routing {
            return format!(
                "AWS moves it from version {from} to version {to}, for provisioned concurrency; \
                 `bluegreen rollback` lets it stay"
            );
        }
        let entry = match &journal.entry {
            Some(entry) if journal.agrees_with(self.routing) => entry,
            Some(_) => return "moved by someone else since bluegreen wrote to it".to_owned(),
            None => return "not written by bluegreen so far".to_owned(),
        };
        let time = duration(now().since(entry.since()));
        match entry {
            Entry::Shifted { .. } => format!("split by hand {time} ago"),
            Entry::Rollout(rollout) => format!(
                "rollout {} from version {} to version {}, step {} of {} for {time}",
                rollout.run,
                rollout.blue,
                rollout.green,
                rollout.step(),
                rollout.plan.strategy.steps().len(),
            ),
            Entry::Serving { version, .. } => {
                format!("version {version} has served everything for {time}")
            }
            Entry::RolledBack {
                version,
                green,
                reason,
                ..
            } => format!(
                "rolled back from version {green} to version {version} {time} ago, {}",
                because(reason)
            ),
        }
    }

    fn published(&self, version: Version) -> String {
        let found = self
            .versions
            .iter()
            .find(|found| found.version == version.number());
        found.map_or_else(|| "deleted".to_owned(), VersionStatus::text)
    }

    fn others(&self) -> impl Iterator<Item = &VersionStatus> {
        let shown = routing_lines(self.routing);
        let is_shown =
            move |number: u64| shown.iter().any(|(version, _)| version.number() == number);
        self.versions
            .iter()
            .rev()
            .filter(move |found| !is_shown(found.version))
            .take(OTHERS)
    }
}

/// A reason of the journal in a sentence.
fn because(reason: &str) -> String {
    match reason {
        "by hand" => reason.to_owned(),
        reason => format!("because of {}", harmless(reason)),
    }
}

impl VersionStatus {
    fn text(&self) -> String {
        let time = self
            .published
            .get(..16)
            .unwrap_or(&self.published)
            .replace('T', " ");
        match self.description.as_str() {
            "" => format!("published {time}"),
            description => format!("published {time}, {}", harmless(description)),
        }
    }
}

impl Report for Status {
    fn text(&self) -> String {
        let name = styled(BOLD, format!("{}:{}", self.function, self.alias));
        let mut text = format!("{name}  {}\n\n", self.headline());
        for (version, line) in routing_lines(self.routing) {
            let _ = writeln!(text, "{line}  {}", styled(DIM, self.published(version)));
        }
        for other in self.others() {
            let line = format!("  version {}  no traffic  {}", other.version, other.text());
            let _ = writeln!(text, "{}", styled(DIM, line));
        }
        let journal = self.journal.as_ref().ok();
        let before = journal.map(|journal| journal.before(self.routing.serving()));
        let before = before.unwrap_or_default();
        if !before.is_empty() {
            let list: Vec<String> = before.iter().map(ToString::to_string).collect();
            let _ = writeln!(text, "\n  before it: {}", list.join(", "));
        }
        text
    }
}
