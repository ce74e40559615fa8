//! Functions and their versions.

use std::{collections::HashMap, time::Duration};

use aws_config::timeout::TimeoutConfig;
use aws_sdk_lambda::{
    client::Waiters,
    config::Config,
    primitives::Blob,
    types::{
        Architecture as SdkArchitecture, Environment, FunctionCode, LogFormat, LoggingConfig,
        Runtime, TracingConfig, TracingMode,
    },
};
use bluegreen_rollout::Version;

use super::{Architecture, AwsError, Lambda, required};
use crate::{aws::error::gone, patience::Patience};

/// What `create` gives a function.
pub(crate) const RUNTIME: &str = "provided.al2023";
/// What Lambda says of a role that it may not take, or does not know yet.
const NOT_ASSUMABLE: &str = "cannot be assumed by Lambda";
/// What Lambda says of a role that KMS does not know yet, where the function has variables.
const NO_GRANT: &str = "KMS key is invalid for CreateGrant";
const TRUST_LAMBDA: &str = "the role's trust policy has to let lambda.amazonaws.com do \
                            sts:AssumeRole; without --role, `create` makes one";
/// An upload of 50 MB over a slow line takes this long.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(300);
const ROLE_LIMIT: Duration = Duration::from_secs(60);
const SETTLE_TIMEOUT: Duration = Duration::from_secs(300);
/// No change is done sooner. A look at once would be in vain, and the next one comes a second later.
const FIRST_LOOK: Duration = Duration::from_millis(100);

/// A function, as far as a release needs to know it.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) code_sha256: String,
    /// AWS always has one; an emulator may not.
    pub(crate) revision_id: Option<String>,
    pub(crate) architecture: Architecture,
    /// Such as `provided.al2023`; empty for a container image.
    pub(crate) runtime: String,
}

#[derive(Debug)]
pub(crate) struct NewFunction {
    pub(crate) role: String,
    pub(crate) zip: Vec<u8>,
    pub(crate) architecture: Architecture,
    pub(crate) memory: i32,
    pub(crate) timeout: i32,
    /// Whether requests are traced with X-Ray.
    pub(crate) tracing: bool,
    pub(crate) variables: Vec<(String, String)>,
}

/// What two versions must have in common to share an alias, and their architecture.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct VersionSettings {
    pub(crate) role: String,
    pub(crate) dead_letter_target: Option<String>,
    pub(crate) architecture: Architecture,
}

impl Lambda {
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
        let architecture = architecture(found.architectures());
        Ok(Some(Function {
            code_sha256: required(found.code_sha256, "CodeSha256")?,
            revision_id: found.revision_id,
            architecture,
            runtime: found
                .runtime
                .map_or_else(String::new, |runtime| runtime.to_string()),
        }))
    }

    /// `None` if there is no such version.
    pub(crate) async fn settings(
        &self,
        version: Version,
    ) -> Result<Option<VersionSettings>, AwsError> {
        let call = self
            .client
            .get_function_configuration()
            .function_name(&self.function)
            .qualifier(version.to_string());
        let found = match call.send().await.map_err(AwsError::from) {
            Ok(found) => found,
            Err(error) if error.is_missing() => return Ok(None),
            Err(error) => return Err(error),
        };
        let architecture = architecture(found.architectures());
        Ok(Some(VersionSettings {
            role: required(found.role, "Role")?,
            dead_letter_target: found
                .dead_letter_config
                .and_then(|config| config.target_arn)
                .filter(|arn| !arn.is_empty()),
            architecture,
        }))
    }

    /// The function's tags; `None` if there is no such function.
    pub(crate) async fn tags(&self) -> Result<Option<HashMap<String, String>>, AwsError> {
        let call = self
            .client
            .get_function()
            .function_name(&self.function)
            .send();
        match call.await.map_err(AwsError::from) {
            Ok(found) => Ok(Some(found.tags.unwrap_or_default())),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes the function with all its versions and aliases.
    pub(crate) async fn delete_function(&self) -> Result<(), AwsError> {
        let call = self.client.delete_function().function_name(&self.function);
        gone(call.send().await)
    }

    /// Creates the function and waits until it is active. A role that was made a moment ago is not
    /// known everywhere yet: that is waited out.
    pub(crate) async fn create(&self, new: NewFunction) -> Result<(), AwsError> {
        let mut patience = Patience::of(ROLE_LIMIT);
        while let Err(error) = self.try_to_create(&new).await {
            let passes = error.says(NOT_ASSUMABLE) || error.says(NO_GRANT);
            if !passes || !patience.pause().await {
                return Err(error);
            }
        }
        tokio::time::sleep(FIRST_LOOK).await;
        self.wait_until_active().await
    }

    async fn try_to_create(&self, new: &NewFunction) -> Result<(), AwsError> {
        let zip = Blob::new(new.zip.clone());
        let code = FunctionCode::builder().zip_file(zip).build();
        let logging = LoggingConfig::builder().log_format(LogFormat::Json).build();
        let variables = (!new.variables.is_empty()).then(|| {
            let variables = new.variables.iter().cloned().collect();
            Environment::builder()
                .set_variables(Some(variables))
                .build()
        });
        self.client
            .create_function()
            .function_name(&self.function)
            .runtime(Runtime::from(RUNTIME))
            .handler("bootstrap")
            .role(&new.role)
            .code(code)
            .architectures(new.architecture.into())
            .memory_size(new.memory)
            .timeout(new.timeout)
            .set_environment(variables)
            .set_tracing_config(new.tracing.then(|| {
                let active = TracingConfig::builder().mode(TracingMode::Active);
                active.build()
            }))
            .logging_config(logging)
            .tags("bluegreen", "create")
            .customize()
            .config_override(upload())
            .send()
            .await
            .map_err(|error| {
                let error = too_large(error.into());
                error.advised(|error| error.says(NOT_ASSUMABLE), TRUST_LAMBDA)
            })?;
        Ok(())
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
    /// makes sure that nobody else changed the function since it was read. A dry run gives the hash
    /// that the code would have.
    pub(crate) async fn upload(
        &self,
        zip: Vec<u8>,
        architecture: Architecture,
        revision_id: Option<String>,
        dry_run: bool,
    ) -> Result<String, AwsError> {
        let updated = self
            .client
            .update_function_code()
            .function_name(&self.function)
            .zip_file(Blob::new(zip))
            .architectures(architecture.into())
            .set_revision_id(revision_id)
            .dry_run(dry_run)
            .customize()
            .config_override(upload())
            .send()
            .await
            .map_err(|error| too_large(error.into()))?;
        if dry_run {
            return required(updated.code_sha256, "CodeSha256");
        }
        tokio::time::sleep(FIRST_LOOK).await;
        let wait = self
            .client
            .wait_until_function_updated_v2()
            .function_name(&self.function);
        let waited = wait.wait(SETTLE_TIMEOUT).await;
        waited.map_err(|error| AwsError::unexpected(error.to_string()))?;
        required(updated.code_sha256, "CodeSha256")
    }
}

/// A function has one; without, it is the one that Lambda began with.
fn architecture(architectures: &[SdkArchitecture]) -> Architecture {
    match architectures {
        [SdkArchitecture::Arm64] => Architecture::Arm64,
        _ => Architecture::X86_64,
    }
}

fn too_large(error: AwsError) -> AwsError {
    error.advised(
        |error| error.has_code("RequestEntityTooLargeException"),
        "Lambda takes 50 MB in a call: leave out what is not needed, or build with --release",
    )
}

fn upload() -> aws_sdk_lambda::config::Builder {
    let timeout = TimeoutConfig::builder()
        .read_timeout(UPLOAD_TIMEOUT)
        .operation_attempt_timeout(UPLOAD_TIMEOUT)
        .build();
    Config::builder().timeout_config(timeout)
}
