//! Lambda: functions, versions, aliases and their permissions. Only the files of this folder name
//! the service's SDK.

mod aliases;
mod concurrency;
mod event_sources;
mod functions;
mod invoke;
mod urls;
mod versions;

use aws_config::SdkConfig;
use aws_sdk_lambda::{Client, types::Architecture as SdkArchitecture};
use bluegreen_rollout::{Routing, Version};

use super::AwsError;
pub(crate) use aliases::NamedAlias;
pub(crate) use concurrency::{Provisioned, ProvisionedState};
pub(crate) use functions::{Function, NewFunction, RUNTIME, VersionSettings};
pub(crate) use urls::{FunctionUrl, URL_STATEMENT};
pub(crate) use versions::{PublishedVersion, VersionState};

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
}

pub(super) fn required<T>(member: Option<T>, name: &str) -> Result<T, AwsError> {
    member.ok_or_else(|| AwsError::unexpected(format!("Lambda answered without {name}")))
}

pub(super) fn parse_version(text: &str) -> Result<Version, AwsError> {
    text.parse().map_err(|_| {
        AwsError::unexpected(format!(
            "the alias points at {text}, which is not a published version; point it at one with \
             `aws lambda update-alias --function-version N`"
        ))
    })
}

impl Architecture {
    /// `None` where this machine is one that Lambda does not have.
    pub(crate) fn of_this_machine() -> Option<Self> {
        match std::env::consts::ARCH {
            "x86_64" => Some(Self::X86_64),
            "aarch64" => Some(Self::Arm64),
            _ => None,
        }
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
