//! `bluegreen history`: the releases that there were, newest first.

mod releases;

use std::fmt::Write;

use anyhow::{Context, Result};
use bluegreen_rollout::{Seconds, journal::Journal};
use serde::Serialize;

use self::releases::{Outcome, Release, Seen, releases};
use crate::{
    alias::AliasHandle,
    aws::{Alias, AliasMoved, PublishedVersion},
    report::Report,
    terminal::{BLUE, BOLD, DIM, GREEN, RED, harmless, note, styled},
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct History {
    function: String,
    alias: String,
    /// Where it is from.
    source: Source,
    /// Newest first.
    releases: Vec<Release>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Source {
    /// Of the last 90 days all.
    CloudTrail,
    /// The last one, and the versions that served before.
    Alias,
}

pub(super) async fn history(handle: &AliasHandle) -> Result<History> {
    let (alias, versions, moves) = tokio::join!(
        handle.read(),
        handle.lambda.versions(),
        handle.trail.moves()
    );
    let alias = alias?;
    let versions = versions.context("failed to list the versions")?;
    let (source, moves) = match moves {
        Ok(moves) => (Source::CloudTrail, moves),
        Err(error) => {
            note(format!(
                "CloudTrail cannot be asked (cloudtrail:LookupEvents), so that only what the alias \
                 itself says is told: {error}"
            ));
            (Source::Alias, Vec::new())
        }
    };
    let journal = Journal::read(&alias.description)?;
    let past = moves.iter().rev().filter_map(seen);
    let mut releases = releases(past.chain(last(&alias, &journal)));
    releases.extend(older(&alias, &journal, &releases));
    for release in &mut releases {
        let mut all = versions.iter();
        let found = all.find(|found| found.version.number() == release.to_version);
        release.description = found.map(|found: &PublishedVersion| found.description.clone());
    }
    Ok(History {
        function: handle.function.clone(),
        alias: handle.alias.clone(),
        source,
        releases,
    })
}

/// What a move said in the alias's description, or where somebody else moved it.
fn seen(moved: &AliasMoved) -> Option<Seen> {
    let journal = moved.description.as_deref().map(Journal::read);
    match journal.and_then(|journal| journal.ok()?.entry) {
        Some(entry) => Some(Seen::Ours(entry)),
        None => Some(Seen::Foreign {
            at: moved.at,
            version: moved.version.as_deref()?.parse().ok()?,
        }),
    }
}

/// CloudTrail hears of a move minutes later: the alias knows it now.
fn last(alias: &Alias, journal: &Journal) -> Option<Seen> {
    let entry = journal.entry.clone()?;
    journal
        .agrees_with(alias.routing)
        .then_some(Seen::Ours(entry))
}

/// The versions that served earlier than anything else that is known.
fn older(alias: &Alias, journal: &Journal, known: &[Release]) -> Vec<Release> {
    let serving = alias.routing.serving();
    let versions = std::iter::once(serving).chain(journal.before(serving));
    let versions = versions.filter(|version| {
        let is_told = |release: &Release| {
            release.to_version == version.number() && release.outcome != Outcome::RolledBack
        };
        !known.iter().any(is_told)
    });
    let served = versions.map(|version| Release {
        from_version: None,
        to_version: version.number(),
        outcome: Outcome::Served,
        reason: None,
        began: None,
        ended: None,
        took_seconds: None,
        description: None,
    });
    served.collect()
}

impl Release {
    fn versions(&self) -> String {
        match self.from_version {
            Some(from) => format!("version {from} to {}", self.to_version),
            None => format!("version {}", self.to_version),
        }
    }

    /// `rolled back after 9s: errors 4/9 against 0/80`
    fn end(&self) -> String {
        let (style, word) = match self.outcome {
            Outcome::Promoted => (GREEN, "promoted"),
            Outcome::RolledBack => (RED, "rolled back"),
            Outcome::UnderWay => (BLUE, "under way"),
            Outcome::Abandoned => (BOLD, "abandoned for another"),
            Outcome::Moved => (BOLD, "moved by somebody else"),
            Outcome::Served => (DIM, "served everything"),
        };
        let mut text = styled(style, word);
        if let Some(seconds) = self.took_seconds {
            let _ = write!(text, " after {}", Seconds(seconds).spoken());
        }
        if let Some(reason) = &self.reason {
            let _ = write!(text, ": {}", harmless(reason));
        }
        text
    }

    /// `2026-11-23 06:00`, as all dates are told.
    fn date(&self) -> String {
        let at = self.began.as_ref().or(self.ended.as_ref());
        let at = at.and_then(|at| at.get(..16));
        at.map_or_else(|| " ".repeat(16), |at| at.replace('T', " "))
    }
}

impl Report for History {
    fn text(&self) -> String {
        let name = styled(BOLD, format!("{}:{}", self.function, self.alias));
        let mut text = format!("{name}, newest first\n");
        let widest = self.releases.iter().map(|release| release.versions().len());
        let widest = widest.max().unwrap_or_default();
        for release in &self.releases {
            let (date, versions, end) = (release.date(), release.versions(), release.end());
            let _ = write!(text, "  {date}  {versions:<widest$}  {end}");
            let about = release.description.as_deref().unwrap_or("deleted since");
            if !about.is_empty() {
                let _ = write!(text, "  {}", styled(DIM, harmless(about)));
            }
            text.push('\n');
        }
        text
    }
}
