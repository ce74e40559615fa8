//! HTTP APIs.

use aws_config::SdkConfig;
use aws_sdk_apigatewayv2::{
    Client,
    types::{IntegrationType, ProtocolType},
};

use super::{
    Api, ApiKind, Target, TargetAt, made_here,
    stages::{Stage, targets, varies},
};
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
        let apis = pages(async |token| {
            let page = self.client.get_apis().set_next_token(token).send().await?;
            Ok((page.items, page.next_token))
        });
        let apis = apis.await?.into_iter().filter_map(|api| {
            Some(Api {
                kind: ApiKind::Http,
                id: api.api_id?,
                name: api.name?,
                endpoint: api.api_endpoint?,
                made_here: made_here(api.tags),
            })
        });
        Ok(apis.collect())
    }

    pub(super) async fn targets(&self, api: &Api) -> Result<Vec<Target>, AwsError> {
        let integrations = self.integrations(api).await?;
        let any_varies = integrations.iter().any(|(_, uri)| varies(uri));
        let stages = match any_varies {
            true => self.stages(api).await?,
            false => Vec::new(),
        };
        let targets = integrations.into_iter().flat_map(|(id, uri)| {
            let at = TargetAt::Integration(id);
            targets(&at, uri, &stages)
        });
        Ok(targets.collect())
    }

    /// The integrations that have a URI, by id.
    async fn integrations(&self, api: &Api) -> Result<Vec<(String, String)>, AwsError> {
        let found = pages(async |token| {
            let call = self.client.get_integrations().api_id(&api.id);
            let page = call.set_next_token(token).send().await?;
            Ok((page.items, page.next_token))
        });
        let found = found.await?.into_iter();
        Ok(found
            .filter_map(|one| Some((one.integration_id?, one.integration_uri?)))
            .collect())
    }

    async fn stages(&self, api: &Api) -> Result<Vec<Stage>, AwsError> {
        let found = pages(async |token| {
            let call = self.client.get_stages().api_id(&api.id);
            let page = call.set_next_token(token).send().await?;
            Ok((page.items, page.next_token))
        });
        let stage = |stage: aws_sdk_apigatewayv2::types::Stage| {
            Stage::of(stage.stage_name, stage.stage_variables)
        };
        Ok(found.await?.into_iter().filter_map(stage).collect())
    }

    /// Whether any route leads to this integration.
    async fn is_routed(&self, api: &Api, integration: &str) -> Result<bool, AwsError> {
        let target = format!("integrations/{integration}");
        let found = pages(async |token| {
            let call = self.client.get_routes().api_id(&api.id);
            let page = call.set_next_token(token).send().await?;
            Ok((page.items, page.next_token))
        });
        let mut found = found.await?.into_iter();
        Ok(found.any(|route| route.target() == Some(&target)))
    }

    /// Deletes the API with its stages, routes and integrations.
    pub(super) async fn delete(&self, api: &Api) -> Result<(), AwsError> {
        gone(self.client.delete_api().api_id(&api.id).send().await)
    }

    /// Makes an API without anything in it.
    pub(crate) async fn create(&self, name: &str) -> Result<Api, AwsError> {
        let made = self
            .client
            .create_api()
            .name(name)
            .protocol_type(ProtocolType::Http)
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

    /// Makes what is missing between the API's clients and the alias, and says whether anything was.
    /// The stage comes last: nothing is reached before all of it is there.
    pub(crate) async fn complete(&self, api: &Api, alias_arn: &str) -> Result<bool, AwsError> {
        let mut changed = false;
        let mut targets = self.targets(api).await?.into_iter();
        let integration = match targets.find(|target| target.uri == alias_arn) {
            Some(Target {
                at: TargetAt::Integration(id),
                ..
            }) => id,
            _ => {
                changed = true;
                self.integrate(api, alias_arn).await?
            }
        };
        if !self.is_routed(api, &integration).await? {
            changed = true;
            self.add_route(api, &integration).await?;
        }
        if self.stages(api).await?.is_empty() {
            changed = true;
            self.add_stage(api).await?;
        }
        Ok(changed)
    }

    async fn integrate(&self, api: &Api, alias_arn: &str) -> Result<String, AwsError> {
        let call = self.client.create_integration().api_id(&api.id);
        let made = call
            .integration_type(IntegrationType::AwsProxy)
            .integration_uri(alias_arn)
            .payload_format_version("2.0")
            .send()
            .await?;
        let id = made.integration_id;
        id.ok_or_else(|| AwsError::unexpected("CreateIntegration answered without an id"))
    }

    /// Every request that no other route takes.
    async fn add_route(&self, api: &Api, integration: &str) -> Result<(), AwsError> {
        let call = self.client.create_route().api_id(&api.id);
        let call = call.target(format!("integrations/{integration}"));
        call.route_key("$default").send().await?;
        Ok(())
    }

    /// One that serves whatever the API has.
    async fn add_stage(&self, api: &Api) -> Result<(), AwsError> {
        let call = self.client.create_stage().api_id(&api.id);
        let call = call.stage_name("$default").auto_deploy(true);
        call.send().await?;
        Ok(())
    }
}

/// All pages of a listing, of which `page` gives one and what the next one begins with.
async fn pages<T>(
    page: impl AsyncFn(Option<String>) -> Result<(Option<Vec<T>>, Option<String>), AwsError>,
) -> Result<Vec<T>, AwsError> {
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let (items, next) = page(token).await?;
        found.extend(items.into_iter().flatten());
        token = next.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(found);
        }
    }
}
