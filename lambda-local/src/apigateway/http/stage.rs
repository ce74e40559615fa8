//! A stage of an HTTP API: a name under which it is served.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) auto_deploy: bool,
    #[serde(default)]
    pub(crate) deployment: Option<String>,
    pub(super) description: Option<String>,
    pub(crate) variables: BTreeMap<String, String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) created: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewStage {
    pub(super) stage_name: String,
    #[serde(default)]
    pub(super) auto_deploy: bool,
    pub(super) deployment_id: Option<String>,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) stage_variables: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
}

/// `UpdateStage`'s body: absent members keep what is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StageChange {
    pub(super) auto_deploy: Option<bool>,
    pub(super) deployment_id: Option<String>,
    pub(super) description: Option<String>,
    pub(super) stage_variables: Option<BTreeMap<String, String>>,
}

impl NewStage {
    pub(crate) fn default_stage() -> Self {
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

impl Stage {
    pub(crate) fn describe(&self) -> Value {
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
