//! `bluegreen rollback`: sends all traffic back to the old version.

use anyhow::{Context, Result};
use bluegreen_rollout::{
    Routing, Version,
    journal::{Entry, Journal},
};

use super::alias_move::{self, AliasMove};
use crate::{
    alias::{AliasHandle, Provisioning},
    aws::Alias,
    cli::RollbackArgs,
    clock::now,
    terminal::note,
};

pub(crate) async fn roll_back(handle: &AliasHandle, args: &RollbackArgs) -> Result<AliasMove> {
    let seen = handle.read().await?;
    let journal = journal(&seen, args.to).context("failed to roll back")?;
    let version = journal.way_back(seen.routing, args.to);
    let version = version.context("failed to roll back")?;
    let entry = entry(&journal, seen.routing, version);
    let what = format!("roll back to version {version}");
    let (left, dry_run) = (entry.left(), args.write.dry_run);
    let written = alias_move::write(handle, &seen, entry, dry_run, &what).await;
    let moved = written.map_err(|error| error.context(handle.shout(version)))?;
    // The traffic first: nothing that can fail comes before it.
    if !dry_run {
        match Provisioning::known(handle, note).await {
            Ok(found) => {
                let settled = found.settle(left, note).await;
                let settled = settled.map_err(|not_moved| not_moved.rollback(handle));
                settled.with_context(|| format!("failed to {what}"))?;
            }
            Err(error) => note(format!("{error:#}")),
        }
    }
    Ok(moved)
}

/// Whoever names the version to go back to needs no journal that can be read.
fn journal(seen: &Alias, to: Option<Version>) -> Result<Journal> {
    match (Journal::read(&seen.description), to) {
        (Err(unreadable), Some(_)) => Ok(unreadable.given_up()),
        (read, _) => Ok(read?),
    }
}

fn entry(journal: &Journal, seen: Routing, version: Version) -> Entry {
    let (green, weight) = match seen {
        Routing::Split { green, weight, .. } => (green, Some(weight)),
        Routing::All(green) | Routing::Settling { to: green, .. } => (green, None),
    };
    let before = journal.before(version).into_iter();
    Entry::RolledBack {
        version,
        green,
        weight,
        at: now(),
        reason: "by hand".to_owned(),
        before: before.filter(|other| *other != green).collect(),
    }
}
