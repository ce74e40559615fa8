//! `bluegreen shift`: gives a version a share of the traffic.

use anyhow::{Context, Result, anyhow};
use bluegreen_rollout::{
    Routing, Version,
    journal::{Entry, Journal},
};

use super::alias_move::{self, AliasMove};
use crate::{alias::AliasHandle, aws::Alias, cli::ShiftArgs, clock::now, terminal::note};

pub(crate) async fn shift(handle: &AliasHandle, args: &ShiftArgs) -> Result<AliasMove> {
    let seen = handle.read().await?;
    let green = args.to.map_or_else(|| green_of(&seen), Ok)?;
    let what = format!("shift {} to version {green}", args.weight);
    let to = seen.routing.shift(green, args.weight);
    let to = to.with_context(|| format!("failed to {what}"))?;
    let blue = to.serving();
    let journal = Journal::read(&seen.description);
    let before = journal
        .with_context(|| format!("failed to {what}"))?
        .before(blue);
    let entry = Entry::Shifted {
        blue,
        green,
        weight: args.weight,
        since: now(),
        before,
    };
    if !args.write.dry_run
        && let Routing::All(_) = seen.routing
    {
        let ready = handle.wait_until_active(green, note).await;
        ready.with_context(|| format!("failed to {what}"))?;
    }
    alias_move::write(handle, &seen, entry, args.write.dry_run, &what).await
}

fn green_of(seen: &Alias) -> Result<Version> {
    match seen.routing {
        Routing::Split { green, .. } => Ok(green),
        routing => Err(anyhow!(
            "the alias is at {routing}: name the version to shift to, as in `bluegreen shift 10% \
             --to 2`; `bluegreen status` lists them"
        )),
    }
}
