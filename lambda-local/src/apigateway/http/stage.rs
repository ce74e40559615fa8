//! A stage of an HTTP API: a name under which it is served.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::http_api::Api;
use crate::{
    clock,
    protocol::{ApiResult, Exception},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) auto_deploy: bool,
    #[serde(default)]
    pub(crate) deployment: Option<String>,
    description: Option<String>,
    pub(crate) variables: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    created: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewStage {
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

/// `UpdateStage`'s body: absent members keep what is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StageChange {
    auto_deploy: Option<bool>,
    deployment_id: Option<String>,
    description: Option<String>,
    stage_variables: Option<BTreeMap<String, String>>,
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

impl Api {
    pub(crate) fn add_stage(&mut self, new: NewStage) -> ApiResult<&Stage> {
        let name = new.stage_name;
        let valid = name == "$default"
            || (1..=128).contains(&name.len())
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !valid {
            return Err(Exception::gateway_bad_request(
                "Stage name only allows a-zA-Z0-9_- or $default",
            ));
        }
        if self.stages.contains_key(&name) {
            return Err(Exception::gateway_conflict("Stage already exists"));
        }
        self.check_deployment(new.deployment_id.as_deref())?;
        let stage = Stage {
            name: name.clone(),
            auto_deploy: new.auto_deploy,
            deployment: new.deployment_id,
            description: new.description,
            variables: new.stage_variables,
            tags: new.tags,
            created: clock::now(),
        };
        Ok(self.stages.entry(name).or_insert(stage))
    }

    /// `None` if there is no such stage.
    pub(crate) fn update_stage(
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
            Some(id) if !self.deployments.contains_key(id) => Err(Exception::gateway_not_found(
                "Invalid deployment identifier specified",
            )),
            _ => Ok(()),
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
