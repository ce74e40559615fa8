//! Lambda: functions, versions, aliases and their permissions.

use std::time::Duration;

use aws_config::{SdkConfig, timeout::TimeoutConfig};
use aws_sdk_lambda::{
    Client,
    client::Waiters,
    config::Config,
    operation::{get_alias::GetAliasOutput, update_alias::UpdateAliasOutput},
    primitives::Blob,
    types::{
        AliasRoutingConfiguration, Architecture as SdkArchitecture, Environment, FunctionCode,
        LogFormat, LoggingConfig, Runtime,
    },
};
use rollout::{Routing, Version};

use super::AwsError;

const RUNTIME: Runtime = Runtime::Providedal2023;
/// An upload of 50 MB over a slow line takes this long.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(300);
const SETTLE_TIMEOUT: Duration = Duration::from_secs(300);

/// What a function's bootstrap is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Architecture {
    X86_64,
    Arm64,
}

#[derive(Debug)]
pub(crate) struct Lambda {
    client: Client,
    function: String,
}

/// A function, as far as a release needs to know it.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) code_sha256: String,
    pub(crate) revision_id: String,
    pub(crate) architecture: Architecture,
}

#[derive(Debug)]
pub(crate) struct NewFunction {
    pub(crate) role: String,
    pub(crate) zip: Vec<u8>,
    pub(crate) architecture: Architecture,
    pub(crate) memory: i32,
    pub(crate) timeout: i32,
    pub(crate) variables: Vec<(String, String)>,
}

/// A published version.
#[derive(Debug, Clone)]
pub(crate) struct PublishedVersion {
    pub(crate) version: Version,
    pub(crate) description: String,
    /// As Lambda writes it: `2026-11-23T06:52:59.123+0000`.
    pub(crate) published: String,
}

/// An alias as it was read or written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Alias {
    pub(crate) arn: String,
    pub(crate) routing: Routing,
    pub(crate) description: String,
    pub(crate) revision_id: String,
}

impl Lambda {
    pub(crate) fn new(config: &SdkConfig, function: &str) -> Self {
        Self {
            client: Client::new(config),
            function: function.to_owned(),
        }
    }

    /// `None` if there is no such function.
    pub(crate) async fn function(&self) -> Result<Option<Function>, AwsError> {
        let call = self
            .client
            .get_function_configuration()
            .function_name(&self.function);
        let found = match call.send().await.map_err(AwsError::from) {
            Ok(found) => found,
            Err(error) if error.is_missing() => return Ok(None),
            Err(error) => return Err(error),
        };
        let architecture = match found.architectures() {
            [SdkArchitecture::Arm64] => Architecture::Arm64,
            _ => Architecture::X86_64,
        };
        Ok(Some(Function {
            code_sha256: required(found.code_sha256, "CodeSha256")?,
            revision_id: required(found.revision_id, "RevisionId")?,
            architecture,
        }))
    }

    /// Creates the function and waits until it is active.
    pub(crate) async fn create(&self, new: NewFunction) -> Result<(), AwsError> {
        let code = FunctionCode::builder().zip_file(Blob::new(new.zip)).build();
        let logging = LoggingConfig::builder().log_format(LogFormat::Json).build();
        let variables = (!new.variables.is_empty()).then(|| {
            let variables = new.variables.into_iter().collect();
            Environment::builder()
                .set_variables(Some(variables))
                .build()
        });
        self.client
            .create_function()
            .function_name(&self.function)
            .runtime(RUNTIME)
            .handler("bootstrap")
            .role(new.role)
            .code(code)
            .architectures(new.architecture.into())
            .memory_size(new.memory)
            .timeout(new.timeout)
            .set_environment(variables)
            .logging_config(logging)
            .tags("bluegreen", "create")
            .customize()
            .config_override(upload())
            .send()
            .await?;
        self.wait_until_active().await
    }

    /// Waits until the function can be published and invoked.
    pub(crate) async fn wait_until_active(&self) -> Result<(), AwsError> {
        let wait = self
            .client
            .wait_until_function_active_v2()
            .function_name(&self.function);
        let waited = wait.wait(SETTLE_TIMEOUT).await;
        waited
            .map(|_| ())
            .map_err(|error| AwsError::unexpected(error.to_string()))
    }

    /// Uploads code, waits until the update is done, and gives the code's hash. The revision id
    /// makes sure that nobody else changed the function since it was read.
    pub(crate) async fn upload(
        &self,
        zip: Vec<u8>,
        architecture: Architecture,
        revision_id: &str,
    ) -> Result<String, AwsError> {
        let updated = self
            .client
            .update_function_code()
            .function_name(&self.function)
            .zip_file(Blob::new(zip))
            .architectures(architecture.into())
            .revision_id(revision_id)
            .customize()
            .config_override(upload())
            .send()
            .await?;
        let wait = self
            .client
            .wait_until_function_updated_v2()
            .function_name(&self.function);
        let waited = wait.wait(SETTLE_TIMEOUT).await;
        waited.map_err(|error| AwsError::unexpected(error.to_string()))?;
        required(updated.code_sha256, "CodeSha256")
    }

    /// Publishes the code with this hash, and no other: if somebody uploaded other code since,
    /// Lambda refuses. Unchanged code and configuration give the version that exists.
    pub(crate) async fn publish(
        &self,
        code_sha256: &str,
        description: Option<&str>,
    ) -> Result<Version, AwsError> {
        let published = self
            .client
            .publish_version()
            .function_name(&self.function)
            .code_sha256(code_sha256)
            .set_description(description.map(str::to_owned))
            .send()
            .await?;
        parse_version(&required(published.version, "Version")?)
    }

    /// The published versions, oldest first.
    pub(crate) async fn versions(&self) -> Result<Vec<PublishedVersion>, AwsError> {
        let mut versions = Vec::new();
        let pages = self
            .client
            .list_versions_by_function()
            .function_name(&self.function);
        let mut pages = pages.into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found?;
            // `$LATEST` is listed too, and is no published version.
            if let Some(version) = found.version.and_then(|text| text.parse().ok()) {
                versions.push(PublishedVersion {
                    version,
                    description: found.description.unwrap_or_default(),
                    published: found.last_modified.unwrap_or_default(),
                });
            }
        }
        Ok(versions)
    }

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
            .await?;
        Alias::try_from(updated)
    }

    /// The resource policy of the alias as JSON; `None` if it has none.
    pub(crate) async fn policy(&self, alias: &str) -> Result<Option<String>, AwsError> {
        let call = self
            .client
            .get_policy()
            .function_name(&self.function)
            .qualifier(alias);
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

fn upload() -> aws_sdk_lambda::config::Builder {
    let timeout = TimeoutConfig::builder()
        .operation_attempt_timeout(UPLOAD_TIMEOUT)
        .build();
    Config::builder().timeout_config(timeout)
}

fn required<T>(member: Option<T>, name: &str) -> Result<T, AwsError> {
    member.ok_or_else(|| AwsError::unexpected(format!("Lambda answered without {name}")))
}

fn parse_version(text: &str) -> Result<Version, AwsError> {
    text.parse().map_err(|_| {
        AwsError::unexpected(format!(
            "the alias points at {text}, which is not a published version; point it at one with \
             `aws lambda update-alias --function-version N`"
        ))
    })
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

impl From<Architecture> for SdkArchitecture {
    fn from(architecture: Architecture) -> Self {
        match architecture {
            Architecture::X86_64 => Self::X8664,
            Architecture::Arm64 => Self::Arm64,
        }
    }
}

impl std::fmt::Display for Architecture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        })
    }
}
