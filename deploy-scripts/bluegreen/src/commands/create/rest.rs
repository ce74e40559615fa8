//! What is in a REST API in front of the alias, as one makes it in the console: resource, method,
//! integration, deployment and stage.

use anyhow::{Context, Result};

use crate::{
    alias::AliasHandle,
    aws::{Api, Resource, STAGE},
};

/// The part of the path below the root that stands for every other path.
const EVERYTHING: &str = "{proxy+}";

/// Makes what is missing, and says whether anything was.
pub(super) async fn complete(handle: &AliasHandle, api: &Api, alias_arn: &str) -> Result<bool> {
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
