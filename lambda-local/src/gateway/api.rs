//! An HTTP API: its integrations, routes and stages, and how each is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    deployment::{Deployment, Integrations, Routes},
    integration::{Integration, NewIntegration},
    new_id,
    route_key::RouteKey,
};
use crate::{
    error::{ApiError, ApiResult},
    model::Cors,
    timestamp,
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Api {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) cors: Option<Cors>,
    pub(super) created: String,
    pub(super) integrations: Integrations,
    pub(super) routes: Routes,
    pub(super) stages: BTreeMap<String, Stage>,
    #[serde(default)]
    pub(super) deployments: BTreeMap<String, Deployment>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Route {
    id: String,
    pub(super) key: RouteKey,
    /// `integrations/{id}`
    target: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stage {
    pub(super) name: String,
    pub(super) auto_deploy: bool,
    #[serde(default)]
    pub(super) deployment: Option<String>,
    description: Option<String>,
    pub(super) variables: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    created: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewRoute {
    pub(super) route_key: String,
    pub(super) target: Option<String>,
    #[serde(default)]
    authorization_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewStage {
    stage_name: String,
    #[serde(default)]
    auto_deploy: bool,
    deployment_id: Option<String>,
    description: Option<String>,
    #[serde(default)]
    stage_variables: BTreeMap<String, String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// `UpdateRoute`'s body: absent members keep what is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RouteChange {
    route_key: Option<String>,
    target: Option<String>,
}

/// `UpdateStage`'s body: absent members keep what is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StageChange {
    auto_deploy: Option<bool>,
    deployment_id: Option<String>,
    description: Option<String>,
    stage_variables: Option<BTreeMap<String, String>>,
}

impl NewRoute {
    pub(super) fn catch_all(integration: &str) -> Self {
        Self {
            route_key: "$default".into(),
            target: Some(format!("integrations/{integration}")),
            authorization_type: None,
        }
    }
}

impl NewStage {
    pub(super) fn default_stage() -> Self {
        Self {
            stage_name: "$default".into(),
            auto_deploy: true,
            deployment_id: None,
            description: None,
            stage_variables: BTreeMap::new(),
            tags: BTreeMap::new(),
        }
    }
}

impl Api {
    pub(super) fn add_integration(&mut self, new: NewIntegration) -> ApiResult<&Integration> {
        let integration = Integration::new(new_id(), new)?;
        let entry = self.integrations.entry(integration.integration_id.clone());
        Ok(entry.or_insert(integration))
    }

    pub(super) fn add_route(&mut self, new: NewRoute) -> ApiResult<&Route> {
        if new.authorization_type.is_some_and(|kind| kind != "NONE") {
            return Err(ApiError::not_implemented("authorizers of routes"));
        }
        let key = RouteKey::parse(&new.route_key)?;
        self.check_route(&key, new.target.as_deref(), None)?;
        let route = Route {
            id: new_id(),
            key,
            target: new.target,
        };
        Ok(self.routes.entry(route.id.clone()).or_insert(route))
    }

    /// `None` if there is no such route.
    pub(super) fn update_route(
        &mut self,
        id: &str,
        change: RouteChange,
    ) -> ApiResult<Option<&Route>> {
        let Some(route) = self.routes.get(id) else {
            return Ok(None);
        };
        let key = match &change.route_key {
            Some(text) => RouteKey::parse(text)?,
            None => route.key.clone(),
        };
        let target = change.target.or_else(|| route.target.clone());
        self.check_route(&key, target.as_deref(), Some(id))?;
        Ok(self.routes.get_mut(id).map(|route| {
            (route.key, route.target) = (key, target);
            &*route
        }))
    }

    /// No other route has this key, and its integration is there.
    fn check_route(
        &self,
        key: &RouteKey,
        target: Option<&str>,
        own: Option<&str>,
    ) -> ApiResult<()> {
        let mut others = self.routes.values().filter(|route| Some(&*route.id) != own);
        if others.any(|route| route.key == *key) {
            return Err(ApiError::gateway_conflict(format!(
                "Route with key {key} already exists for this API"
            )));
        }
        let integration = target.map(|target| target.strip_prefix("integrations/"));
        match integration {
            Some(id) if !id.is_some_and(|id| self.integrations.contains_key(id)) => Err(
                ApiError::gateway_bad_request("Invalid integration identifier specified"),
            ),
            _ => Ok(()),
        }
    }

    pub(super) fn add_stage(&mut self, new: NewStage) -> ApiResult<&Stage> {
        let name = new.stage_name;
        let valid = name == "$default"
            || (1..=128).contains(&name.len())
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !valid {
            return Err(ApiError::gateway_bad_request(
                "Stage name only allows a-zA-Z0-9_- or $default",
            ));
        }
        if self.stages.contains_key(&name) {
            return Err(ApiError::gateway_conflict("Stage already exists"));
        }
        self.check_deployment(new.deployment_id.as_deref())?;
        let stage = Stage {
            name: name.clone(),
            auto_deploy: new.auto_deploy,
            deployment: new.deployment_id,
            description: new.description,
            variables: new.stage_variables,
            tags: new.tags,
            created: timestamp::now(),
        };
        Ok(self.stages.entry(name).or_insert(stage))
    }

    /// `None` if there is no such stage.
    pub(super) fn update_stage(
        &mut self,
        name: &str,
        change: StageChange,
    ) -> ApiResult<Option<&Stage>> {
        self.check_deployment(change.deployment_id.as_deref())?;
        Ok(self.stages.get_mut(name).map(|stage| {
            stage.auto_deploy = change.auto_deploy.unwrap_or(stage.auto_deploy);
            stage.deployment = change.deployment_id.or(stage.deployment.take());
            stage.description = change.description.or(stage.description.take());
            if let Some(variables) = change.stage_variables {
                stage.variables = variables;
            }
            &*stage
        }))
    }

    fn check_deployment(&self, id: Option<&str>) -> ApiResult<()> {
        match id {
            Some(id) if !self.deployments.contains_key(id) => Err(ApiError::gateway_not_found(
                "Invalid deployment identifier specified",
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn describe(&self, endpoint: &str) -> Value {
        let mut shown = json!({
            "apiEndpoint": endpoint,
            "apiId": self.id,
            "apiKeySelectionExpression": "$request.header.x-api-key",
            "createdDate": self.created,
            "disableExecuteApiEndpoint": false,
            "name": self.name,
            "protocolType": "HTTP",
            "routeSelectionExpression": "$request.method $request.path",
            "tags": self.tags,
        });
        if let Some(description) = &self.description {
            shown["description"] = json!(description);
        }
        if let Some(cors) = &self.cors {
            shown["corsConfiguration"] = cors.in_lower_case();
        }
        shown
    }
}

impl Route {
    /// The id of the integration that the route leads to.
    pub(super) fn integration(&self) -> Option<&str> {
        self.target.as_deref()?.strip_prefix("integrations/")
    }

    pub(super) fn leads_to(&self, integration: &str) -> bool {
        self.integration() == Some(integration)
    }

    pub(super) fn describe(&self) -> Value {
        let mut shown = json!({
            "apiKeyRequired": false,
            "authorizationType": "NONE",
            "routeId": self.id,
            "routeKey": self.key.to_string(),
        });
        if let Some(target) = &self.target {
            shown["target"] = json!(target);
        }
        shown
    }
}

impl Stage {
    pub(super) fn describe(&self) -> Value {
        let mut shown = json!({
            "stageName": self.name,
            "autoDeploy": self.auto_deploy,
            "createdDate": self.created,
            "lastUpdatedDate": self.created,
            "defaultRouteSettings": { "detailedMetricsEnabled": false },
            "routeSettings": {},
            "stageVariables": self.variables,
            "tags": self.tags,
        });
        if let Some(description) = &self.description {
            shown["description"] = json!(description);
        }
        if let Some(deployment) = &self.deployment {
            shown["deploymentId"] = json!(deployment);
        }
        shown
    }
}
