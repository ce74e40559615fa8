//! A REST API in front of the alias, as one makes it in the console: resource, method, integration,
//! deployment and stage. One that was left half-made is completed.

use anyhow::{Context, Result};

use super::{
    Step,
    api::{find, in_front},
};
use crate::{
    alias::AliasHandle,
    aws::{Api, ApiKind, Resource, STAGE},
};

/// The part of the path below the root that stands for every other path.
const EVERYTHING: &str = "{proxy+}";

pub(super) async fn create(
    handle: &AliasHandle,
    alias_arn: &str,
    steps: &mut Vec<Step>,
) -> Result<Api> {
    let (gateway, name) = (&handle.gateway.rest, handle.api_name());
    let (api, is_new) = match find(handle, ApiKind::Rest, alias_arn).await? {
        // What somebody else made to lead here is left as it is.
        Some(api) if !api.made_here => {
            steps.push(Step::found(in_front(&api)));
            return Ok(api);
        }
        Some(api) => (api, false),
        None => {
            let made = gateway.create(&name).await;
            let made = made.with_context(|| format!("failed to create REST API '{name}'"))?;
            (made, true)
        }
    };
    let completed = complete(handle, &api, alias_arn).await;
    let completed = completed.with_context(|| format!("failed to complete REST API {}", api.id))?;
    steps.push(match is_new || completed {
        true => Step::made(in_front(&api)),
        false => Step::found(in_front(&api)),
    });
    Ok(api)
}

/// Makes what is missing, and says whether anything was.
async fn complete(handle: &AliasHandle, api: &Api, alias_arn: &str) -> Result<bool> {
    let gateway = &handle.gateway.rest;
    let resources = gateway.resources(api).await?;
    let at = |path: &str| resources.iter().find(|resource| resource.path == path);
    let root = at("/").context("it has no root")?;
    let mut changed = integrate(handle, api, root, alias_arn).await?;
    match at(&format!("/{EVERYTHING}")) {
        Some(all) => changed |= integrate(handle, api, all, alias_arn).await?,
        // Who has paths of their own there has them instead of ours.
        None if resources.len() == 1 => {
            let id = gateway.add_resource(api, &root.id, EVERYTHING).await?;
            gateway.add_method(api, &id).await?;
            gateway.integrate(api, &id, alias_arn).await?;
            changed = true;
        }
        None => {}
    }
    if changed || !gateway.has_stage(api).await? {
        let deployed = gateway.deploy(api).await;
        deployed.with_context(|| format!("failed to deploy to stage '{STAGE}'"))?;
        return Ok(true);
    }
    Ok(false)
}

/// Lets every method of a resource invoke the alias, where nothing is said of any.
async fn integrate(
    handle: &AliasHandle,
    api: &Api,
    resource: &Resource,
    alias_arn: &str,
) -> Result<bool> {
    let gateway = &handle.gateway.rest;
    let has_others = resource.methods.keys().any(|method| method != "ANY");
    match resource.methods.get("ANY") {
        Some(Some(_)) => return Ok(false),
        Some(None) => {}
        None if has_others => return Ok(false),
        None => gateway.add_method(api, &resource.id).await?,
    }
    gateway.integrate(api, &resource.id, alias_arn).await?;
    Ok(true)
}
