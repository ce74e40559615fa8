//! The alias that a command works on: how it is reached, read and written, what is provisioned for
//! it, and what is said when a rollback fails.

mod active;
mod provisioned;
mod write;

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use bluegreen_rollout::Version;

pub(crate) use provisioned::{NotMoved, Provisioning};
pub(crate) use write::Moved;

use crate::{
    aws::{
        Alias, ApiGateway, CloudWatch, Contact, Explain, Iam, Lambda, Logs, Sts, Trail, connect,
    },
    cli::{GlobalArgs, PackageArgs},
};

/// What is said where a version is needed.
pub(crate) const NONE_PUBLISHED: &str = "no version is published; `bluegreen publish` does that";

#[derive(Debug)]
pub(crate) struct AliasHandle {
    pub(crate) function: String,
    pub(crate) alias: String,
    pub(crate) region: String,
    pub(crate) lambda: Lambda,
    pub(crate) gateway: ApiGateway,
    pub(crate) cloudwatch: CloudWatch,
    pub(crate) iam: Iam,
    pub(crate) sts: Sts,
    pub(crate) logs: Logs,
    pub(crate) trail: Trail,
    pub(crate) contact: Arc<Contact>,
}

impl AliasHandle {
    pub(crate) async fn connect(
        global: &GlobalArgs,
        package: Option<&PackageArgs>,
    ) -> Result<Self> {
        let explain = global.explain.then(|| Explain::new(global, package));
        let (config, contact) = connect(global, explain).await?;
        Ok(Self {
            function: global.function.clone(),
            alias: global.alias.clone(),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            lambda: Lambda::new(&config, &global.function),
            gateway: ApiGateway::new(&config),
            cloudwatch: CloudWatch::new(&config, &global.function, &global.alias),
            iam: Iam::new(&config),
            sts: Sts::new(&config),
            logs: Logs::new(&config, &global.function),
            trail: Trail::new(&config, &global.function, &global.alias),
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
}
