//! A deployment of an HTTP API: its routes as they were, for stages that are not deployed to
//! automatically.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{integration::Integration, route::Route};

/// By id.
pub(crate) type Integrations = BTreeMap<String, Integration>;
pub(crate) type Routes = BTreeMap<String, Route>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Deployment {
    pub(super) id: String,
    pub(super) description: Option<String>,
    pub(super) created: String,
    pub(super) integrations: Integrations,
    pub(super) routes: Routes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewDeployment {
    pub(super) description: Option<String>,
    pub(super) stage_name: Option<String>,
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
