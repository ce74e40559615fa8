//! Deployments of a REST API: its methods as they were at a moment.

use std::{collections::BTreeMap, sync::Arc};

use http::Method as HttpMethod;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    integration::Integration,
    resource::{Method, Resource},
};
use crate::{
    apigateway::route_key::RouteKey,
    protocol::{ApiResult, Exception},
    shared,
};

/// The methods of an API as they were at a moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deployment {
    pub(super) id: String,
    pub(super) description: Option<String>,
    pub(super) created: u64,
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
    pub(super) stage_name: Option<String>,
    pub(super) stage_description: Option<String>,
    pub(super) description: Option<String>,
    pub(super) variables: Option<BTreeMap<String, String>>,
    pub(super) canary_settings: Option<Value>,
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
