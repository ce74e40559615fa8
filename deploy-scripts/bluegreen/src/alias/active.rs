//! Waiting until a version can serve. What is published while its function is still being set up, or
//! in a VPC, takes a moment or minutes; requests that come before are refused.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bluegreen_rollout::Version;

use super::AliasHandle;
use crate::{aws::VersionState, patience::Patience};

const LIMIT: Duration = Duration::from_mins(10);

impl AliasHandle {
    async fn version_state(&self, version: Version) -> Result<VersionState> {
        let state = self.lambda.state(version).await;
        let state = state.map_err(|error| match error.is_missing() {
            true => self.no_version(error),
            false => error.into(),
        });
        state.with_context(|| format!("failed to read version {version}"))
    }

    /// # Errors
    /// If the version is not there, if Lambda could not set it up, if it sleeps, or if it is not
    /// ready after ten minutes.
    pub(crate) async fn wait_until_active(
        &self,
        version: Version,
        notice: impl Fn(String),
    ) -> Result<()> {
        let mut patience = Patience::of(LIMIT);
        let mut said = false;
        loop {
            match self.version_state(version).await? {
                VersionState::Active => return Ok(()),
                VersionState::Pending => {}
                VersionState::Inactive => bail!(
                    "version {version} was idle for so long that Lambda put it to sleep, and would \
                     refuse its first requests; wake it: aws lambda invoke --function-name {} \
                     --qualifier {version} /dev/null, and again until it answers",
                    self.function
                ),
                VersionState::Failed(reason) => {
                    bail!("Lambda could not set version {version} up: {reason}")
                }
            }
            if !said {
                notice(format!(
                    "Lambda is still setting version {version} up: it gets no traffic before"
                ));
                said = true;
            }
            if !patience.pause().await {
                bail!(
                    "Lambda is still setting version {version} up after {} minutes",
                    LIMIT.as_secs() / 60
                );
            }
        }
    }
}
