//! Stages of a REST API: names under which one of its deployments is served.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    clock,
    protocol::{ApiResult, Exception},
};

pub(super) type Variables = BTreeMap<String, String>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) deployment: String,
    pub(super) description: Option<String>,
    pub(crate) variables: Variables,
    pub(super) tags: BTreeMap<String, String>,
    created: u64,
    pub(super) updated: u64,
}

/// `CreateStage`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewStage {
    pub(super) stage_name: String,
    pub(super) deployment_id: String,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) variables: Variables,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    pub(super) canary_settings: Option<Value>,
}

impl Stage {
    /// A stage that no API has.
    pub(crate) fn unsaved(name: &str, variables: &Variables) -> Self {
        Self {
            name: name.to_owned(),
            deployment: String::new(),
            description: None,
            variables: variables.clone(),
            tags: BTreeMap::new(),
            created: clock::seconds(),
            updated: clock::seconds(),
        }
    }

    pub(crate) fn new(name: String, description: Option<String>) -> ApiResult<Self> {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !(1..=128).contains(&name.len()) || !name.bytes().all(word) {
            return Err(Exception::gateway_bad_request(
                "Stage name only allows a-zA-Z0-9_-",
            ));
        }
        Ok(Self {
            description,
            ..Self::unsaved(&name, &Variables::new())
        })
    }

    pub(crate) fn serve(&mut self, deployment: &str, variables: Option<Variables>) {
        deployment.clone_into(&mut self.deployment);
        if let Some(variables) = variables {
            self.variables = variables;
        }
        self.updated = clock::seconds();
    }

    pub(crate) fn describe(&self) -> Value {
        let mut shown = json!({
            "deploymentId": self.deployment,
            "stageName": self.name,
            "cacheClusterEnabled": false,
            "cacheClusterStatus": "NOT_AVAILABLE",
            "methodSettings": {},
            "tracingEnabled": false,
            "createdDate": self.created,
            "lastUpdatedDate": self.updated,
            "tags": self.tags,
        });
        if let Some(description) = &self.description {
            shown["description"] = json!(description);
        }
        if !self.variables.is_empty() {
            shown["variables"] = json!(self.variables);
        }
        shown
    }
}

pub(crate) fn no_stage() -> Exception {
    Exception::gateway_not_found("Invalid stage identifier specified")
}

pub(crate) fn no_canary(settings: Option<&Value>) -> ApiResult<()> {
    match settings {
        None => Ok(()),
        Some(_) => Err(Exception::not_implemented(
            "canary settings of stages: give the alias a weight",
        )),
    }
}
