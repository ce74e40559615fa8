//! A function's configuration: what `CreateFunction` and `UpdateFunctionConfiguration` set, with
//! AWS's defaults and limits.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    limits::{check_environment, check_most},
    logging::{Logging, LoggingChange},
    runtimes::check_runtime,
};
use crate::protocol::{ApiResult, Exception};

/// Lambda's name for a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Architecture {
    X86_64,
    Arm64,
}

/// For which versions snapshots are wanted: it is shown, and nothing is snapshotted here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SnapStart {
    #[default]
    None,
    PublishedVersions,
}

/// The configuration of one version, immutable once it is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Configuration {
    pub(crate) runtime: String,
    pub(crate) role: String,
    pub(crate) handler: String,
    pub(crate) description: String,
    pub(crate) timeout: u32,
    pub(crate) memory_size: u32,
    /// In the order in which it was sent, which one of AWS's messages shows.
    pub(crate) environment: Option<IndexMap<String, String>>,
    pub(crate) architecture: Architecture,
    pub(crate) ephemeral_storage: u32,
    pub(crate) tracing_mode: String,
    pub(crate) dead_letter_target: Option<String>,
    pub(crate) logging: Logging,
    #[serde(default)]
    pub(crate) snap_start: SnapStart,
}

/// The members that both calls take. Absent ones keep what is there, or its default.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ConfigurationChange {
    runtime: Option<String>,
    role: Option<String>,
    handler: Option<String>,
    description: Option<String>,
    timeout: Option<u32>,
    memory_size: Option<u32>,
    environment: Option<EnvironmentChange>,
    ephemeral_storage: Option<EphemeralStorage>,
    tracing_config: Option<TracingConfig>,
    dead_letter_config: Option<DeadLetterConfig>,
    logging_config: Option<LoggingChange>,
    snap_start: Option<SnapStartChange>,
    layers: Option<Vec<Value>>,
    vpc_config: Option<VpcConfig>,
    file_system_configs: Option<Vec<Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EnvironmentChange {
    variables: IndexMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EphemeralStorage {
    size: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TracingConfig {
    mode: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeadLetterConfig {
    target_arn: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SnapStartChange {
    apply_on: Option<SnapStart>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct VpcConfig {
    subnet_ids: Vec<Value>,
    security_group_ids: Vec<Value>,
}

impl Configuration {
    /// A new function's configuration.
    ///
    /// # Errors
    /// If a required member is missing or a value is outside AWS's limits.
    pub(crate) fn new(
        name: &str,
        architectures: Option<&[Architecture]>,
        change: ConfigurationChange,
    ) -> ApiResult<Self> {
        // Worded from memory.
        let mandatory = || {
            Exception::invalid_parameter(
                "Runtime and Handler are mandatory parameters for functions created with \
                 deployment packages.",
            )
        };
        let blank = Self {
            runtime: change.runtime.clone().ok_or_else(mandatory)?,
            role: change.role.clone().unwrap_or_default(),
            handler: change.handler.clone().ok_or_else(mandatory)?,
            description: String::new(),
            timeout: 3,
            memory_size: 128,
            environment: None,
            architecture: architectures
                .and_then(|given| given.first().copied())
                .unwrap_or(Architecture::X86_64),
            ephemeral_storage: 512,
            tracing_mode: "PassThrough".into(),
            dead_letter_target: None,
            logging: Logging::new(name),
            snap_start: SnapStart::None,
        };
        blank.changed(change)
    }

    /// This configuration with some members changed.
    ///
    /// # Errors
    /// If a value is outside AWS's limits, or asks for what lambda-local does not have.
    pub(crate) fn changed(&self, change: ConfigurationChange) -> ApiResult<Self> {
        refuse_what_is_not_here(&change)?;
        if let Some(runtime) = &change.runtime {
            check_runtime(runtime)?;
        }
        let new = self.clone();
        let new = Self {
            runtime: change.runtime.unwrap_or(new.runtime),
            role: change.role.unwrap_or(new.role),
            handler: change.handler.unwrap_or(new.handler),
            description: change.description.unwrap_or(new.description),
            timeout: change.timeout.unwrap_or(new.timeout),
            memory_size: change.memory_size.unwrap_or(new.memory_size),
            environment: match change.environment {
                Some(environment) => Some(environment.variables),
                None => new.environment,
            },
            ephemeral_storage: change
                .ephemeral_storage
                .map_or(new.ephemeral_storage, |s| s.size),
            tracing_mode: change
                .tracing_config
                .and_then(|t| t.mode)
                .unwrap_or(new.tracing_mode),
            dead_letter_target: match change.dead_letter_config {
                Some(config) => config.target_arn.filter(|arn| !arn.is_empty()),
                None => new.dead_letter_target,
            },
            logging: new
                .logging
                .changed(change.logging_config.unwrap_or_default()),
            snap_start: change
                .snap_start
                .and_then(|s| s.apply_on)
                .unwrap_or(new.snap_start),
            architecture: new.architecture,
        };
        new.check()?;
        Ok(new)
    }

    fn check(&self) -> ApiResult<()> {
        check_most(self.timeout, 900, "timeout")?;
        check_most(self.memory_size, 10_240, "memorySize")?;
        check_environment(self.environment.as_ref())
    }
}

fn refuse_what_is_not_here(change: &ConfigurationChange) -> ApiResult<()> {
    let layers = change
        .layers
        .as_ref()
        .is_some_and(|layers| !layers.is_empty());
    let files = change
        .file_system_configs
        .as_ref()
        .is_some_and(|files| !files.is_empty());
    let vpc = change.vpc_config.as_ref();
    let vpc = vpc.is_some_and(|v| !v.subnet_ids.is_empty() || !v.security_group_ids.is_empty());
    match (layers, files, vpc) {
        (true, _, _) => Err(Exception::not_implemented("Layers")),
        (_, true, _) => Err(Exception::not_implemented("FileSystemConfigs")),
        (_, _, true) => Err(Exception::not_implemented("VpcConfig")),
        _ => Ok(()),
    }
}
