//! Deployments of a REST API: its methods as they were at a moment.

use std::{collections::BTreeMap, sync::Arc};

use http::Method as HttpMethod;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    integration::Integration,
    resource::{Method, Resource},
    rest_api::RestApi,
    stage::{Stage, no_canary},
};
use crate::{
    apigateway::{route_key::RouteKey, state::new_id},
    clock,
    protocol::{ApiResult, Exception},
    store::shared,
};

/// The methods of an API as they were at a moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deployment {
    id: String,
    description: Option<String>,
    created: u64,
    #[serde(with = "shared")]
    pub(crate) methods: Arc<Vec<DeployedMethod>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DeployedMethod {
    pub(crate) key: RouteKey,
    pub(crate) resource_id: String,
    /// Such as `/pets/{id}`.
    pub(crate) resource_path: String,
    pub(crate) integration: Integration,
}

/// `CreateDeployment`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewDeployment {
    stage_name: Option<String>,
    stage_description: Option<String>,
    description: Option<String>,
    variables: Option<BTreeMap<String, String>>,
    canary_settings: Option<Value>,
}

impl RestApi {
    pub(crate) fn deploy(&mut self, new: NewDeployment) -> ApiResult<Value> {
        no_canary(new.canary_settings.as_ref())?;
        let deployment = Deployment {
            id: new_id(),
            description: new.description,
            created: clock::seconds(),
            methods: Arc::new(self.deployable()?),
        };
        if let Some(name) = new.stage_name {
            let mut stage = match self.stages.get(&name) {
                Some(stage) => stage.clone(),
                None => Stage::new(name, new.stage_description)?,
            };
            stage.serve(&deployment.id, new.variables);
            self.stages.insert(stage.name.clone(), stage);
        }
        let shown = deployment.describe();
        self.deployments.insert(deployment.id.clone(), deployment);
        Ok(shown)
    }

    fn deployable(&self) -> ApiResult<Vec<DeployedMethod>> {
        let resources = self.resources.values();
        let methods = resources.flat_map(|resource| {
            let methods = resource.methods.values();
            methods.map(|method| DeployedMethod::new(resource, method))
        });
        let methods = methods.collect::<ApiResult<Vec<_>>>()?;
        if methods.is_empty() {
            return Err(Exception::gateway_bad_request(
                "The REST API doesn't contain any methods",
            ));
        }
        Ok(methods)
    }

    pub(crate) fn deployment(&self, id: &str) -> ApiResult<&Deployment> {
        self.deployments.get(id).ok_or_else(no_deployment)
    }

    pub(crate) fn delete_deployment(&mut self, id: &str) -> ApiResult<()> {
        self.deployment(id)?;
        if self.stages.values().any(|stage| stage.deployment == id) {
            return Err(Exception::gateway_bad_request(
                "Active stages pointing to this deployment must be moved or deleted",
            ));
        }
        self.deployments.remove(id);
        Ok(())
    }

    /// What the stage serves, and the method of it that fits a request best.
    pub(crate) fn served(&self, stage: &Stage) -> Option<&Deployment> {
        self.deployments.get(&stage.deployment)
    }
}

impl DeployedMethod {
    pub(crate) fn new(resource: &Resource, method: &Method) -> ApiResult<Self> {
        let integration = method
            .integration
            .clone()
            .ok_or_else(|| Exception::gateway_bad_request("No integration defined for method"))?;
        Ok(Self {
            key: RouteKey::parse(&format!("{} {}", method.http_method, resource.path))?,
            resource_id: resource.id.clone(),
            resource_path: resource.path.clone(),
            integration,
        })
    }
}

impl Deployment {
    /// The method that fits a request best, and the variables of its path.
    pub(crate) fn find(
        &self,
        method: &HttpMethod,
        path: &str,
    ) -> Option<(&DeployedMethod, BTreeMap<String, String>)> {
        let fits = self.methods.iter().filter_map(|deployed| {
            let (fit, variables) = deployed.key.fit(method, path)?;
            Some((fit, (deployed, variables)))
        });
        fits.max_by(|a, b| a.0.cmp(&b.0)).map(|(_, found)| found)
    }

    pub(crate) fn describe(&self) -> Value {
        let mut shown = json!({ "id": self.id, "createdDate": self.created });
        if let Some(description) = &self.description {
            shown["description"] = json!(description);
        }
        shown
    }
}

fn no_deployment() -> Exception {
    Exception::gateway_not_found("Invalid Deployment identifier specified")
}
