//! An HTTP API: its integrations, routes and stages, and how each is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    integration::{Integration, NewIntegration},
    new_id,
    route_key::RouteKey,
};
use crate::{
    error::{ApiError, ApiResult},
    timestamp,
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Api {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) created: String,
    pub(super) integrations: BTreeMap<String, Integration>,
    pub(super) routes: BTreeMap<String, Route>,
    pub(super) stages: BTreeMap<String, Stage>,
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
    description: Option<String>,
    #[serde(default)]
    stage_variables: BTreeMap<String, String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
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
        if self.routes.values().any(|route| route.key == key) {
            return Err(ApiError::gateway_conflict(format!(
                "Route with key {key} already exists for this API"
            )));
        }
        let integration = new
            .target
            .as_deref()
            .map(|t| t.strip_prefix("integrations/"));
        if let Some(id) = integration
            && !id.is_some_and(|id| self.integrations.contains_key(id))
        {
            return Err(ApiError::gateway_bad_request(
                "Invalid integration identifier specified",
            ));
        }
        let route = Route {
            id: new_id(),
            key,
            target: new.target,
        };
        Ok(self.routes.entry(route.id.clone()).or_insert(route))
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
        let stage = Stage {
            name: name.clone(),
            auto_deploy: new.auto_deploy,
            description: new.description,
            variables: new.stage_variables,
            tags: new.tags,
            created: timestamp::now(),
        };
        Ok(self.stages.entry(name).or_insert(stage))
    }

    pub(super) fn integration_of(&self, route: &Route) -> Option<&Integration> {
        self.integrations.get(route.integration()?)
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
        shown
    }
}

impl Route {
    /// The id of the integration that the route leads to.
    fn integration(&self) -> Option<&str> {
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
        shown
    }
}
