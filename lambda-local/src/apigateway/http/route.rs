//! A route of an HTTP API: the requests that it fits, and the integration that they go to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::apigateway::route_key::RouteKey;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Route {
    pub(super) id: String,
    pub(crate) key: RouteKey,
    /// `integrations/{id}`
    pub(super) target: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewRoute {
    pub(crate) route_key: String,
    pub(crate) target: Option<String>,
    #[serde(default)]
    pub(super) authorization_type: Option<String>,
}

/// `UpdateRoute`'s body: absent members keep what is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RouteChange {
    pub(super) route_key: Option<String>,
    pub(super) target: Option<String>,
}

impl NewRoute {
    pub(crate) fn catch_all(integration: &str) -> Self {
        Self {
            route_key: "$default".into(),
            target: Some(format!("integrations/{integration}")),
            authorization_type: None,
        }
    }
}

impl Route {
    /// The id of the integration that the route leads to.
    pub(crate) fn integration(&self) -> Option<&str> {
        self.target.as_deref()?.strip_prefix("integrations/")
    }

    pub(crate) fn leads_to(&self, integration: &str) -> bool {
        self.integration() == Some(integration)
    }

    pub(crate) fn describe(&self) -> Value {
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
