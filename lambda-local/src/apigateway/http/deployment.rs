//! A deployment of an HTTP API: its routes as they were, for stages that are not deployed to
//! automatically.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    http_api::{Api, Route},
    integration::Integration,
    stage::Stage,
};
use crate::{
    apigateway::state::new_id,
    clock,
    place::Place,
    protocol::{ApiResult, Exception},
};

/// By id.
pub(crate) type Integrations = BTreeMap<String, Integration>;
pub(crate) type Routes = BTreeMap<String, Route>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deployment {
    id: String,
    description: Option<String>,
    created: String,
    integrations: Integrations,
    routes: Routes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewDeployment {
    description: Option<String>,
    stage_name: Option<String>,
}

impl Deployment {
    pub(crate) fn describe(&self) -> Value {
        let mut shown = json!({
            "autoDeployed": false,
            "createdDate": self.created,
            "deploymentId": self.id,
            "deploymentStatus": "DEPLOYED",
        });
        if let Some(description) = &self.description {
            shown["description"] = json!(description);
        }
        shown
    }
}

impl Api {
    /// Keeps the API as it is now, and has the stage serve that if one is named.
    pub(crate) fn deploy(&mut self, new: NewDeployment) -> ApiResult<&Deployment> {
        let id = new_id();
        if let Some(name) = &new.stage_name {
            let stage = self.stages.get_mut(name).ok_or_else(|| {
                Exception::gateway_not_found("Invalid stage identifier specified")
            })?;
            if stage.auto_deploy {
                return Err(Exception::gateway_bad_request(
                    "Deployments cannot be created on a stage with auto-deploy enabled",
                ));
            }
            stage.deployment = Some(id.clone());
        }
        let deployment = Deployment {
            id: id.clone(),
            description: new.description,
            created: clock::now(),
            integrations: self.integrations.clone(),
            routes: self.routes.clone(),
        };
        Ok(self.deployments.entry(id).or_insert(deployment))
    }

    /// The routes and integrations that a stage serves.
    pub(crate) fn served(&self, stage: &Stage) -> Option<(&Routes, &Integrations)> {
        if stage.auto_deploy {
            return Some((&self.routes, &self.integrations));
        }
        let deployment = self.deployments.get(stage.deployment.as_ref()?)?;
        Some((&deployment.routes, &deployment.integrations))
    }

    /// The stages in which an integration leads to this function.
    pub(crate) fn stages_to(&self, function: &str, place: &Place) -> Vec<&str> {
        let stages = self.stages.values().filter(|stage| {
            let integrations = self.served(stage).map(|(_, integrations)| integrations);
            integrations.into_iter().flatten().any(|(_, integration)| {
                let named = integration.function(&stage.variables, place);
                named.is_ok_and(|named| named.name == function)
            })
        });
        stages.map(|stage| stage.name.as_str()).collect()
    }
}
