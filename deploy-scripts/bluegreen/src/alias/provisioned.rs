//! Provisioned concurrency in a rollout. Green gets as much as blue has before it gets traffic; once
//! it has ended, what serves nothing is given back, so that never both stay paid for.
//!
//! Where the alias itself has it, AWS moves it at the promotion: the alias goes to green when the
//! environments are there, and shows the old version with a weight of 1 until then. AWS refuses
//! that for a version that has its own, so green's is given back just before.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rollout::{Routing, Version, may_be_given_back};

use super::AliasHandle;
use crate::aws::{AwsError, Provisioned, ProvisionedState};

/// AWS starts some hundred environments a minute.
const TIMEOUT: Duration = Duration::from_secs(15 * 60);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

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

    /// Before green gets its first traffic, unless all of it comes in one switch that takes what
    /// the alias has along. What does not get ready is given back.
    pub(crate) async fn allocate(
        &mut self,
        (blue, green): (Version, Version),
        single_switch: bool,
        notice: impl Fn(String),
    ) -> Result<()> {
        let taken_along = single_switch && self.of_alias().is_some();
        let Some(count) = self.wanted(blue).filter(|_| !taken_along) else {
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
        let mut wait = Wait::begin();
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
            wait.pause("ready").await?;
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
    /// the version has that was left, as far as it was known before. What fails is told, and undoes
    /// nothing.
    pub(crate) async fn settle(&self, left: Option<Version>, notice: impl Fn(String)) {
        if self.of_alias().is_some()
            && let Err(error) = self.wait_until_moved(&notice).await
        {
            return notice(not_in_order(&error));
        }
        if let Some(left) = left {
            self.give_back(left, notice).await;
        }
    }

    async fn wait_until_moved(&self, notice: impl Fn(String)) -> Result<()> {
        let mut wait = Wait::begin();
        let mut said = false;
        while let Routing::Settling { from, to } = self.handle.read().await?.routing {
            if !said {
                notice(format!(
                    "AWS allocates provisioned concurrency to version {to}; until that is done, \
                     version {from} serves"
                ));
                said = true;
            }
            wait.pause("done").await?;
        }
        Ok(())
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

/// Longer and longer pauses, up to a limit.
struct Wait {
    since: Instant,
    pause: Duration,
}

impl Wait {
    fn begin() -> Self {
        Self {
            since: Instant::now(),
            pause: FIRST_PAUSE,
        }
    }

    async fn pause(&mut self, what: &str) -> Result<()> {
        if self.since.elapsed() > TIMEOUT {
            bail!("it was not {what} after {} minutes", TIMEOUT.as_secs() / 60);
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

fn not_in_order(error: &anyhow::Error) -> String {
    format!(
        "provisioned concurrency could not be put in order: {error:#}; `bluegreen doctor` says what \
         is still paid for"
    )
}
