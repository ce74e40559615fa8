//! Provisioned concurrency in a rollout. Green gets as much as blue has before it gets traffic; once
//! it has ended, what serves nothing is given back, so that never both stay paid for.
//!
//! Where the alias itself has it, AWS moves it at the promotion: the alias goes to green when the
//! environments are there, and shows the old version with a weight of 1 until then. AWS refuses
//! that for a version that has its own, so green's is given back just before.

use std::{error::Error, fmt, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use bluegreen_rollout::{Routing, Version, may_be_given_back};

use super::AliasHandle;
use crate::{
    aws::{AwsError, Provisioned, ProvisionedState},
    patience::Patience,
};

/// AWS starts some hundred environments a minute.
const LIMIT: Duration = Duration::from_mins(15);

/// What the function has provisioned, and what was allocated since.
#[derive(Debug)]
pub(crate) struct Provisioning<'a> {
    handle: &'a AliasHandle,
    all: Vec<Provisioned>,
}

impl<'a> Provisioning<'a> {
    pub(crate) async fn read(handle: &'a AliasHandle) -> Result<Self> {
        let all = handle.lambda.provisioned().await;
        let all = all.context("failed to read the provisioned concurrency")?;
        Ok(Self { handle, all })
    }

    /// The same for a release, which needs it only to save money: whoever may not see it releases
    /// without, and is told so.
    pub(crate) async fn known(handle: &'a AliasHandle, notice: impl Fn(String)) -> Result<Self> {
        match handle.lambda.provisioned().await {
            Err(denied) if denied.is_denied() => {
                notice(format!(
                    "provisioned concurrency is left as it is, since it may not be seen ({denied}): \
                     green gets none, and what the old version has may be paid for in vain"
                ));
                let all = Vec::new();
                Ok(Self { handle, all })
            }
            read => {
                let all = read.context("failed to read the provisioned concurrency")?;
                Ok(Self { handle, all })
            }
        }
    }

    pub(crate) fn all(&self) -> &[Provisioned] {
        &self.all
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn of(&self, qualifier: &str) -> Option<&Provisioned> {
        self.all.iter().find(|one| one.qualifier == qualifier)
    }

    pub(crate) fn of_version(&self, version: Version) -> Option<&Provisioned> {
        self.of(&version.to_string())
    }

    pub(crate) fn of_alias(&self) -> Option<&Provisioned> {
        self.of(&self.handle.alias)
    }

    /// How much green needs to be as quick as blue.
    pub(crate) fn wanted(&self, blue: Version) -> Option<i32> {
        let found = self.of_alias().or_else(|| self.of_version(blue));
        found.map(|found| found.requested)
    }

    /// Before green gets its first traffic. What does not get ready is given back.
    pub(crate) async fn allocate(
        &mut self,
        (blue, green): (Version, Version),
        notice: impl Fn(String),
    ) -> Result<()> {
        let Some(count) = self.wanted(blue) else {
            return Ok(());
        };
        notice(format!(
            "provisioned concurrency of {count} is allocated to version {green}"
        ));
        // Before it is asked for: whoever is interrupted meanwhile gives it back.
        self.note(green, count);
        let allocated = async {
            self.handle.lambda.provision(green, count).await?;
            self.wait_until_ready(green).await
        };
        let Err(failed) = allocated.await else {
            return Ok(());
        };
        // What could not be allocated is not to be paid for; that it failed is the news.
        self.give_back(green, notice).await;
        Err(failed).with_context(|| {
            format!("failed to allocate provisioned concurrency of {count} to version {green}")
        })
    }

    /// What was asked for is known as if it had been found.
    fn note(&mut self, version: Version, count: i32) {
        let qualifier = version.to_string();
        self.all.retain(|one| one.qualifier != qualifier);
        self.all.push(Provisioned {
            qualifier,
            requested: count,
            state: ProvisionedState::InProgress,
        });
    }

    fn count(&self, version: Version) -> Option<u32> {
        let found = self.of_version(version);
        found.map(|found| found.requested.unsigned_abs())
    }

    async fn wait_until_ready(&self, version: Version) -> Result<()> {
        let mut patience = Patience::of(LIMIT);
        loop {
            let now = Self::read(self.handle).await?;
            match now.of_version(version).map(|found| &found.state) {
                Some(ProvisionedState::Ready) => return Ok(()),
                Some(ProvisionedState::Failed(reason)) => {
                    bail!("AWS could not allocate it: {reason}")
                }
                Some(ProvisionedState::InProgress) => {}
                None => bail!("somebody else took it back meanwhile"),
            }
            pause(&mut patience, "ready").await?;
        }
    }

    /// Before the alias goes to green with what it has itself.
    pub(crate) async fn make_way(&self, green: Version) -> Result<(), AwsError> {
        match self.of_alias() {
            Some(_) => self.handle.lambda.unprovision(green).await,
            None => Ok(()),
        }
    }

    /// After a move has ended: waits until AWS has moved what the alias has, and gives back what
    /// the version has that was left, as far as it was known before. What else fails is told, and
    /// undoes nothing.
    ///
    /// # Errors
    /// If AWS gave the move up: the version that was to be left serves still.
    pub(crate) async fn settle(
        &self,
        left: Option<Version>,
        notice: impl Fn(String),
    ) -> Result<(), NotMoved> {
        if self.of_alias().is_some() {
            match self.wait_until_moved(&notice).await {
                Ok(None) => {}
                Ok(Some(not_moved)) => return Err(not_moved),
                Err(error) => {
                    notice(not_in_order(&error));
                    return Ok(());
                }
            }
        }
        if let Some(left) = left {
            self.give_back(left, notice).await;
        }
        Ok(())
    }

    async fn wait_until_moved(&self, notice: impl Fn(String)) -> Result<Option<NotMoved>> {
        let mut patience = Patience::of(LIMIT);
        let mut said = false;
        while let Routing::Settling { from, to } = self.handle.read().await?.routing {
            let now = Self::read(self.handle).await?;
            if let Some(ProvisionedState::Failed(reason)) = now.of_alias().map(|one| &one.state) {
                let reason = reason.clone();
                return Ok(Some(NotMoved { from, to, reason }));
            }
            if !said {
                notice(format!(
                    "AWS allocates provisioned concurrency to version {to}; until that is done, \
                     version {from} serves"
                ));
                said = true;
            }
            pause(&mut patience, "done").await?;
        }
        Ok(None)
    }

    /// Gives back what a version has that nobody needs. What somebody has set since is theirs, and
    /// a version that any alias sends traffic to keeps it. What fails is told.
    pub(crate) async fn give_back(&self, version: Version, notice: impl Fn(String)) {
        match self.given_back(version).await {
            Ok(true) => notice(format!(
                "provisioned concurrency of version {version} is given back"
            )),
            Ok(false) => {}
            Err(error) => notice(not_in_order(&error)),
        }
    }

    async fn given_back(&self, version: Version) -> Result<bool> {
        let Some(known) = self.count(version) else {
            return Ok(false);
        };
        let lambda = &self.handle.lambda;
        let found = Self::read(self.handle).await?.count(version);
        let aliases = lambda.aliases().await?.into_iter();
        let needed: Vec<Version> = aliases.flat_map(|alias| alias.versions).collect();
        let may_be = may_be_given_back(version, Some(known), found, &needed);
        if may_be {
            lambda.unprovision(version).await?;
        }
        Ok(may_be)
    }
}

/// AWS gave up to move the alias with its provisioned concurrency. It stays as it is then, in two
/// minds: the new version is the alias's, and the old one has a weight of 1.
#[derive(Debug)]
pub(crate) struct NotMoved {
    from: Version,
    to: Version,
    reason: String,
}

impl fmt::Display for NotMoved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, reason } = self;
        write!(
            f,
            "AWS could not allocate the alias's provisioned concurrency to version {to}: {reason}; \
             version {from} serves still"
        )
    }
}

impl Error for NotMoved {}

impl NotMoved {
    /// After a promotion: the old version serves, which can be left so.
    pub(crate) fn promotion(self) -> anyhow::Error {
        anyhow!("`bluegreen rollback` lets it stay so").context(self)
    }

    /// After a rollback: the version that is to be left serves.
    pub(crate) fn rollback(self, handle: &AliasHandle) -> anyhow::Error {
        let AliasHandle {
            function, alias, ..
        } = handle;
        let advice = format!(
            "without provisioned concurrency nothing holds the alias there: aws lambda \
             delete-provisioned-concurrency-config --function-name {function} --qualifier {alias}"
        );
        anyhow!(advice).context(self)
    }
}

/// Pauses, and says what was waited for in vain.
async fn pause(patience: &mut Patience, what: &str) -> Result<()> {
    match patience.pause().await {
        true => Ok(()),
        false => bail!("it was not {what} after {} minutes", LIMIT.as_secs() / 60),
    }
}

fn not_in_order(error: &anyhow::Error) -> String {
    format!(
        "provisioned concurrency could not be put in order: {error:#}; `bluegreen doctor` says what \
         is still paid for"
    )
}
