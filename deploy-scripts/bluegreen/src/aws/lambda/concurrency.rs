//! Concurrency: what a function has reserved, what is provisioned, and what the account has.

use aws_sdk_lambda::types::ProvisionedConcurrencyStatusEnum as Status;
use bluegreen_rollout::Version;

use super::{AwsError, Lambda, required};
use crate::aws::error::gone;

/// Provisioned concurrency of a version or an alias.
#[derive(Debug, Clone)]
pub(crate) struct Provisioned {
    /// The alias's name or the version's number.
    pub(crate) qualifier: String,
    pub(crate) requested: i32,
    pub(crate) state: ProvisionedState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProvisionedState {
    Ready,
    InProgress,
    Failed(String),
}

impl Lambda {
    /// What is provisioned for versions and aliases of the function.
    pub(crate) async fn provisioned(&self) -> Result<Vec<Provisioned>, AwsError> {
        let pages = self.client.list_provisioned_concurrency_configs();
        let pages = pages.function_name(&self.function).into_paginator();
        let mut pages = pages.items().send();
        let mut found = Vec::new();
        while let Some(config) = pages.next().await {
            let config = match config.map_err(AwsError::from) {
                Ok(config) => config,
                // Where there is no such thing, nobody has any. Emulators say so in two ways.
                Err(error) if error.is_of_unknown_operation() || error.is_missing() => break,
                Err(error) => return Err(error),
            };
            let arn = required(config.function_arn, "FunctionArn")?;
            let qualifier = arn.rsplit(':').next().unwrap_or_default().to_owned();
            found.push(Provisioned {
                qualifier,
                requested: config
                    .requested_provisioned_concurrent_executions
                    .unwrap_or_default(),
                state: match config.status {
                    Some(Status::Ready) => ProvisionedState::Ready,
                    Some(Status::Failed) => {
                        ProvisionedState::Failed(config.status_reason.unwrap_or_default())
                    }
                    _ => ProvisionedState::InProgress,
                },
            });
        }
        Ok(found)
    }

    /// Asks for provisioned concurrency of a version. It comes some time later.
    pub(crate) async fn provision(&self, version: Version, count: i32) -> Result<(), AwsError> {
        self.client
            .put_provisioned_concurrency_config()
            .function_name(&self.function)
            .qualifier(version.to_string())
            .provisioned_concurrent_executions(count)
            .send()
            .await?;
        Ok(())
    }

    /// Gives a version's provisioned concurrency back.
    pub(crate) async fn unprovision(&self, version: Version) -> Result<(), AwsError> {
        let call = self.client.delete_provisioned_concurrency_config();
        let call = call
            .function_name(&self.function)
            .qualifier(version.to_string());
        gone(call.send().await)
    }

    /// Concurrent executions that the function has reserved.
    pub(crate) async fn reserved(&self) -> Result<Option<i32>, AwsError> {
        let call = self.client.get_function_concurrency();
        let found = call.function_name(&self.function).send().await?;
        Ok(found.reserved_concurrent_executions)
    }

    /// Concurrent executions of the account that no function has reserved.
    pub(crate) async fn unreserved(&self) -> Result<i32, AwsError> {
        let account = self.client.get_account_settings().send().await?;
        let limit = account.account_limit;
        Ok(limit
            .and_then(|limit| limit.unreserved_concurrent_executions)
            .unwrap_or_default())
    }
}
