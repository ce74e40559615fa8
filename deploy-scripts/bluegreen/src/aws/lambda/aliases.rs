//! Aliases, and who may invoke them.

use aws_sdk_lambda::{
    operation::{get_alias::GetAliasOutput, update_alias::UpdateAliasOutput},
    types::AliasRoutingConfiguration,
};
use bluegreen_rollout::{Routing, Version};

use super::{Alias, AwsError, Lambda, parse_version, required};
use crate::aws::error::gone;

/// What Lambda says where an alias is to take its provisioned concurrency to a version that has its
/// own: also a moment after that was given back.
const STILL_PROVISIONED: &str = "already Provisioned version";
/// What Lambda says of an alias that has provisioned concurrency and is to be split.
const NOT_SPLIT: &str = "Alias with weights can not be used with Provisioned Concurrency";
const PROVISION_THE_VERSION: &str = "give the provisioned concurrency to the version instead of the alias: `aws lambda \
     delete-provisioned-concurrency-config --qualifier ALIAS`, then \
     `put-provisioned-concurrency-config --qualifier VERSION`; or release with --strategy all-at-once";

/// An alias in the function's list.
#[derive(Debug)]
pub(crate) struct NamedAlias {
    pub(crate) name: String,
    /// Those that it points at: one or two, none where that is `$LATEST`.
    pub(crate) versions: Vec<Version>,
    pub(crate) description: String,
}

impl Lambda {
    /// `None` if there is no such alias.
    pub(crate) async fn alias(&self, name: &str) -> Result<Option<Alias>, AwsError> {
        let call = self
            .client
            .get_alias()
            .function_name(&self.function)
            .name(name);
        match call.send().await.map_err(AwsError::from) {
            Ok(found) => Alias::try_from(found).map(Some),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn create_alias(
        &self,
        name: &str,
        version: Version,
        description: &str,
    ) -> Result<String, AwsError> {
        let made = self
            .client
            .create_alias()
            .function_name(&self.function)
            .name(name)
            .function_version(version.to_string())
            .description(description)
            .send()
            .await?;
        required(made.alias_arn, "AliasArn")
    }

    /// Moves the alias and writes its description in one call, if its revision id is still this
    /// one. The weights are always sent: a call without them would leave the old ones in place.
    pub(crate) async fn update_alias(
        &self,
        name: &str,
        revision_id: &str,
        routing: Routing,
        description: &str,
    ) -> Result<Alias, AwsError> {
        let (version, weights) = match routing {
            Routing::All(version) => (version, None),
            Routing::Split {
                blue,
                green,
                weight,
            } => (blue, Some((green, weight))),
            Routing::Settling { .. } => {
                return Err(AwsError::unexpected(
                    "weights that AWS sets itself are never written",
                ));
            }
        };
        let mut config = AliasRoutingConfiguration::builder()
            .set_additional_version_weights(Some(std::collections::HashMap::new()));
        if let Some((green, weight)) = weights {
            config = config.additional_version_weights(green.to_string(), weight.share());
        }
        let updated = self
            .client
            .update_alias()
            .function_name(&self.function)
            .name(name)
            .function_version(version.to_string())
            .routing_config(config.build())
            .description(description)
            .revision_id(revision_id)
            .send()
            .await;
        let refused = |error| {
            let error = AwsError::from(error).passing(STILL_PROVISIONED);
            error.advised(|error| error.says(NOT_SPLIT), PROVISION_THE_VERSION)
        };
        Alias::try_from(updated.map_err(refused)?)
    }

    /// All aliases of the function.
    pub(crate) async fn aliases(&self) -> Result<Vec<NamedAlias>, AwsError> {
        let pages = self.client.list_aliases().function_name(&self.function);
        let mut pages = pages.into_paginator().items().send();
        let mut aliases = Vec::new();
        while let Some(found) = pages.next().await {
            let found = found?;
            let weights = found
                .routing_config
                .and_then(|config| config.additional_version_weights)
                .unwrap_or_default();
            let versions = found
                .function_version
                .into_iter()
                .chain(weights.into_keys());
            aliases.push(NamedAlias {
                name: required(found.name, "Name")?,
                versions: versions.filter_map(|text| text.parse().ok()).collect(),
                description: found.description.unwrap_or_default(),
            });
        }
        Ok(aliases)
    }

    pub(crate) async fn delete_alias(&self, name: &str) -> Result<(), AwsError> {
        let call = self
            .client
            .delete_alias()
            .function_name(&self.function)
            .name(name);
        gone(call.send().await)
    }

    /// Takes a permission back.
    pub(crate) async fn withdraw(&self, alias: &str, statement_id: &str) -> Result<(), AwsError> {
        let call = self
            .client
            .remove_permission()
            .function_name(&self.function)
            .qualifier(alias)
            .statement_id(statement_id);
        gone(call.send().await)
    }

    /// The resource policy of an alias, or of the function itself, as JSON; `None` if it has none.
    pub(crate) async fn policy(&self, alias: Option<&str>) -> Result<Option<String>, AwsError> {
        let call = self.client.get_policy().function_name(&self.function);
        let call = call.set_qualifier(alias.map(str::to_owned));
        match call.send().await.map_err(AwsError::from) {
            Ok(found) => Ok(found.policy),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Lets API Gateway invoke the alias for what the source ARN matches.
    pub(crate) async fn permit_api(
        &self,
        alias: &str,
        statement_id: &str,
        source_arn: &str,
    ) -> Result<(), AwsError> {
        self.client
            .add_permission()
            .function_name(&self.function)
            .qualifier(alias)
            .statement_id(statement_id)
            .action("lambda:InvokeFunction")
            .principal("apigateway.amazonaws.com")
            .source_arn(source_arn)
            .send()
            .await?;
        Ok(())
    }
}

fn routing(
    version: Option<String>,
    config: Option<AliasRoutingConfiguration>,
) -> Result<Routing, AwsError> {
    let version = parse_version(&required(version, "FunctionVersion")?)?;
    let weights = config
        .and_then(|config| config.additional_version_weights)
        .unwrap_or_default();
    // Lambda allows one additional version.
    let additional = match weights.into_iter().next() {
        Some((additional, share)) => Some((parse_version(&additional)?, share)),
        None => None,
    };
    Ok(Routing::observed(version, additional))
}

impl TryFrom<GetAliasOutput> for Alias {
    type Error = AwsError;

    fn try_from(found: GetAliasOutput) -> Result<Self, AwsError> {
        Ok(Self {
            arn: required(found.alias_arn, "AliasArn")?,
            routing: routing(found.function_version, found.routing_config)?,
            description: found.description.unwrap_or_default(),
            revision_id: required(found.revision_id, "RevisionId")?,
        })
    }
}

impl TryFrom<UpdateAliasOutput> for Alias {
    type Error = AwsError;

    fn try_from(updated: UpdateAliasOutput) -> Result<Self, AwsError> {
        Ok(Self {
            arn: required(updated.alias_arn, "AliasArn")?,
            routing: routing(updated.function_version, updated.routing_config)?,
            description: updated.description.unwrap_or_default(),
            revision_id: required(updated.revision_id, "RevisionId")?,
        })
    }
}
