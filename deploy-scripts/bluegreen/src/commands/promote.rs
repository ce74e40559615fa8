//! `bluegreen promote`: sends all traffic to the new version.

use anyhow::{Context, Result};
use bluegreen_rollout::{
    MoveError, Routing, Version,
    journal::{Entry, Journal},
};

use super::alias_move::{self, AliasMove};
use crate::{
    alias::{AliasHandle, NotMoved, Provisioning},
    cli::PromoteArgs,
    clock::now,
    terminal::note,
};

pub(crate) async fn promote(handle: &AliasHandle, args: &PromoteArgs) -> Result<AliasMove> {
    let seen = handle.read().await?;
    let to = promoted(seen.routing, args.to).context("failed to promote")?;
    let version = to.serving();
    let journal = Journal::read(&seen.description).context("failed to promote")?;
    let before = match seen.routing {
        Routing::All(blue) | Routing::Split { blue, .. } => {
            std::iter::once(blue).chain(journal.before(blue)).collect()
        }
        Routing::Settling { .. } => journal.before(version),
    };
    let entry = Entry::Serving {
        version,
        since: now(),
        before,
    };
    let what = format!("promote version {version}");
    if args.write.dry_run {
        return alias_move::write(handle, &seen, entry, true, &what).await;
    }
    // Green of a split serves already.
    if let Routing::All(_) = seen.routing {
        let ready = handle.wait_until_active(version, note).await;
        ready.with_context(|| format!("failed to {what}"))?;
    }
    let provisioning = Provisioning::known(handle, note).await?;
    let made_way = provisioning.make_way(version).await;
    made_way.with_context(|| format!("failed to {what}"))?;
    let left = entry.left();
    let moved = alias_move::write(handle, &seen, entry, false, &what).await?;
    let settled = provisioning.settle(left, note).await;
    let settled = settled.map_err(NotMoved::promotion);
    settled.with_context(|| format!("failed to {what}"))?;
    Ok(moved)
}

/// One switch to the named version, or the end of a split.
fn promoted(routing: Routing, to: Option<Version>) -> Result<Routing> {
    match (routing, to) {
        (Routing::All(blue), Some(to)) if blue == to => Err(MoveError::AlreadyAll(to).into()),
        (Routing::All(_), Some(to)) => Ok(Routing::All(to)),
        (Routing::Split { blue, green, .. }, Some(to)) if to != green => {
            Err(MoveError::OtherSplit { blue, green }.into())
        }
        (Routing::All(version), None) => Err(MoveError::NoSplit(version)).context(
            "name the version to promote, as in `bluegreen promote --to 2`, or shift a share to \
             it first",
        ),
        (routing, _) => Ok(routing.promote()?),
    }
}
