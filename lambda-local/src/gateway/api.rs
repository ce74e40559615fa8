//! An HTTP API: its integrations, routes and stages, and how each is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{new_id, route_key::RouteKey};
use crate::error::{ApiError, ApiResult};

#[derive(Debug, Clone)]
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

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Integration {
    integration_id: String,
    integration_type: String,
    integration_method: String,
    pub(super) integration_uri: String,
    connection_type: String,
    payload_format_version: String,
    pub(super) timeout_in_millis: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Route {
    id: String,
    pub(super) key: RouteKey,
    /// `integrations/{id}`
    target: Option<String>,
}

#[derive(Debug, Clone)]
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
pub(super) struct NewIntegration {
    integration_type: Option<String>,
    integration_uri: Option<String>,
    integration_method: Option<String>,
    payload_format_version: Option<String>,
    timeout_in_millis: Option<u64>,
    description: Option<String>,
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

impl NewIntegration {
    /// What "quick create" makes for a function's ARN.
    pub(super) fn of_function(arn: String) -> Self {
        Self {
            integration_type: Some("AWS_PROXY".into()),
            integration_uri: Some(arn),
            integration_method: None,
            payload_format_version: Some("2.0".into()),
            timeout_in_millis: None,
            description: None,
        }
    }
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

impl Integration {
    fn new(integration_id: String, new: NewIntegration) -> ApiResult<Self> {
        let kind = new.integration_type.unwrap_or_default();
        if kind != "AWS_PROXY" {
            return Err(ApiError::not_implemented(&format!(
                "integrations of type {kind}: only AWS_PROXY to a function"
            )));
        }
        let uri = new.integration_uri.unwrap_or_default();
        if function_of(&uri).is_none() {
            return Err(ApiError::gateway_bad_request(
                "Invalid function ARN or invalid URI specified in the request",
            ));
        }
        let format = new.payload_format_version.unwrap_or_else(|| "1.0".into());
        if format != "2.0" {
            return Err(ApiError::not_implemented(&format!(
                "payload format version {format}: use 2.0"
            )));
        }
        let timeout = new.timeout_in_millis.unwrap_or(30_000);
        if !(50..=30_000).contains(&timeout) {
            return Err(ApiError::gateway_bad_request(
                "Timeout should be between 50 ms and 30000 ms",
            ));
        }
        Ok(Self {
            integration_id,
            integration_type: kind,
            integration_method: new.integration_method.unwrap_or_else(|| "POST".into()),
            integration_uri: uri,
            connection_type: "INTERNET".into(),
            payload_format_version: format,
            timeout_in_millis: timeout,
            description: new.description,
        })
    }

    fn changed(&self, change: NewIntegration) -> NewIntegration {
        let or = |new: Option<String>, old: &String| new.or_else(|| Some(old.clone()));
        NewIntegration {
            integration_type: or(change.integration_type, &self.integration_type),
            integration_uri: or(change.integration_uri, &self.integration_uri),
            integration_method: or(change.integration_method, &self.integration_method),
            payload_format_version: or(change.payload_format_version, &self.payload_format_version),
            timeout_in_millis: change.timeout_in_millis.or(Some(self.timeout_in_millis)),
            description: change.description.or_else(|| self.description.clone()),
        }
    }
}

impl Api {
    pub(super) fn add_integration(&mut self, new: NewIntegration) -> ApiResult<&Integration> {
        let integration = Integration::new(new_id(), new)?;
        let entry = self.integrations.entry(integration.integration_id.clone());
        Ok(entry.or_insert(integration))
    }

    /// Changes what is named, and leaves the rest.
    pub(super) fn change_integration(
        &mut self,
        id: &str,
        change: NewIntegration,
    ) -> ApiResult<&Integration> {
        let found = self
            .integrations
            .get_mut(id)
            .ok_or_else(|| super::control::missing("Integration"))?;
        *found = Integration::new(id.to_owned(), found.changed(change))?;
        Ok(found)
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
            created: now(),
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

/// The function's ARN in an integration URI: the ARN itself, or the longer form that names
/// Lambda's invoke path.
pub(super) fn function_of(uri: &str) -> Option<&str> {
    let arn = match uri.split_once(":lambda:path/2015-03-31/functions/") {
        Some((_, rest)) => rest.strip_suffix("/invocations")?,
        None => uri,
    };
    (arn.starts_with("arn:") && arn.contains(":function:")).then_some(arn)
}

/// Now, as API Gateway writes it: `2026-11-23T06:52:59Z`.
pub(super) fn now() -> String {
    let format =
        time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    time::OffsetDateTime::now_utc()
        .format(format)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::function_of;

    #[test]
    fn an_integration_names_a_function_in_two_ways() {
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:hello:live";
        let long = format!(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        );
        assert_eq!(function_of(arn), Some(arn));
        assert_eq!(function_of(&long), Some(arn));
        assert_eq!(function_of("https://example.com"), None);
        assert_eq!(function_of(long.trim_end_matches("/invocations")), None);
    }
}
