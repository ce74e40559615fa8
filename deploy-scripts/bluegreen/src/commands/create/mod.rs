//! `bluegreen create`: the function, its first version, the alias, and an API or a URL in front of
//! it, or nothing.

mod api;
mod endpoint;
mod function;
mod rest;

use std::fmt::Write;

use anyhow::{Context, Result};
pub(super) use api::{source_arn, statement_id};
use bluegreen_rollout::{
    Version,
    journal::{Entry, Journal},
};
use endpoint::Endpoint;
use serde::Serialize;

use crate::{
    alias::AliasHandle,
    aws::VersionState,
    cli::CreateArgs,
    clock::now,
    report::Report,
    terminal::{BOLD, DIM, GREEN, note, styled},
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Created {
    function: String,
    alias: String,
    alias_arn: Option<String>,
    api_id: Option<String>,
    api_url: Option<String>,
    changed: bool,
    dry_run: bool,
    #[serde(skip)]
    steps: Vec<Step>,
}

/// One thing that is needed, and whether it had to be made.
#[derive(Debug)]
struct Step {
    text: String,
    made: bool,
}

pub(crate) async fn create(handle: &AliasHandle, args: CreateArgs) -> Result<Created> {
    let mut steps = Vec::new();
    if args.write.dry_run {
        let endpoint = would_make(handle, &args, &mut steps).await?;
        return Ok(Created::new(handle, None, endpoint, steps, true));
    }
    let (kind, retention) = (args.api, args.log_retention);
    function::create(handle, args, &mut steps).await?;
    if let Some(days) = retention {
        retain_logs(handle, days, &mut steps).await?;
    }
    let alias_arn = create_alias(handle, &mut steps).await?;
    let endpoint = endpoint::create(handle, kind, &alias_arn, &mut steps).await?;
    Ok(Created::new(
        handle,
        Some(alias_arn),
        endpoint,
        steps,
        false,
    ))
}

/// What is missing, and what clients call if that is there.
async fn would_make(
    handle: &AliasHandle,
    args: &CreateArgs,
    steps: &mut Vec<Step>,
) -> Result<Option<Endpoint>> {
    let AliasHandle {
        function,
        alias,
        lambda,
        ..
    } = handle;
    let mut step = |there: bool, text: String| match there {
        true => steps.push(Step::found(text)),
        false => steps.push(Step::made(text)),
    };
    let is_there = lambda.function().await?.is_some();
    if !is_there {
        step(false, "execution role, unless --role names one".to_owned());
    }
    step(is_there, format!("function {function}"));
    let found = match is_there {
        true => lambda.alias(alias).await?,
        false => None,
    };
    step(found.is_some(), format!("alias {alias}"));
    let arn = found.map(|found| found.arn).unwrap_or_default();
    if let Some(days) = args.log_retention {
        step(false, retained(handle, days));
    }
    endpoint::would_make(handle, args.api, &arn, steps).await
}

impl Created {
    fn new(
        handle: &AliasHandle,
        alias_arn: Option<String>,
        endpoint: Option<Endpoint>,
        steps: Vec<Step>,
        dry_run: bool,
    ) -> Self {
        let (api_id, api_url) = endpoint
            .map(|endpoint| (endpoint.api_id, endpoint.url))
            .unzip();
        Self {
            function: handle.function.clone(),
            alias: handle.alias.clone(),
            alias_arn,
            api_id: api_id.flatten(),
            api_url,
            changed: !dry_run && steps.iter().any(|step| step.made),
            dry_run,
            steps,
        }
    }
}

impl Step {
    fn made(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            made: true,
        }
    }

    fn found(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            made: false,
        }
    }
}

/// The group is made before the function's first line makes it.
async fn retain_logs(handle: &AliasHandle, days: i32, steps: &mut Vec<Step>) -> Result<()> {
    let logs = &handle.logs;
    let failed = || {
        format!(
            "failed to keep the lines of log group {} for {days} days",
            logs.group
        )
    };
    let is_new = logs.create().await.with_context(failed)?;
    logs.retain(days).await.with_context(failed)?;
    let text = retained(handle, days);
    steps.push(match is_new {
        true => Step::made(text),
        false => Step::found(text),
    });
    Ok(())
}

fn retained(handle: &AliasHandle, days: i32) -> String {
    let group = &handle.logs.group;
    format!("log group {group}, which keeps lines for {days} days")
}

/// The alias, and the version it needs to point at.
async fn create_alias(handle: &AliasHandle, steps: &mut Vec<Step>) -> Result<String> {
    let AliasHandle {
        alias: name,
        lambda,
        ..
    } = handle;
    if let Some(alias) = lambda.alias(name).await? {
        steps.push(Step::found(format!("alias {name} at {}", alias.routing)));
        return Ok(alias.arn);
    }
    let version = first_version(handle, steps).await?;
    let entry = Entry::Serving {
        version,
        since: now(),
        before: Vec::new(),
    };
    let (description, _) = Journal::default().with(entry)?;
    let arn = lambda.create_alias(name, version, &description).await;
    let arn = arn.with_context(|| format!("failed to create alias '{name}'"))?;
    steps.push(Step::made(format!("alias {name} at version {version}")));
    Ok(arn)
}

/// The newest version there is, or a first one.
async fn first_version(handle: &AliasHandle, steps: &mut Vec<Step>) -> Result<Version> {
    let lambda = &handle.lambda;
    let versions = lambda
        .versions()
        .await
        .context("failed to list the versions")?;
    if let Some(newest) = versions.last() {
        steps.push(Step::found(format!("version {}", newest.version)));
        return Ok(newest.version);
    }
    let function = lambda
        .function()
        .await?
        .context("the function was deleted meanwhile")?;
    let version = lambda.publish(&function.code_sha256, None).await;
    let (version, state) = version.context("failed to publish the first version")?;
    if state != VersionState::Active {
        handle.wait_until_active(version, note).await?;
    }
    steps.push(Step::made(format!("version {version}")));
    Ok(version)
}

impl Report for Created {
    fn text(&self) -> String {
        let mut text = String::new();
        let made = if self.dry_run { "would make" } else { "made  " };
        for step in &self.steps {
            let line = match step.made {
                true => format!("{} {made} {}", styled(GREEN, "✓"), step.text),
                false => styled(DIM, format!("· there  {}", step.text)),
            };
            let _ = writeln!(text, "{line}");
        }
        if !self.changed {
            let _ = writeln!(text, "nothing was changed");
        }
        if let Some(url) = &self.api_url {
            let name = styled(BOLD, &self.function);
            let _ = writeln!(text, "\n{name} answers at {url}");
        }
        text
    }
}
