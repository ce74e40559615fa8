//! The API in front of the alias, and its permission.

use anyhow::{Context, Result, bail};

use super::{Step, rest};
use crate::{
    alias::AliasHandle,
    aws::{Api, ApiKind},
    commands::resource_policy::ResourcePolicy,
};

/// An API that leads to the alias. One that was left half-made is completed.
pub(super) async fn create(
    handle: &AliasHandle,
    kind: ApiKind,
    alias_arn: &str,
    steps: &mut Vec<Step>,
) -> Result<Api> {
    let (api, is_new) = match find(handle, kind, alias_arn).await? {
        // What somebody else made to lead here is left as it is.
        Some(api) if !api.made_here => {
            steps.push(Step::found(in_front(&api)));
            return Ok(api);
        }
        Some(api) => (api, false),
        None => (make(handle, kind).await?, true),
    };
    let completed = match kind {
        ApiKind::Http => {
            let completed = handle.gateway.http.complete(&api, alias_arn).await;
            completed.map_err(anyhow::Error::from)
        }
        ApiKind::Rest => rest::complete(handle, &api, alias_arn).await,
    };
    let completed = completed.with_context(|| format!("failed to complete {kind} {}", api.id))?;
    steps.push(match is_new || completed {
        true => Step::made(in_front(&api)),
        false => Step::found(in_front(&api)),
    });
    Ok(api)
}

/// One without anything in it.
async fn make(handle: &AliasHandle, kind: ApiKind) -> Result<Api> {
    let (gateway, name) = (&handle.gateway, handle.api_name());
    let made = match kind {
        ApiKind::Http => gateway.http.create(&name).await,
        ApiKind::Rest => gateway.rest.create(&name).await,
    };
    made.with_context(|| format!("failed to create {kind} '{name}'"))
}

fn in_front(api: &Api) -> String {
    format!("{} {} in front of the alias", api.kind, api.id)
}

/// The API of our name that leads to the alias, or one that `create` did not get to an end with.
///
/// # Errors
/// If there are only others.
pub(super) async fn find(
    handle: &AliasHandle,
    kind: ApiKind,
    alias_arn: &str,
) -> Result<Option<Api>> {
    let gateway = &handle.gateway;
    let name = handle.api_name();
    let all = match kind {
        ApiKind::Http => gateway.http.all().await,
        ApiKind::Rest => gateway.rest.all().await,
    };
    let mut found = all.with_context(|| format!("failed to list the {kind}s"))?;
    found.retain(|api| api.name == name);
    let mut begun = None;
    for api in &found {
        let targets = gateway.targets(api).await;
        let targets = targets.with_context(|| format!("failed to read {kind} {}", api.id))?;
        if targets.iter().any(|target| target.uri == alias_arn) {
            return Ok(Some(api.clone()));
        }
        if api.made_here && targets.is_empty() {
            begun = Some(api.clone());
        }
    }
    match found.first() {
        Some(other) if begun.is_none() => bail!(
            "there is {} {kind} '{name}' ({}) that does not lead to {alias_arn}; delete or rename \
             it, or choose another alias name",
            if kind == ApiKind::Http { "an" } else { "a" },
            other.id
        ),
        _ => Ok(begun),
    }
}

/// Without this permission on the alias itself, API Gateway answers 500 to everything.
pub(super) async fn permit(
    handle: &AliasHandle,
    alias_arn: &str,
    api: &Api,
    steps: &mut Vec<Step>,
) -> Result<()> {
    let AliasHandle { alias, lambda, .. } = handle;
    let source_arn = source_arn(alias_arn, api)?;
    let text = format!("permission for {} {} on the alias", api.kind, api.id);
    if admitted(handle).await?.source(&source_arn) {
        steps.push(Step::found(text));
        return Ok(());
    }
    let permitted = lambda
        .permit_api(alias, &statement_id(api), &source_arn)
        .await;
    permitted.with_context(|| {
        let Api { kind, id, .. } = api;
        format!("failed to let {kind} {id} invoke alias '{alias}'")
    })?;
    if !admitted(handle).await?.source(&source_arn) {
        bail!("{text} was put there, and is not there when it is read; run `create` again");
    }
    steps.push(Step::made(text));
    Ok(())
}

pub(super) async fn admitted(handle: &AliasHandle) -> Result<ResourcePolicy> {
    let policy = handle.lambda.policy(Some(&handle.alias)).await;
    let policy = policy.context("failed to read the alias's policy")?;
    Ok(ResourcePolicy::read(policy.as_deref()))
}

/// What the permission of an API is called.
pub(in crate::commands) fn statement_id(api: &Api) -> String {
    format!("bluegreen-api-{}", api.id)
}

/// Everything that this API sends, and nothing of another: region and account are the alias's.
pub(in crate::commands) fn source_arn(alias_arn: &str, api: &Api) -> Result<String> {
    match alias_arn.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", partition, "lambda", region, account, ..] => Ok(format!(
            "arn:{partition}:execute-api:{region}:{account}:{}/*",
            api.id
        )),
        _ => bail!("the alias has an ARN that is not Lambda's: {alias_arn}"),
    }
}
