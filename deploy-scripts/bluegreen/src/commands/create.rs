//! `bluegreen create`: the function, its first version, the alias, and an HTTP API in front of it.

use std::fmt::Write;

use anyhow::{Context, Result, anyhow, bail};
use rollout::{Entry, Journal, Version};
use serde::Serialize;
use serde_json::Value;

use crate::{
    aws::{Architecture, HttpApi, NewFunction},
    cli::CreateArgs,
    deployment::{Deployment, now},
    output::{BOLD, DIM, GREEN, Report, styled},
    package::Package,
    progress::Progress,
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Created {
    function: String,
    alias: String,
    alias_arn: String,
    api_id: String,
    api_url: String,
    changed: bool,
    #[serde(skip)]
    steps: Vec<Step>,
}

/// One thing that is needed, and whether it had to be made.
#[derive(Debug)]
struct Step {
    text: String,
    made: bool,
}

pub(crate) async fn create(deployment: &Deployment, args: CreateArgs) -> Result<Created> {
    let mut steps = Vec::new();
    create_function(deployment, args, &mut steps).await?;
    let alias_arn = create_alias(deployment, &mut steps).await?;
    let api = create_api(deployment, &alias_arn, &mut steps).await?;
    permit(deployment, &alias_arn, &api, &mut steps).await?;
    Ok(Created {
        function: deployment.function.clone(),
        alias: deployment.alias.clone(),
        alias_arn,
        api_id: api.id,
        api_url: api.endpoint,
        changed: steps.iter().any(|step| step.made),
        steps,
    })
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

async fn create_function(
    deployment: &Deployment,
    args: CreateArgs,
    steps: &mut Vec<Step>,
) -> Result<()> {
    let name = &deployment.function;
    if deployment.lambda.function().await?.is_some() {
        steps.push(Step::found(format!("function {name}")));
        let waited = deployment.lambda.wait_until_active().await;
        return waited.with_context(|| format!("function '{name}' does not become active"));
    }
    let needed = "it is not there yet, so `create` needs";
    let package = Package::read(&args.package)?
        .ok_or_else(|| anyhow!("{needed} its code: --binary FILE or --zip FILE"))
        .with_context(|| format!("failed to create function '{name}'"))?;
    let role = args
        .role
        .ok_or_else(|| {
            anyhow!(
                "{needed} the ARN of its execution role: --role arn:aws:iam::ACCOUNT:role/NAME; \
                 for lambda-local arn:aws:iam::000000000000:role/any will do"
            )
        })
        .with_context(|| format!("failed to create function '{name}'"))?;
    let progress = Progress::spinner(&format!("creating function {name}"));
    let new = NewFunction {
        role,
        architecture: package.architecture.unwrap_or(Architecture::X86_64),
        zip: package.zip,
        memory: args.memory,
        timeout: args.timeout,
        variables: args.variables,
    };
    let created = deployment.lambda.create(new).await;
    created.with_context(|| format!("failed to create function '{name}'"))?;
    drop(progress);
    steps.push(Step::made(format!("function {name}")));
    Ok(())
}

/// The alias, and the version it needs to point at.
async fn create_alias(deployment: &Deployment, steps: &mut Vec<Step>) -> Result<String> {
    let Deployment {
        alias: name,
        lambda,
        ..
    } = deployment;
    if let Some(alias) = lambda.alias(name).await? {
        steps.push(Step::found(format!("alias {name} at {}", alias.routing)));
        return Ok(alias.arn);
    }
    let version = first_version(deployment, steps).await?;
    let entry = Entry::Serving {
        version,
        since: now(),
        before: Vec::new(),
    };
    let description = Journal::default().with(entry).description();
    let arn = lambda.create_alias(name, version, &description).await;
    let arn = arn.with_context(|| format!("failed to create alias '{name}'"))?;
    steps.push(Step::made(format!("alias {name} at version {version}")));
    Ok(arn)
}

/// The newest version there is, or a first one.
async fn first_version(deployment: &Deployment, steps: &mut Vec<Step>) -> Result<Version> {
    let lambda = &deployment.lambda;
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
    let version = version.context("failed to publish the first version")?;
    steps.push(Step::made(format!("version {version}")));
    Ok(version)
}

async fn create_api(
    deployment: &Deployment,
    alias_arn: &str,
    steps: &mut Vec<Step>,
) -> Result<HttpApi> {
    let gateway = &deployment.gateway;
    let name = deployment.api_name();
    let found = gateway
        .find(&name)
        .await
        .context("failed to list the HTTP APIs")?;
    for api in &found {
        let targets = gateway.targets(api).await;
        let targets = targets.with_context(|| format!("failed to read API {}", api.id))?;
        if targets.iter().any(|target| target.uri == alias_arn) {
            steps.push(Step::found(format!(
                "HTTP API {} in front of the alias",
                api.id
            )));
            return Ok(api.clone());
        }
    }
    if let Some(other) = found.first() {
        bail!(
            "there is an HTTP API '{name}' ({}) that does not lead to {alias_arn}; delete or \
             rename it, or choose another alias name",
            other.id
        );
    }
    let api = gateway.create(&name, alias_arn).await;
    let api = api.with_context(|| format!("failed to create HTTP API '{name}'"))?;
    steps.push(Step::made(format!(
        "HTTP API {} in front of the alias",
        api.id
    )));
    Ok(api)
}

/// Without this permission on the alias itself, API Gateway answers 500 to everything.
async fn permit(
    deployment: &Deployment,
    alias_arn: &str,
    api: &HttpApi,
    steps: &mut Vec<Step>,
) -> Result<()> {
    let Deployment { alias, lambda, .. } = deployment;
    let source_arn = source_arn(alias_arn, api)?;
    let policy = lambda
        .policy(alias)
        .await
        .context("failed to read the alias's policy")?;
    let text = format!("permission for API {} on the alias", api.id);
    if policy.is_some_and(|policy| permits(&policy, &source_arn)) {
        steps.push(Step::found(text));
        return Ok(());
    }
    let permitted = lambda
        .permit_api(alias, &statement_id(api), &source_arn)
        .await;
    permitted.with_context(|| format!("failed to let API {} invoke alias '{alias}'", api.id))?;
    steps.push(Step::made(text));
    Ok(())
}

/// What the permission of an API is called.
pub(super) fn statement_id(api: &HttpApi) -> String {
    format!("bluegreen-api-{}", api.id)
}

/// Whether a statement of the policy lets API Gateway invoke for exactly this source.
fn permits(policy: &str, source_arn: &str) -> bool {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let mut statements = policy["Statement"].as_array().into_iter().flatten();
    statements.any(|statement| {
        statement["Effect"] == "Allow"
            && statement["Action"] == "lambda:InvokeFunction"
            && statement["Principal"]["Service"] == "apigateway.amazonaws.com"
            && statement["Condition"]["ArnLike"]["AWS:SourceArn"] == source_arn
    })
}

/// Everything that this API sends, and nothing of another: region and account are the alias's.
pub(super) fn source_arn(alias_arn: &str, api: &HttpApi) -> Result<String> {
    match alias_arn.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", partition, "lambda", region, account, ..] => Ok(format!(
            "arn:{partition}:execute-api:{region}:{account}:{}/*",
            api.id
        )),
        _ => bail!("the alias has an ARN that is not Lambda's: {alias_arn}"),
    }
}

impl Report for Created {
    fn text(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            let line = match step.made {
                true => format!("{} made   {}", styled(GREEN, "✓"), step.text),
                false => styled(DIM, format!("· there  {}", step.text)),
            };
            let _ = writeln!(text, "{line}");
        }
        if !self.changed {
            let _ = writeln!(text, "nothing was changed");
        }
        let _ = writeln!(
            text,
            "\n{} answers at {}",
            styled(BOLD, &self.function),
            self.api_url
        );
        text
    }
}
