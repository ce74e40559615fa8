//! The function, and the role that it runs with.

use anyhow::{Context, Result, anyhow, bail};

use super::Step;
use crate::{
    alias::AliasHandle,
    aws::{Architecture, AwsError, NewFunction, RUNTIME, Role, role_name},
    cli::CreateArgs,
    host::Host,
    package::Package,
    terminal::Progress,
};

pub(super) async fn create(
    handle: &AliasHandle,
    args: CreateArgs,
    steps: &mut Vec<Step>,
) -> Result<()> {
    let name = &handle.function;
    if handle.lambda.function().await?.is_some() {
        steps.push(Step::found(format!("function {name}")));
        let waited = handle.lambda.wait_until_active().await;
        return waited.with_context(|| format!("function '{name}' does not become active"));
    }
    let package = Package::read(&args.package)?
        .ok_or_else(|| {
            anyhow!("it is not there yet, so `create` needs its code: --binary FILE or --zip FILE")
        })
        .with_context(|| format!("failed to create function '{name}'"))?;
    let architecture = package.bootstrap.architecture();
    let architecture = architecture.unwrap_or(Architecture::X86_64);
    let fits = Host::of(handle, RUNTIME, architecture).check(&package.bootstrap);
    fits.with_context(|| format!("failed to create function '{name}' of this executable"))?;
    let role = match args.role {
        Some(role) => role,
        None => {
            let boundary = args.permissions_boundary.as_deref();
            role(handle, args.tracing, boundary, steps).await?
        }
    };
    let progress = Progress::spinner(&format!("creating function {name}"));
    let new = NewFunction {
        role,
        architecture,
        zip: package.zip,
        memory: args.memory,
        timeout: args.timeout,
        tracing: args.tracing,
        variables: args.variables,
    };
    let created = handle.lambda.create(new).await;
    created.with_context(|| format!("failed to create function '{name}'"))?;
    drop(progress);
    steps.push(Step::made(format!("function {name}")));
    Ok(())
}

/// An execution role of our own, which may write logs, traces if asked, and nothing else. One that was left half-made
/// is completed.
async fn role(
    handle: &AliasHandle,
    tracing: bool,
    boundary: Option<&str>,
    steps: &mut Vec<Step>,
) -> Result<String> {
    let iam = &handle.iam;
    let name = role_name(&handle.function);
    let advice = "--role ARN names one that exists";
    let found = iam.role(&name).await;
    let found = found.with_context(|| format!("failed to look for role '{name}'; {advice}"))?;
    let role = match found {
        Some(role) if role.made_here => {
            steps.push(Step::found(format!("role {name}")));
            role
        }
        Some(role) => bail!(
            "there is a role '{name}' that `create` did not make; give it with --role {}, or delete \
             it",
            role.arn
        ),
        None => {
            let made = new_role(handle, &name, boundary).await;
            let made = made.with_context(|| format!("failed to create role '{name}'; {advice}"))?;
            let may = if tracing { "logs and traces" } else { "logs" };
            steps.push(Step::made(format!("role {name}, which may write {may}")));
            made
        }
    };
    let permitted = iam.permit(&name, &role, tracing).await;
    permitted.with_context(|| format!("failed to let role '{name}' write logs"))?;
    Ok(role.arn)
}

async fn new_role(
    handle: &AliasHandle,
    name: &str,
    boundary: Option<&str>,
) -> Result<Role, AwsError> {
    let account = handle.sts.account().await?;
    handle.iam.create(name, &account, boundary).await
}
