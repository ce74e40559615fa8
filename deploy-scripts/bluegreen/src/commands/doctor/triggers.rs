//! What invokes the function beside the clients of its API.

use super::Finding;
use crate::{
    alias::AliasHandle,
    commands::triggers::{of_alias, of_latest},
};

const CHECK: &str = "triggers";

pub(super) async fn check(handle: &AliasHandle) -> Vec<Finding> {
    let (latest, alias) = match tokio::try_join!(of_latest(handle), of_alias(handle)) {
        Ok(found) => found,
        Err(error) => return vec![Finding::unseen(CHECK, &error)],
    };
    let name = format!("{}:{}", handle.function, handle.alias);
    let past = (!latest.is_empty()).then(|| {
        let latest = latest.join(", ");
        Finding::warning(
            CHECK,
            format!(
                "these run $LATEST, and so what is uploaded before it is released: {latest}; let \
                 them name {name}"
            ),
        )
    });
    let through = (!alias.is_empty()).then(|| {
        let alias = alias.join(", ");
        Finding::good(
            CHECK,
            format!(
                "these invoke the alias: {alias}; of theirs a weight counts invocations, retries and \
                 batches, not users"
            ),
        )
    });
    past.into_iter().chain(through).collect()
}
