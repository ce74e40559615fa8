//! What a REST API serves: its deployments, and the stages that each serve one.

use std::sync::Arc;

use serde_json::Value;

use super::{
    deployment::{DeployedMethod, Deployment, NewDeployment},
    integration::Patch,
    rest_api::RestApi,
    stage::{NewStage, Stage, no_canary, no_stage},
};
use crate::{
    apigateway::{function_uri::parse_function, id::new_id},
    clock,
    place::Place,
    protocol::{ApiResult, Exception},
};

impl RestApi {
    pub(crate) fn deploy(&mut self, new: NewDeployment) -> ApiResult<Value> {
        no_canary(new.canary_settings.as_ref())?;
        let deployment = Deployment {
            id: new_id(),
            description: new.description,
            created: clock::seconds(),
            methods: Arc::new(self.deployable()?),
        };
        if let Some(name) = new.stage_name {
            let mut stage = match self.stages.get(&name) {
                Some(stage) => stage.clone(),
                None => Stage::new(name, new.stage_description)?,
            };
            stage.serve(&deployment.id, new.variables);
            self.stages.insert(stage.name.clone(), stage);
        }
        let shown = deployment.describe();
        self.deployments.insert(deployment.id.clone(), deployment);
        Ok(shown)
    }

    fn deployable(&self) -> ApiResult<Vec<DeployedMethod>> {
        let resources = self.resources.values();
        let methods = resources.flat_map(|resource| {
            let methods = resource.methods.values();
            methods.map(|method| DeployedMethod::new(resource, method))
        });
        let methods = methods.collect::<ApiResult<Vec<_>>>()?;
        if methods.is_empty() {
            return Err(Exception::gateway_bad_request(
                "The REST API doesn't contain any methods",
            ));
        }
        Ok(methods)
    }

    pub(crate) fn deployment(&self, id: &str) -> ApiResult<&Deployment> {
        self.deployments.get(id).ok_or_else(no_deployment)
    }

    pub(crate) fn delete_deployment(&mut self, id: &str) -> ApiResult<()> {
        self.deployment(id)?;
        if self.stages.values().any(|stage| stage.deployment == id) {
            return Err(Exception::gateway_bad_request(
                "Active stages pointing to this deployment must be moved or deleted",
            ));
        }
        self.deployments.remove(id);
        Ok(())
    }

    /// What the stage serves, and the method of it that fits a request best.
    pub(crate) fn served(&self, stage: &Stage) -> Option<&Deployment> {
        self.deployments.get(&stage.deployment)
    }

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

fn no_deployment() -> Exception {
    Exception::gateway_not_found("Invalid Deployment identifier specified")
}
