//! The HTTP API in front of the alias, and its permission.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Step;
use crate::{aws::HttpApi, deployment::Deployment};

pub(super) async fn create(
    deployment: &Deployment,
    alias_arn: &str,
    steps: &mut Vec<Step>,
) -> Result<HttpApi> {
    let text = |api: &HttpApi| format!("HTTP API {} in front of the alias", api.id);
    if let Some(api) = find(deployment, alias_arn).await? {
        steps.push(Step::found(text(&api)));
        return Ok(api);
    }
    let name = deployment.api_name();
    let api = deployment.gateway.create(&name, alias_arn).await;
    let api = api.with_context(|| format!("failed to create HTTP API '{name}'"))?;
    steps.push(Step::made(text(&api)));
    Ok(api)
}

/// The API of our name that leads to the alias.
pub(super) async fn find(deployment: &Deployment, alias_arn: &str) -> Result<Option<HttpApi>> {
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
            return Ok(Some(api.clone()));
        }
    }
    match found.first() {
        Some(other) => bail!(
            "there is an HTTP API '{name}' ({}) that does not lead to {alias_arn}; delete or \
             rename it, or choose another alias name",
            other.id
        ),
        None => Ok(None),
    }
}

/// Without this permission on the alias itself, API Gateway answers 500 to everything.
pub(super) async fn permit(
    deployment: &Deployment,
    alias_arn: &str,
    api: &HttpApi,
    steps: &mut Vec<Step>,
) -> Result<()> {
    let Deployment { alias, lambda, .. } = deployment;
    let source_arn = source_arn(alias_arn, api)?;
    let text = format!("permission for API {} on the alias", api.id);
    if is_permitted(deployment, &source_arn).await? {
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

pub(super) async fn is_permitted(deployment: &Deployment, source_arn: &str) -> Result<bool> {
    let policy = deployment.lambda.policy(&deployment.alias).await;
    let policy = policy.context("failed to read the alias's policy")?;
    Ok(policy.is_some_and(|policy| permits(&policy, source_arn)))
}

/// What the permission of an API is called.
pub(in crate::commands) fn statement_id(api: &HttpApi) -> String {
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
pub(in crate::commands) fn source_arn(alias_arn: &str, api: &HttpApi) -> Result<String> {
    match alias_arn.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", partition, "lambda", region, account, ..] => Ok(format!(
            "arn:{partition}:execute-api:{region}:{account}:{}/*",
            api.id
        )),
        _ => bail!("the alias has an ARN that is not Lambda's: {alias_arn}"),
    }
}
