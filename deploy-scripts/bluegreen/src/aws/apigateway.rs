//! API Gateway: the HTTP API in front of an alias.

use aws_config::SdkConfig;
use aws_sdk_apigatewayv2::{Client, types::ProtocolType};

use super::{AwsError, error::gone};

#[derive(Debug)]
pub(crate) struct ApiGateway {
    client: Client,
}

/// An HTTP API.
#[derive(Debug, Clone)]
pub(crate) struct HttpApi {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Where clients reach its `$default` stage.
    pub(crate) endpoint: String,
    /// Whether `create` made it.
    pub(crate) made_here: bool,
}

/// An integration of an API.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) id: String,
    /// The ARN of a function or of an alias.
    pub(crate) uri: String,
}

impl ApiGateway {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }

    /// The HTTP APIs of this name: API Gateway lets several have the same.
    pub(crate) async fn find(&self, name: &str) -> Result<Vec<HttpApi>, AwsError> {
        let mut found = self.all().await?;
        found.retain(|api| api.name == name);
        Ok(found)
    }

    /// All HTTP APIs.
    pub(crate) async fn all(&self) -> Result<Vec<HttpApi>, AwsError> {
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let page = self.client.get_apis().set_next_token(token).send().await?;
            let apis = page
                .items
                .unwrap_or_default()
                .into_iter()
                .filter_map(|api| {
                    Some(HttpApi {
                        id: api.api_id?,
                        name: api.name?,
                        endpoint: api.api_endpoint?,
                        made_here: api.tags.is_some_and(|tags| {
                            tags.get("bluegreen").is_some_and(|by| by == "create")
                        }),
                    })
                });
            found.extend(apis);
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// What the API's integrations point at.
    pub(crate) async fn targets(&self, api: &HttpApi) -> Result<Vec<Target>, AwsError> {
        let page = self
            .client
            .get_integrations()
            .api_id(&api.id)
            .send()
            .await?;
        let items = page.items.unwrap_or_default();
        Ok(items
            .into_iter()
            .filter_map(|integration| {
                Some(Target {
                    id: integration.integration_id?,
                    uri: integration.integration_uri?,
                })
            })
            .collect())
    }

    /// Deletes the API with its stages, routes and integrations.
    pub(crate) async fn delete(&self, api: &HttpApi) -> Result<(), AwsError> {
        gone(self.client.delete_api().api_id(&api.id).send().await)
    }

    /// Makes an API that sends everything to this alias, in one call: integration, route and
    /// stage come with it, so that there is no half-made API.
    pub(crate) async fn create(&self, name: &str, alias_arn: &str) -> Result<HttpApi, AwsError> {
        let made = self
            .client
            .create_api()
            .name(name)
            .protocol_type(ProtocolType::Http)
            .target(alias_arn)
            .tags("bluegreen", "create")
            .send()
            .await?;
        match (made.api_id, made.api_endpoint) {
            (Some(id), Some(endpoint)) => Ok(HttpApi {
                id,
                name: name.to_owned(),
                endpoint,
                made_here: true,
            }),
            _ => Err(AwsError::unexpected(
                "CreateApi answered without an id or an endpoint",
            )),
        }
    }
}
