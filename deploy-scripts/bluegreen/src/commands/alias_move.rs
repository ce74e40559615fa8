//! What `shift`, `promote` and `rollback` have in common: one write to the alias, and its report.

use std::fmt::Write;

use anyhow::{Context, Result};
use bluegreen_rollout::{Routing, journal::Entry};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    alias::AliasHandle,
    aws::Alias,
    report::Report,
    terminal::{BOLD, routing_lines, styled},
};

/// A move of the alias that was made, or would be.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AliasMove {
    function: String,
    alias: String,
    from: Value,
    to: Value,
    dry_run: bool,
    #[serde(skip)]
    routings: (Routing, Routing),
}

/// Writes the move, unless it is only to be shown. `what` completes "failed to".
pub(crate) async fn write(
    handle: &AliasHandle,
    seen: &Alias,
    entry: Entry,
    dry_run: bool,
    what: &str,
) -> Result<AliasMove> {
    let to = entry.routing();
    if !dry_run {
        let place = || {
            let AliasHandle {
                function, alias, ..
            } = handle;
            format!("failed to {what} (alias '{alias}' of function '{function}')")
        };
        handle.write(seen, entry).await.with_context(place)?;
    }
    Ok(AliasMove {
        function: handle.function.clone(),
        alias: handle.alias.clone(),
        from: shares(seen.routing),
        to: shares(to),
        dry_run,
        routings: (seen.routing, to),
    })
}

/// The routing as a map from version to share.
pub(crate) fn shares(routing: Routing) -> Value {
    let versions = routing_lines(routing)
        .into_iter()
        .map(|(version, _)| version);
    versions
        .map(|version| (version.to_string(), json!(routing.share_of(version))))
        .collect()
}

impl Report for AliasMove {
    fn text(&self) -> String {
        let (from, to) = self.routings;
        let name = styled(BOLD, format!("{}:{}", self.function, self.alias));
        let mut text = match self.dry_run {
            true => format!("{name} is at {from} and would go to {to}; nothing was written\n"),
            false => format!("{name} was at {from} and is now at {to}\n"),
        };
        for (_, line) in routing_lines(to) {
            let _ = writeln!(text, "{line}");
        }
        text
    }
}
