//! Deployments of a REST API, and the stages that serve one of them.

use std::{collections::BTreeMap, sync::Arc};

use http::Method as HttpMethod;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    RestApi,
    integration::{Integration, Patch},
};
use crate::{
    error::{ApiError, ApiResult},
    gateway::{integration::parse_function, new_id, now_seconds, route_key::RouteKey},
    model::Place,
    store::shared,
};

/// The methods of an API as they were at a moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Deployment {
    id: String,
    description: Option<String>,
    created: u64,
    #[serde(with = "shared")]
    methods: Arc<Vec<DeployedMethod>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DeployedMethod {
    pub(super) key: RouteKey,
    pub(super) resource_id: String,
    /// Such as `/pets/{id}`.
    pub(super) resource_path: String,
    pub(super) integration: Integration,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stage {
    pub(super) name: String,
    pub(super) deployment: String,
    description: Option<String>,
    pub(super) variables: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    created: u64,
    updated: u64,
}

/// `CreateDeployment`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewDeployment {
    stage_name: Option<String>,
    stage_description: Option<String>,
    description: Option<String>,
    variables: Option<BTreeMap<String, String>>,
    canary_settings: Option<Value>,
}

/// `CreateStage`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewStage {
    stage_name: String,
    deployment_id: String,
    description: Option<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    canary_settings: Option<Value>,
}

impl RestApi {
    pub(super) fn deploy(&mut self, new: NewDeployment) -> ApiResult<Value> {
        no_canary(new.canary_settings.as_ref())?;
        let deployment = Deployment {
            id: new_id(),
            description: new.description,
            created: now_seconds(),
            methods: Arc::new(self.deployable()?),
        };
        if let Some(name) = new.stage_name {
            let stage = self.stages.get(&name).cloned();
            let mut stage = match stage {
                Some(stage) => stage,
                None => Stage::new(name.clone(), new.stage_description)?,
            };
            stage.deployment.clone_from(&deployment.id);
            stage.variables = new.variables.unwrap_or(stage.variables);
            stage.updated = now_seconds();
            self.stages.insert(name, stage);
        }
        let shown = deployment.describe();
        self.deployments.insert(deployment.id.clone(), deployment);
        Ok(shown)
    }

    fn deployable(&self) -> ApiResult<Vec<DeployedMethod>> {
        let mut methods = Vec::new();
        for resource in self.resources.values() {
            for (name, method) in &resource.methods {
                let integration = method.integration.clone().ok_or_else(|| {
                    ApiError::gateway_bad_request("No integration defined for method")
                })?;
                methods.push(DeployedMethod {
                    key: RouteKey::parse(&format!("{name} {}", resource.path))?,
                    resource_id: resource.id.clone(),
                    resource_path: resource.path.clone(),
                    integration,
                });
            }
        }
        if methods.is_empty() {
            return Err(ApiError::gateway_bad_request(
                "The REST API doesn't contain any methods",
            ));
        }
        Ok(methods)
    }

    pub(super) fn add_stage(&mut self, new: NewStage) -> ApiResult<Value> {
        no_canary(new.canary_settings.as_ref())?;
        if self.stages.contains_key(&new.stage_name) {
            return Err(ApiError::gateway_conflict("Stage already exists"));
        }
        self.check_deployment(&new.deployment_id)?;
        let mut stage = Stage::new(new.stage_name, new.description)?;
        stage.deployment = new.deployment_id;
        stage.variables = new.variables;
        stage.tags = new.tags;
        let shown = stage.describe();
        self.stages.insert(stage.name.clone(), stage);
        Ok(shown)
    }

    pub(super) fn patch_stage(&mut self, name: &str, patches: &[Patch]) -> ApiResult<Value> {
        let mut stage = self.stages.get(name).cloned().ok_or_else(no_stage)?;
        for patch in patches {
            let value = patch.value.clone();
            match (patch.op.as_str(), patch.path.as_str()) {
                ("replace", "/deploymentId") => stage.deployment = value,
                ("replace", "/description") => stage.description = Some(value),
                _ => return Err(patch.refused("stages")),
            }
        }
        self.check_deployment(&stage.deployment)?;
        stage.updated = now_seconds();
        let shown = stage.describe();
        self.stages.insert(name.to_owned(), stage);
        Ok(shown)
    }

    fn check_deployment(&self, id: &str) -> ApiResult<()> {
        match self.deployments.contains_key(id) {
            true => Ok(()),
            false => Err(ApiError::gateway_bad_request(
                "Deployment id does not exist",
            )),
        }
    }

    /// What the stage serves, and the method of it that fits a request best.
    pub(super) fn served(&self, stage: &Stage) -> Option<&Deployment> {
        self.deployments.get(&stage.deployment)
    }

    /// The stages in which a method leads to this function.
    pub(in crate::gateway) fn stages_to(&self, function: &str, place: &Place) -> Vec<&str> {
        let leads = |method: &DeployedMethod| {
            let named = parse_function(&method.integration.uri, place);
            named.is_ok_and(|named| named.name == function)
        };
        let stages = self.stages.values().filter(|stage| {
            let deployment = self.served(stage);
            deployment.is_some_and(|deployment| deployment.methods.iter().any(leads))
        });
        stages.map(|stage| stage.name.as_str()).collect()
    }
}

impl Deployment {
    /// The method that fits a request best, and the variables of its path.
    pub(super) fn find(
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

    pub(super) fn describe(&self) -> Value {
        let mut shown = json!({ "id": self.id, "createdDate": self.created });
        if let Some(description) = &self.description {
            shown["description"] = json!(description);
        }
        shown
    }
}

impl Stage {
    fn new(name: String, description: Option<String>) -> ApiResult<Self> {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(1..=128).contains(&name.len()) || !name.bytes().all(word) {
            return Err(ApiError::gateway_bad_request(
                "Stage name only allows a-zA-Z0-9_-",
            ));
        }
        Ok(Self {
            name,
            deployment: String::new(),
            description,
            variables: BTreeMap::new(),
            tags: BTreeMap::new(),
            created: now_seconds(),
            updated: now_seconds(),
        })
    }

    pub(super) fn describe(&self) -> Value {
        let mut shown = json!({
            "deploymentId": self.deployment,
            "stageName": self.name,
            "cacheClusterEnabled": false,
            "cacheClusterStatus": "NOT_AVAILABLE",
            "methodSettings": {},
            "tracingEnabled": false,
            "createdDate": self.created,
            "lastUpdatedDate": self.updated,
            "tags": self.tags,
        });
        if let Some(description) = &self.description {
            shown["description"] = json!(description);
        }
        if !self.variables.is_empty() {
            shown["variables"] = json!(self.variables);
        }
        shown
    }
}

pub(super) fn no_stage() -> ApiError {
    ApiError::gateway_not_found("Invalid stage identifier specified")
}

fn no_canary(settings: Option<&Value>) -> ApiResult<()> {
    match settings {
        None => Ok(()),
        Some(_) => Err(ApiError::not_implemented(
            "canary settings of stages: give the alias a weight",
        )),
    }
}
