//! HTTP APIs.

use aws_config::SdkConfig;
use aws_sdk_apigatewayv2::{Client, types::ProtocolType};

use super::{Api, ApiKind, Target, TargetAt, function_of, made_here};
use crate::aws::{AwsError, error::gone};

#[derive(Debug)]
pub(crate) struct HttpApis {
    client: Client,
}

impl HttpApis {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }

    /// All HTTP APIs.
    pub(crate) async fn all(&self) -> Result<Vec<Api>, AwsError> {
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let page = self.client.get_apis().set_next_token(token).send().await?;
            let apis = page.items.unwrap_or_default().into_iter();
            found.extend(apis.filter_map(|api| {
                Some(Api {
                    kind: ApiKind::Http,
                    id: api.api_id?,
                    name: api.name?,
                    endpoint: api.api_endpoint?,
                    made_here: made_here(api.tags),
                })
            }));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    pub(super) async fn targets(&self, api: &Api) -> Result<Vec<Target>, AwsError> {
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let call = self.client.get_integrations().api_id(&api.id);
            let page = call.set_next_token(token).send().await?;
            let integrations = page.items.unwrap_or_default().into_iter();
            found.extend(integrations.filter_map(|integration| {
                Some(Target {
                    at: TargetAt::Integration(integration.integration_id?),
                    uri: function_of(integration.integration_uri?),
                })
            }));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// Deletes the API with its stages, routes and integrations.
    pub(super) async fn delete(&self, api: &Api) -> Result<(), AwsError> {
        gone(self.client.delete_api().api_id(&api.id).send().await)
    }

    /// Makes an API that sends everything to this alias, in one call: integration, route and
    /// stage come with it, so that there is no half-made API.
    pub(crate) async fn create(&self, name: &str, alias_arn: &str) -> Result<Api, AwsError> {
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
            (Some(id), Some(endpoint)) => Ok(Api {
                kind: ApiKind::Http,
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
