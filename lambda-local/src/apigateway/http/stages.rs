//! What an HTTP API serves: its stages, and the deployments that they may be of.

use super::{
    deployment::{Deployment, Integrations, NewDeployment, Routes},
    http_api::Api,
    stage::{NewStage, Stage, StageChange},
};
use crate::{
    apigateway::id::new_id,
    clock,
    place::Place,
    protocol::{ApiResult, Exception},
};

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
