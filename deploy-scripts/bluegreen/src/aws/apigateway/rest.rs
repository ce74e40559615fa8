//! REST APIs.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_apigateway::{
    Client,
    types::{EndpointConfiguration, EndpointType, IntegrationType},
};

use super::{
    Api, ApiKind, Target, TargetAt, invoke_uri, made_here,
    stages::{Stage, targets, varies},
};
use crate::aws::{AwsError, error::gone};

/// The stage that `create` deploys to.
pub(crate) const STAGE: &str = "prod";
/// A page of a listing: as many as API Gateway gives at once.
const PAGE: i32 = 500;

#[derive(Debug)]
pub(crate) struct RestApis {
    client: Client,
    region: String,
    /// Where calls are sent, if not to AWS.
    endpoint_url: Option<String>,
}

/// A resource of an API, and what each of its methods leads to, if anywhere.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) methods: BTreeMap<String, Option<String>>,
}

impl RestApis {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
            endpoint_url: config.endpoint_url().map(str::to_owned),
        }
    }

    /// All REST APIs.
    pub(crate) async fn all(&self) -> Result<Vec<Api>, AwsError> {
        let pages = self.client.get_rest_apis().limit(PAGE).into_paginator();
        let mut pages = pages.items().send();
        let mut found = Vec::new();
        while let Some(api) = pages.next().await {
            let api = api?;
            if let (Some(id), Some(name)) = (api.id, api.name) {
                found.push(self.api(id, name, made_here(api.tags)));
            }
        }
        Ok(found)
    }

    /// AWS's answers do not name the endpoint of a REST API: it is composed, in the form that
    /// emulators have in common where the calls do not go to AWS.
    fn api(&self, id: String, name: String, made_here: bool) -> Api {
        let endpoint = match &self.endpoint_url {
            Some(url) => {
                let url = url.trim_end_matches('/');
                format!("{url}/_aws/execute-api/{id}/{STAGE}")
            }
            None => {
                let region = &self.region;
                let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
                format!("https://{id}.execute-api.{region}.amazonaws.com{suffix}/{STAGE}")
            }
        };
        Api {
            kind: ApiKind::Rest,
            id,
            name,
            endpoint,
            made_here,
        }
    }

    pub(crate) async fn resources(&self, api: &Api) -> Result<Vec<Resource>, AwsError> {
        let pages = self.client.get_resources().rest_api_id(&api.id);
        let pages = pages.embed("methods").limit(PAGE).into_paginator();
        let mut pages = pages.items().send();
        let mut found = Vec::new();
        while let Some(resource) = pages.next().await {
            let resource = resource?;
            let methods = resource.resource_methods.unwrap_or_default().into_iter();
            let uri = |method: aws_sdk_apigateway::types::Method| {
                let integration = method.method_integration?;
                integration.uri
            };
            if let (Some(id), Some(path)) = (resource.id, resource.path) {
                let methods = methods.map(|(name, method)| (name, uri(method)));
                found.push(Resource {
                    id,
                    path,
                    methods: methods.collect(),
                });
            }
        }
        Ok(found)
    }

    pub(super) async fn targets(&self, api: &Api) -> Result<Vec<Target>, AwsError> {
        let resources = self.resources(api).await?;
        let all = resources.iter().flat_map(|resource| {
            let methods = resource.methods.iter();
            methods.filter_map(move |(method, uri)| Some((resource, method, uri.as_ref()?)))
        });
        let all: Vec<_> = all.collect();
        let stages = match all.iter().any(|(_, _, uri)| varies(uri)) {
            true => self.stages(api).await?,
            false => Vec::new(),
        };
        let targets = all.into_iter().flat_map(|(resource, method, uri)| {
            let at = TargetAt::Method {
                resource: resource.id.clone(),
                method: method.clone(),
            };
            targets(&at, uri.clone(), &stages)
        });
        Ok(targets.collect())
    }

    /// Deletes the API with its stages, deployments and resources.
    pub(super) async fn delete(&self, api: &Api) -> Result<(), AwsError> {
        let call = self.client.delete_rest_api().rest_api_id(&api.id);
        gone(call.send().await)
    }

    /// Makes an API without anything in it but its root.
    pub(crate) async fn create(&self, name: &str) -> Result<Api, AwsError> {
        let regional = EndpointConfiguration::builder().types(EndpointType::Regional);
        let made = self
            .client
            .create_rest_api()
            .name(name)
            .endpoint_configuration(regional.build())
            .tags("bluegreen", "create")
            .send()
            .await?;
        let id = made
            .id
            .ok_or_else(|| AwsError::unexpected("CreateRestApi answered without an id"))?;
        Ok(self.api(id, name.to_owned(), true))
    }

    /// Makes a resource below the root, and gives its id.
    pub(crate) async fn add_resource(
        &self,
        api: &Api,
        root: &str,
        part: &str,
    ) -> Result<String, AwsError> {
        let made = self
            .client
            .create_resource()
            .rest_api_id(&api.id)
            .parent_id(root)
            .path_part(part)
            .send()
            .await?;
        made.id
            .ok_or_else(|| AwsError::unexpected("CreateResource answered without an id"))
    }

    /// Makes method `ANY` of a resource, which everybody may call.
    pub(crate) async fn add_method(&self, api: &Api, resource: &str) -> Result<(), AwsError> {
        self.client
            .put_method()
            .rest_api_id(&api.id)
            .resource_id(resource)
            .http_method("ANY")
            .authorization_type("NONE")
            .send()
            .await?;
        Ok(())
    }

    /// Lets method `ANY` of a resource invoke the alias. Lambda is invoked by POST, whatever the
    /// client's method is.
    pub(crate) async fn integrate(
        &self,
        api: &Api,
        resource: &str,
        alias_arn: &str,
    ) -> Result<(), AwsError> {
        self.client
            .put_integration()
            .rest_api_id(&api.id)
            .resource_id(resource)
            .http_method("ANY")
            .r#type(IntegrationType::AwsProxy)
            .integration_http_method("POST")
            .uri(invoke_uri(alias_arn))
            .send()
            .await?;
        Ok(())
    }

    /// All of them: these have no pages.
    async fn stages(&self, api: &Api) -> Result<Vec<Stage>, AwsError> {
        let call = self.client.get_stages().rest_api_id(&api.id).send();
        let stages = call.await?.item.unwrap_or_default().into_iter();
        let stage =
            |stage: aws_sdk_apigateway::types::Stage| Stage::of(stage.stage_name, stage.variables);
        Ok(stages.filter_map(stage).collect())
    }

    pub(crate) async fn has_stage(&self, api: &Api) -> Result<bool, AwsError> {
        let stages = self.stages(api).await?;
        Ok(stages.iter().any(|stage| stage.name == STAGE))
    }

    /// Lets the stage serve the resources as they are now.
    pub(crate) async fn deploy(&self, api: &Api) -> Result<(), AwsError> {
        let call = self.client.create_deployment().rest_api_id(&api.id);
        call.stage_name(STAGE).send().await?;
        Ok(())
    }
}
