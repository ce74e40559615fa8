//! The URL of an alias.

use aws_sdk_lambda::types::FunctionUrlAuthType;

use super::{AwsError, Lambda};
use crate::aws::error::gone;

/// What the two permissions of a public URL are called. The first one says that `create` made the
/// URL, which cannot be tagged.
pub(crate) const URL_STATEMENT: &str = "bluegreen-url";
const INVOKE: &str = "bluegreen-url-invoke";

#[derive(Debug, Clone)]
pub(crate) struct FunctionUrl {
    pub(crate) address: String,
    /// Whether everybody may call it, as far as the alias's policy lets them; otherwise only those
    /// who sign their requests.
    pub(crate) is_public: bool,
}

impl Lambda {
    /// The URL of the alias, or of the unpublished function; `None` if it has none.
    pub(crate) async fn url(&self, alias: Option<&str>) -> Result<Option<FunctionUrl>, AwsError> {
        let call = self.client.get_function_url_config();
        let call = call
            .function_name(&self.function)
            .set_qualifier(alias.map(str::to_owned));
        match call.send().await.map_err(AwsError::from) {
            Ok(found) => Ok(Some(FunctionUrl {
                address: found.function_url,
                is_public: found.auth_type == FunctionUrlAuthType::None,
            })),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives the alias a URL that everybody may call once the policy lets them.
    pub(crate) async fn create_url(&self, alias: &str) -> Result<FunctionUrl, AwsError> {
        let made = self
            .client
            .create_function_url_config()
            .function_name(&self.function)
            .qualifier(alias)
            .auth_type(FunctionUrlAuthType::None)
            .send()
            .await?;
        Ok(FunctionUrl {
            address: made.function_url,
            is_public: true,
        })
    }

    /// Deletes the URL with its permissions: the one that says whose it is comes last.
    pub(crate) async fn delete_url(&self, alias: &str) -> Result<(), AwsError> {
        let call = self.client.delete_function_url_config();
        let call = call.function_name(&self.function).qualifier(alias);
        gone(call.send().await)?;
        self.withdraw(alias, INVOKE).await?;
        self.withdraw(alias, URL_STATEMENT).await
    }

    /// Lets everybody call the URL: one statement to call it, and one to invoke the alias by it.
    pub(crate) async fn permit_url_call(&self, alias: &str) -> Result<(), AwsError> {
        let permission = self.client.add_permission();
        permission
            .function_name(&self.function)
            .qualifier(alias)
            .statement_id(URL_STATEMENT)
            .action("lambda:InvokeFunctionUrl")
            .principal("*")
            .function_url_auth_type(FunctionUrlAuthType::None)
            .send()
            .await?;
        Ok(())
    }

    /// See [`Self::permit_url_call`].
    pub(crate) async fn permit_url_invoke(&self, alias: &str) -> Result<(), AwsError> {
        let permission = self.client.add_permission();
        permission
            .function_name(&self.function)
            .qualifier(alias)
            .statement_id(INVOKE)
            .action("lambda:InvokeFunction")
            .principal("*")
            .invoked_via_function_url(true)
            .send()
            .await?;
        Ok(())
    }
}
