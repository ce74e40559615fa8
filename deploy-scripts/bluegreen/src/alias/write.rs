//! How the alias is written. The revision id goes with every write, so that nothing is written
//! over what somebody else wrote; and what a write came to is read from the alias.

use std::fmt;

use anyhow::{Error, Result, anyhow};
use bluegreen_rollout::{
    Routing, Version,
    controller::{Alias as Seen, Write},
    journal::{Entry, Journal},
};

use super::AliasHandle;
use crate::{
    aws::{Alias, AwsError},
    terminal::{RED, styled},
};

impl AliasHandle {
    /// The one call that writes to an alias that is there.
    pub(crate) async fn update(&self, write: &Write) -> Result<Alias, AwsError> {
        let Write {
            revision,
            description,
            ..
        } = write;
        let call = self
            .lambda
            .update_alias(&self.alias, revision, write.routing(), description);
        call.await
    }

    /// Moves the alias that was seen, and writes why into its journal, in one call.
    ///
    /// # Errors
    /// [`Moved`] if somebody else wrote to the alias since it was seen: then nothing was written.
    pub(crate) async fn write(&self, seen: &Alias, entry: Entry) -> Result<Alias> {
        let journal = journal_before(seen, &entry)?;
        let write = Write::by_hand(&Seen::from(seen), &journal, entry)?;
        match self.update(&write).await {
            Ok(alias) => Ok(alias),
            Err(error) if error.is_missing() => Err(self.no_version(error)),
            Err(error) => self.came_of(&write, seen.routing, error).await,
        }
    }

    pub(super) fn no_version(&self, missing: AwsError) -> Error {
        let function = &self.function;
        let advice = format!("`bluegreen status` lists the versions of '{function}'");
        anyhow!(advice).context(missing)
    }

    /// Where the answer to a first try was lost, the SDK's second try meets the revision id that
    /// the first one made. What counts is where the alias is.
    async fn came_of(&self, write: &Write, from: Routing, error: AwsError) -> Result<Alias> {
        match self.lambda.alias(&self.alias).await {
            Ok(Some(now)) if write.is_done(&Seen::from(&now)) => Ok(now),
            Ok(Some(now)) if error.is_conflict() => Err(Moved {
                from,
                to: now.routing,
            }
            .into()),
            _ => Err(error.into()),
        }
    }

    /// A rollback that fails leaves users on the wrong version: the loudest message in the program,
    /// with what to type.
    pub(crate) fn shout(&self, version: Version) -> String {
        let Self {
            function, alias, ..
        } = self;
        format!(
            "{}: alias '{alias}' of function '{function}' is where it was; to set it by hand:\naws \
             lambda update-alias --function-name {function} --name {alias} --function-version \
             {version} --routing-config AdditionalVersionWeights={{}}",
            styled(RED, "THE ROLLBACK FAILED")
        )
    }
}

/// Whoever goes back to a version that they name takes the alias over on purpose, also where
/// nobody can read its journal.
fn journal_before(seen: &Alias, entry: &Entry) -> Result<Journal> {
    match Journal::read(&seen.description) {
        Err(unreadable) if matches!(entry, Entry::RolledBack { .. }) => Ok(unreadable.given_up()),
        read => Ok(read?),
    }
}

impl From<&Alias> for Seen {
    fn from(alias: &Alias) -> Self {
        Self {
            routing: alias.routing,
            description: alias.description.clone(),
            revision: alias.revision_id.clone(),
        }
    }
}

/// Somebody else moved the alias since it was read.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(crate) from: Routing,
    pub(crate) to: Routing,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        if from == to {
            f.write_str("someone else wrote to the alias since it was read")?;
        } else {
            write!(
                f,
                "someone else moved the alias since it was read: from {from} to {to}"
            )?;
        }
        f.write_str("\nlook at it with `bluegreen status`, then start again")
    }
}

impl std::error::Error for Moved {}
