//! CloudWatch Logs: the group into which Lambda writes what a function prints. Lambda makes it with
//! the first line, to keep every line for ever.

use aws_config::SdkConfig;
use aws_sdk_cloudwatchlogs::Client;

use super::{AwsError, error::gone};

#[derive(Debug)]
pub(crate) struct Logs {
    client: Client,
    /// The group's name.
    pub(crate) group: String,
}

impl Logs {
    pub(crate) fn new(config: &SdkConfig, function: &str) -> Self {
        Self {
            client: Client::new(config),
            group: log_group(function),
        }
    }

    /// Makes the group, so that it can be told how long to keep its lines; false if it is there.
    pub(crate) async fn create(&self) -> Result<bool, AwsError> {
        let call = self.client.create_log_group().log_group_name(&self.group);
        match call.send().await.map_err(AwsError::from) {
            Err(error) if error.has_code("ResourceAlreadyExistsException") => Ok(false),
            made => made.map(|_| true),
        }
    }

    /// Lets lines go after so many days.
    pub(crate) async fn retain(&self, days: i32) -> Result<(), AwsError> {
        let call = self.client.put_retention_policy();
        let call = call.log_group_name(&self.group).retention_in_days(days);
        call.send().await?;
        Ok(())
    }

    /// Deletes the group with all its lines. One that is not there is no error.
    pub(crate) async fn delete(&self) -> Result<(), AwsError> {
        let call = self.client.delete_log_group().log_group_name(&self.group);
        gone(call.send().await)
    }
}

/// The group of a function that names none itself.
pub(crate) fn log_group(function: &str) -> String {
    format!("/aws/lambda/{function}")
}
