//! Direct invocations of a version, past the alias.

use std::time::Duration;

use aws_sdk_lambda::primitives::Blob;
use bluegreen_rollout::{Seconds, Version};

use super::{AwsError, Lambda, required};

/// How an invocation ended.
#[derive(Debug, Clone)]
pub(crate) struct InvokeOutput {
    pub(crate) payload: Vec<u8>,
    /// Whether the function failed: the payload says how.
    pub(crate) failed: bool,
}

impl Lambda {
    /// Invokes a version with this event and waits for its answer.
    pub(crate) async fn invoke(
        &self,
        version: Version,
        event: &[u8],
        deadline: Duration,
    ) -> Result<InvokeOutput, AwsError> {
        let timeouts = aws_config::timeout::TimeoutConfig::builder()
            .read_timeout(deadline)
            .operation_attempt_timeout(deadline)
            .build();
        let answered = self
            .client
            .invoke()
            .function_name(&self.function)
            .qualifier(version.to_string())
            .payload(Blob::new(event))
            .customize()
            .config_override(aws_sdk_lambda::config::Config::builder().timeout_config(timeouts))
            .send()
            .await?;
        Ok(InvokeOutput {
            failed: answered.function_error.is_some(),
            payload: answered.payload.map(Blob::into_inner).unwrap_or_default(),
        })
    }

    /// How long an invocation of this version may take.
    pub(crate) async fn timeout(&self, version: Version) -> Result<Seconds, AwsError> {
        let found = self
            .client
            .get_function_configuration()
            .function_name(&self.function)
            .qualifier(version.to_string())
            .send()
            .await?;
        let seconds = required(found.timeout, "Timeout")?;
        Ok(Seconds(u64::from(seconds.unsigned_abs())))
    }
}
