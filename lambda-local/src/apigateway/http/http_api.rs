//! An HTTP API with its routes, and how they are shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    deployment::{Deployment, Integrations, Routes},
    integration::{Integration, NewIntegration},
    route::{NewRoute, Route, RouteChange},
    stage::Stage,
};
use crate::{
    apigateway::{id::new_id, route_key::RouteKey},
    cors::Cors,
    protocol::{ApiResult, Exception},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Api {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) cors: Option<Cors>,
    pub(crate) created: String,
    pub(crate) integrations: Integrations,
    pub(crate) routes: Routes,
    pub(crate) stages: BTreeMap<String, Stage>,
    #[serde(default)]
    pub(crate) deployments: BTreeMap<String, Deployment>,
}

impl Api {
    pub(crate) fn add_integration(&mut self, new: NewIntegration) -> ApiResult<&Integration> {
        let integration = Integration::new(new_id(), new)?;
        let entry = self.integrations.entry(integration.integration_id.clone());
        Ok(entry.or_insert(integration))
    }

    pub(crate) fn add_route(&mut self, new: NewRoute) -> ApiResult<&Route> {
        if new.authorization_type.is_some_and(|kind| kind != "NONE") {
            return Err(Exception::not_implemented("authorizers of routes"));
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
    pub(crate) fn update_route(
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
            return Err(Exception::gateway_conflict(format!(
                "Route with key {key} already exists for this API"
            )));
        }
        let integration = target.map(|target| target.strip_prefix("integrations/"));
        match integration {
            Some(id) if !id.is_some_and(|id| self.integrations.contains_key(id)) => Err(
                Exception::gateway_bad_request("Invalid integration identifier specified"),
            ),
            _ => Ok(()),
        }
    }

    pub(crate) fn describe(&self, endpoint: &str) -> Value {
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
