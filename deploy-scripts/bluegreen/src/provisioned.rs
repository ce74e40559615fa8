//! Provisioned concurrency in a rollout. Green gets as much as blue has before it gets traffic; once
//! it has ended, what serves nothing is given back, so that never both stay paid for.
//!
//! Where the alias itself has it, AWS moves it at the promotion: the alias goes to green when the
//! environments are there, and shows the old version with a weight of 1 until then. AWS refuses
//! that for a version that has its own, so green's is given back just before.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rollout::{Routing, Version, may_be_given_back};

use crate::{
    aws::{AwsError, Provisioned, ProvisionedState},
    deployment::Deployment,
};

/// AWS starts some hundred environments a minute.
const TIMEOUT: Duration = Duration::from_secs(15 * 60);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What the function has provisioned.
#[derive(Debug, Default)]
pub(crate) struct Provisioning {
    alias: String,
    all: Vec<Provisioned>,
}

impl Provisioning {
    pub(crate) async fn read(deployment: &Deployment) -> Result<Self, AwsError> {
        Ok(Self {
            alias: deployment.alias.clone(),
            all: deployment.lambda.provisioned().await?,
        })
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
        self.of(&self.alias)
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
        deployment: &Deployment,
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
            deployment.lambda.provision(green, count).await?;
            wait_until_ready(deployment, green).await
        };
        let Err(failed) = allocated.await else {
            return Ok(());
        };
        // What could not be allocated is not to be paid for; that it failed is the news.
        give_back(deployment, self, green, notice).await;
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

    /// Before the alias goes to green with what it has itself.
    pub(crate) async fn make_way(
        &self,
        deployment: &Deployment,
        green: Version,
    ) -> Result<(), AwsError> {
        match self.of_alias() {
            Some(_) => deployment.lambda.unprovision(green).await,
            None => Ok(()),
        }
    }
}

async fn wait_until_ready(deployment: &Deployment, version: Version) -> Result<()> {
    let begin = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        let all = Provisioning::read(deployment).await?;
        match all.of_version(version).map(|found| &found.state) {
            Some(ProvisionedState::Ready) => return Ok(()),
            Some(ProvisionedState::Failed(reason)) => bail!("AWS could not allocate it: {reason}"),
            Some(ProvisionedState::InProgress) => {}
            None => bail!("somebody else took it back meanwhile"),
        }
        if begin.elapsed() > TIMEOUT {
            bail!("it was not ready after {} minutes", TIMEOUT.as_secs() / 60);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// After a move has ended: waits until AWS has moved what the alias has, and gives back what the
/// version has that was left, as far as it was known before. What fails is told, and undoes nothing.
pub(crate) async fn settle(
    deployment: &Deployment,
    known: &Provisioning,
    left: Option<Version>,
    notice: impl Fn(String),
) {
    if known.of_alias().is_some()
        && let Err(error) = wait_until_moved(deployment, &notice).await
    {
        return notice(not_in_order(&error));
    }
    if let Some(left) = left {
        give_back(deployment, known, left, notice).await;
    }
}

fn not_in_order(error: &anyhow::Error) -> String {
    format!(
        "provisioned concurrency could not be put in order: {error:#}; `bluegreen doctor` says what \
         is still paid for"
    )
}

async fn wait_until_moved(deployment: &Deployment, notice: impl Fn(String)) -> Result<()> {
    let begin = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut said = false;
    while let Routing::Settling { from, to } = deployment.read().await?.routing {
        if !said {
            notice(format!(
                "AWS allocates provisioned concurrency to version {to}; until that is done, version \
                 {from} serves"
            ));
            said = true;
        }
        if begin.elapsed() > TIMEOUT {
            bail!("it was not done after {} minutes", TIMEOUT.as_secs() / 60);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(())
}

/// Gives back what a version has that nobody needs. What somebody has set since is theirs, and a
/// version that any alias sends traffic to keeps it. What fails is told.
pub(crate) async fn give_back(
    deployment: &Deployment,
    known: &Provisioning,
    version: Version,
    notice: impl Fn(String),
) {
    let given_back = async {
        if known.count(version).is_none() {
            return Ok(false);
        }
        let found = Provisioning::read(deployment).await?;
        let aliases = deployment.lambda.aliases().await?;
        let needed: Vec<Version> = aliases
            .into_iter()
            .flat_map(|alias| alias.versions)
            .collect();
        if !may_be_given_back(version, known.count(version), found.count(version), &needed) {
            return Ok(false);
        }
        deployment.lambda.unprovision(version).await?;
        anyhow::Ok(true)
    };
    match given_back.await {
        Ok(true) => notice(format!(
            "provisioned concurrency of version {version} is given back"
        )),
        Ok(false) => {}
        Err(error) => notice(not_in_order(&error)),
    }
}
