//! `bluegreen rollback`: sends all traffic back to the old version.

use anyhow::{Context, Result, anyhow};
use rollout::{Entry, Journal, MoveError, Routing, Version};

use super::alias_move::{self, AliasMove};
use crate::{
    aws::Alias,
    cli::RollbackArgs,
    deployment::{Deployment, now},
    output::{RED, note, styled},
    provisioned::settle,
};

pub(crate) async fn roll_back(deployment: &Deployment, args: &RollbackArgs) -> Result<AliasMove> {
    let seen = deployment.read().await?;
    let version = target(&seen, args.to).context("failed to roll back")?;
    let to = Routing::All(version);
    let entry = entry(&seen, version);
    let what = format!("roll back to version {version}");
    let (left, dry_run) = (entry.left(), args.write.dry_run);
    let written = alias_move::write(deployment, &seen, to, entry, dry_run, &what).await;
    let moved = written.map_err(|error| error.context(shout(deployment, version)))?;
    // The traffic first: nothing that can fail comes before it.
    if !dry_run {
        settle(deployment, version, left, note).await;
    }
    Ok(moved)
}

/// Blue of a split; otherwise the version that served everything before.
fn target(seen: &Alias, to: Option<Version>) -> Result<Version> {
    match (seen.routing, to) {
        (Routing::Settling { from, to }, _) => Err(MoveError::Settling { from, to }.into()),
        (Routing::All(serving), Some(to)) if serving == to => {
            Err(anyhow!("version {to} serves everything already"))
        }
        (_, Some(to)) => Ok(to),
        (Routing::Split { blue, .. }, None) => Ok(blue),
        (Routing::All(serving), None) => {
            let before = Journal::read(&seen.description).before(serving);
            before.first().copied().ok_or_else(|| {
                anyhow!(
                    "version {serving} serves everything, and the alias does not say what did \
                     before; `bluegreen status` lists the versions, and --to names the one to go \
                     back to"
                )
            })
        }
    }
}

fn entry(seen: &Alias, version: Version) -> Entry {
    let (green, weight) = match seen.routing {
        Routing::Split { green, weight, .. } => (green, Some(weight)),
        Routing::All(serving) | Routing::Settling { from: serving, .. } => (serving, None),
    };
    let known = Journal::read(&seen.description).before(version);
    // What served before the version that serves again: the ones after it in the list are the
    // ones it replaced.
    let before = match known.iter().position(|other| *other == version) {
        Some(index) => known[index + 1..].to_vec(),
        None => known.into_iter().filter(|other| *other != green).collect(),
    };
    Entry::RolledBack {
        version,
        green,
        weight,
        at: now(),
        reason: "by hand".to_owned(),
        before,
    }
}

/// A rollback that fails leaves users on the wrong version: the loudest message in the program.
pub(crate) fn shout(deployment: &Deployment, version: Version) -> String {
    let Deployment {
        function, alias, ..
    } = deployment;
    format!(
        "{}: alias '{alias}' of function '{function}' is where it was; to set it by hand:\n{}",
        styled(RED, "THE ROLLBACK FAILED"),
        deployment.rollback_by_hand(version)
    )
}
