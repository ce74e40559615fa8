//! What clients call: an API, or the alias's own URL.

use anyhow::{Context, Result, bail};

use super::{
    Step,
    api::{self, admitted, source_arn},
};
use crate::{
    alias::AliasHandle,
    aws::{Api, ApiKind},
    cli::EndpointKind,
};

/// Where clients reach the alias.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) api_id: Option<String>,
    pub(super) url: String,
}

impl From<Api> for Endpoint {
    fn from(api: Api) -> Self {
        Self {
            api_id: Some(api.id),
            url: api.endpoint,
        }
    }
}

pub(super) async fn create(
    handle: &AliasHandle,
    kind: EndpointKind,
    alias_arn: &str,
    steps: &mut Vec<Step>,
) -> Result<Option<Endpoint>> {
    let kind = match kind {
        EndpointKind::Http => ApiKind::Http,
        EndpointKind::Rest => ApiKind::Rest,
        EndpointKind::Url => return create_url(handle, steps).await.map(Some),
        EndpointKind::None => return Ok(None),
    };
    let api = api::create(handle, kind, alias_arn, steps).await?;
    api::permit(handle, alias_arn, &api, steps).await?;
    Ok(Some(api.into()))
}

async fn create_url(handle: &AliasHandle, steps: &mut Vec<Step>) -> Result<Endpoint> {
    let AliasHandle { alias, lambda, .. } = handle;
    let found = lambda.url(Some(alias)).await;
    let url = match found.context("failed to read the alias's URL")? {
        Some(url) => {
            steps.push(Step::found("URL of the alias"));
            url
        }
        None => {
            let made = lambda.create_url(alias).await;
            steps.push(Step::made("URL of the alias"));
            made.context("failed to give the alias a URL")?
        }
    };
    if url.is_public {
        permit_url(handle, steps).await?;
    }
    Ok(Endpoint {
        api_id: None,
        url: url.address,
    })
}

/// A public URL answers 403 to everything without these two.
async fn permit_url(handle: &AliasHandle, steps: &mut Vec<Step>) -> Result<()> {
    let AliasHandle { alias, lambda, .. } = handle;
    let admitted = admitted(handle).await?;
    let failed = || format!("failed to let everybody call the URL of alias '{alias}'");
    if !admitted.url_call {
        lambda.permit_url_call(alias).await.with_context(failed)?;
    }
    if !admitted.url_invoke {
        lambda.permit_url_invoke(alias).await.with_context(failed)?;
    }
    let text = "permission for everybody to call the URL";
    if admitted.url_call && admitted.url_invoke {
        steps.push(Step::found(text));
        return Ok(());
    }
    let now = api::admitted(handle).await?;
    if !now.url_call || !now.url_invoke {
        bail!("the {text} was put there, and is not there when it is read; run `create` again");
    }
    steps.push(Step::made(text));
    Ok(())
}

/// What of it is missing, for a dry run. `alias_arn` is empty where there is no alias.
pub(super) async fn would_make(
    handle: &AliasHandle,
    kind: EndpointKind,
    alias_arn: &str,
    steps: &mut Vec<Step>,
) -> Result<Option<Endpoint>> {
    let (name, found) = match kind {
        EndpointKind::Http => seen_api(handle, ApiKind::Http, alias_arn).await?,
        EndpointKind::Rest => seen_api(handle, ApiKind::Rest, alias_arn).await?,
        EndpointKind::Url => ("URL of the alias".to_owned(), seen_url(handle).await?),
        EndpointKind::None => return Ok(None),
    };
    let text = format!("{name}, with its permission");
    let (endpoint, whole) = found.unzip();
    steps.push(match whole {
        Some(true) => Step::found(text),
        _ => Step::made(text),
    });
    Ok(endpoint)
}

/// What is called so, and where it is there, whether its permission is as well.
async fn seen_api(
    handle: &AliasHandle,
    kind: ApiKind,
    alias_arn: &str,
) -> Result<(String, Option<(Endpoint, bool)>)> {
    let name = format!("{kind} in front of the alias");
    let Some(api) = api::find(handle, kind, alias_arn).await? else {
        return Ok((name, None));
    };
    let source = source_arn(alias_arn, &api)?;
    let permitted = admitted(handle).await?.source(&source);
    Ok((name, Some((api.into(), permitted))))
}

async fn seen_url(handle: &AliasHandle) -> Result<Option<(Endpoint, bool)>> {
    let Some(url) = handle.lambda.url(Some(&handle.alias)).await? else {
        return Ok(None);
    };
    let admitted = admitted(handle).await?;
    let open = admitted.url_call && admitted.url_invoke;
    let endpoint = Endpoint {
        api_id: None,
        url: url.address,
    };
    Ok(Some((endpoint, open || !url.is_public)))
}
