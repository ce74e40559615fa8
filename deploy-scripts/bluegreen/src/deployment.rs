//! The alias that a command works on, and the one way in which it is written.

use std::{
    error::Error,
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, anyhow};
use rollout::{
    Routing, Timestamp, Version,
    journal::{Entry, Journal},
};

use crate::{
    aws::{Alias, ApiGateway, AwsError, CloudWatch, Contact, Explain, Iam, Lambda, connect},
    cli::{PackageArgs, Place},
    terminal::{RED, styled},
};

/// What is said where a version is needed.
pub(crate) const NONE_PUBLISHED: &str = "no version is published; `bluegreen publish` does that";

#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) function: String,
    pub(crate) alias: String,
    pub(crate) region: String,
    pub(crate) lambda: Lambda,
    pub(crate) gateway: ApiGateway,
    pub(crate) cloudwatch: CloudWatch,
    pub(crate) iam: Iam,
    pub(crate) contact: Arc<Contact>,
}

impl Deployment {
    pub(crate) async fn connect(place: &Place, package: Option<&PackageArgs>) -> Result<Self> {
        let explain = place.explain.then(|| Explain::new(place, package));
        let (config, contact) = connect(place, explain).await?;
        Ok(Self {
            function: place.function.clone(),
            alias: place.alias.clone(),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            lambda: Lambda::new(&config, &place.function),
            gateway: ApiGateway::new(&config),
            cloudwatch: CloudWatch::new(&config, &place.function, &place.alias),
            iam: Iam::new(&config),
            contact,
        })
    }

    /// The name of the API that `create` puts in front of the alias.
    pub(crate) fn api_name(&self) -> String {
        format!("{}-{}", self.function, self.alias)
    }

    /// # Errors
    /// If there is no such alias.
    pub(crate) async fn read(&self) -> Result<Alias> {
        let (function, alias) = (&self.function, &self.alias);
        let found =
            self.lambda.alias(alias).await.with_context(|| {
                format!("failed to read alias '{alias}' of function '{function}'")
            })?;
        found.ok_or_else(|| {
            anyhow!(
                "make it with `bluegreen --function {function} --alias {alias} create`, or name \
                 another with --function and --alias"
            )
            .context(format!(
                "function '{function}' has no alias '{alias}', or is not there, in region {}",
                self.region
            ))
        })
    }

    /// The newest published version.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) async fn newest_version(&self) -> Result<Version> {
        let listing = self.lambda.listing().await;
        let newest = listing.context("failed to list the versions")?.newest();
        newest.ok_or_else(|| anyhow!(NONE_PUBLISHED))
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

    /// The one call that writes to an alias that is there.
    pub(crate) async fn update(
        &self,
        revision: &str,
        to: Routing,
        description: &str,
    ) -> Result<Alias, AwsError> {
        let call = self
            .lambda
            .update_alias(&self.alias, revision, to, description);
        call.await
    }

    /// Moves the alias that was seen, and writes why into its journal, in one call.
    ///
    /// # Errors
    /// [`Moved`] if somebody else wrote to the alias since it was seen: then nothing was written.
    pub(crate) async fn write(&self, seen: &Alias, to: Routing, entry: Entry) -> Result<Alias> {
        let journal = Journal::read(&seen.description).or_else(|unreadable| match to {
            // Whoever goes back to a version that they name takes the alias over on purpose.
            Routing::All(_) if matches!(entry, Entry::RolledBack { .. }) => {
                Ok(unreadable.given_up())
            }
            _ => Err(unreadable),
        })?;
        let (description, _) = journal.with(entry)?;
        let call = self.update(&seen.revision_id, to, &description);
        let error = match call.await {
            Ok(alias) => return Ok(alias),
            Err(error) => error,
        };
        if error.is_missing() {
            let advice = format!(
                "`bluegreen status` lists the versions of '{}'",
                self.function
            );
            return Err(anyhow!(advice).context(error));
        }
        // Where the answer to our first try was lost, the SDK's second try meets the revision id
        // that the first one made. What counts is where the alias is.
        match self.lambda.alias(&self.alias).await {
            Ok(Some(now)) if now.routing.leads_to(to) && now.description == description => Ok(now),
            Ok(Some(now)) if error.is_conflict() => Err(Moved {
                from: seen.routing,
                to: now.routing,
            }
            .into()),
            _ => Err(error.into()),
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

impl Error for Moved {}

/// Now, to the second.
pub(crate) fn now() -> Timestamp {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_unix(elapsed.as_secs())
}
