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

const fn api_kind(kind: EndpointKind) -> Option<ApiKind> {
    match kind {
        EndpointKind::Http => Some(ApiKind::Http),
        EndpointKind::Rest => Some(ApiKind::Rest),
        EndpointKind::Url => None,
    }
}

pub(super) async fn create(
    handle: &AliasHandle,
    kind: EndpointKind,
    alias_arn: &str,
    steps: &mut Vec<Step>,
) -> Result<Endpoint> {
    let Some(kind) = api_kind(kind) else {
        return create_url(handle, steps).await;
    };
    let api = api::create(handle, kind, alias_arn, steps).await?;
    api::permit(handle, alias_arn, &api, steps).await?;
    Ok(api.into())
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
    let (text, endpoint, whole) = match api_kind(kind) {
        Some(kind) => {
            let text = format!("{kind} in front of the alias, with its permission");
            match api::find(handle, kind, alias_arn).await? {
                Some(api) => {
                    let source = source_arn(alias_arn, &api)?;
                    let permitted = admitted(handle).await?.source(&source);
                    (text, Some(Endpoint::from(api)), permitted)
                }
                None => (text, None, false),
            }
        }
        None => {
            let text = "URL of the alias, with its permission".to_owned();
            match handle.lambda.url(Some(&handle.alias)).await? {
                Some(url) => {
                    let admitted = admitted(handle).await?;
                    let open = admitted.url_call && admitted.url_invoke;
                    let whole = open || !url.is_public;
                    let (api_id, url) = (None, url.address);
                    (text, Some(Endpoint { api_id, url }), whole)
                }
                None => (text, None, false),
            }
        }
    };
    steps.push(match whole {
        true => Step::found(text),
        false => Step::made(text),
    });
    Ok(endpoint)
}
