//! STS: whose account this is.

use aws_config::SdkConfig;
use aws_sdk_sts::Client;

use super::AwsError;

#[derive(Debug)]
pub(crate) struct Sts {
    client: Client,
}

impl Sts {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }

    /// The account of the credentials. Everybody may ask.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
    pub(crate) async fn account(&self) -> Result<String, AwsError> {
        let caller = self.client.get_caller_identity().send().await?;
        let account = caller.account;
        account.ok_or_else(|| AwsError::unexpected("GetCallerIdentity answered without an account"))
    }
}
