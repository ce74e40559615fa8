//! Stages of a REST API: names under which one of its deployments is served.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{integration::Patch, rest_api::RestApi};
use crate::{
    apigateway::function_uri::parse_function,
    clock,
    place::Place,
    protocol::{ApiResult, Exception},
};

type Variables = BTreeMap<String, String>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) deployment: String,
    description: Option<String>,
    pub(crate) variables: Variables,
    tags: BTreeMap<String, String>,
    created: u64,
    updated: u64,
}

/// `CreateStage`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewStage {
    stage_name: String,
    deployment_id: String,
    description: Option<String>,
    #[serde(default)]
    variables: Variables,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    canary_settings: Option<Value>,
}

impl RestApi {
    pub(crate) fn add_stage(&mut self, new: NewStage) -> ApiResult<Value> {
        no_canary(new.canary_settings.as_ref())?;
        if self.stages.contains_key(&new.stage_name) {
            return Err(Exception::gateway_conflict("Stage already exists"));
        }
        self.check_deployment(&new.deployment_id)?;
        let mut stage = Stage::new(new.stage_name, new.description)?;
        stage.deployment = new.deployment_id;
        stage.variables = new.variables;
        stage.tags = new.tags;
        let shown = stage.describe();
        self.stages.insert(stage.name.clone(), stage);
        Ok(shown)
    }

    pub(crate) fn patch_stage(&mut self, name: &str, patches: &[Patch]) -> ApiResult<Value> {
        let mut stage = self.stages.get(name).cloned().ok_or_else(no_stage)?;
        for patch in patches {
            let value = patch.value.clone();
            match (patch.op.as_str(), patch.path.as_str()) {
                ("replace", "/deploymentId") => stage.deployment = value,
                ("replace", "/description") => stage.description = Some(value),
                (op, path) => match (op, path.strip_prefix("/variables/")) {
                    ("add" | "replace", Some(name)) => {
                        stage.variables.insert(name.to_owned(), value);
                    }
                    ("remove", Some(name)) => drop(stage.variables.remove(name)),
                    _ => return Err(patch.refused("stages")),
                },
            }
        }
        self.check_deployment(&stage.deployment)?;
        stage.updated = clock::seconds();
        let shown = stage.describe();
        self.stages.insert(name.to_owned(), stage);
        Ok(shown)
    }

    fn check_deployment(&self, id: &str) -> ApiResult<()> {
        match self.deployments.contains_key(id) {
            true => Ok(()),
            false => Err(Exception::gateway_bad_request(
                "Deployment id does not exist",
            )),
        }
    }

    /// The stages in which a method leads to this function.
    pub(crate) fn stages_to(&self, function: &str, place: &Place) -> Vec<&str> {
        let stages = self.stages.values().filter(|stage| {
            let methods = self.served(stage).map(|deployment| &deployment.methods);
            methods
                .into_iter()
                .flat_map(|methods| &**methods)
                .any(|method| {
                    let named = parse_function(&method.integration.uri, &stage.variables, place);
                    named.is_ok_and(|named| named.name == function)
                })
        });
        stages.map(|stage| stage.name.as_str()).collect()
    }
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
