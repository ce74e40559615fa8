//! Whether the way from the API to the alias is open, and leads to the alias.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Finding;
use crate::{
    aws::{AwsError, HttpApi, Target},
    commands::create::{source_arn, statement_id},
    deployment::Deployment,
};

const CHECK: &str = "API";

/// Looks at the API of `create`'s name, and at those that the alias's policy admits.
pub(super) async fn check(deployment: &Deployment, alias_arn: &str) -> Vec<Finding> {
    match look(deployment, alias_arn).await {
        Ok(findings) if findings.is_empty() => {
            let what =
                "no HTTP API leads to the alias; clients that call it otherwise are not seen";
            vec![Finding::warning(CHECK, what)]
        }
        Ok(findings) => findings,
        Err(error) => vec![Finding::unseen(CHECK, &error)],
    }
}

async fn look(deployment: &Deployment, alias_arn: &str) -> Result<Vec<Finding>, AwsError> {
    let gateway = &deployment.gateway;
    let (policy, apis) =
        tokio::try_join!(deployment.lambda.policy(&deployment.alias), gateway.all())?;
    let policy = Policy::read(policy.as_deref());
    let mut findings = Vec::new();
    for api in apis {
        let ours = api.name == deployment.api_name();
        if !ours && !policy.apis.contains(&api.id) {
            continue;
        }
        let targets = gateway.targets(&api).await?;
        if targets.iter().any(|target| target.uri == alias_arn) {
            findings.push(permission(deployment, alias_arn, &api, &policy));
        } else {
            let stray = targets
                .iter()
                .find(|target| is_of_function(&target.uri, alias_arn));
            findings.push(elsewhere(&api, stray.or(targets.first()), alias_arn, ours));
        }
    }
    Ok(findings)
}

/// An integration of the same function, but of another alias, of a version or of `$LATEST`.
fn is_of_function(uri: &str, alias_arn: &str) -> bool {
    let function = alias_arn
        .rsplit_once(':')
        .map_or(alias_arn, |(function, _)| function);
    uri == function || uri.starts_with(&format!("{function}:"))
}

fn elsewhere(api: &HttpApi, target: Option<&Target>, alias_arn: &str, ours: bool) -> Finding {
    let id = &api.id;
    let Some(Target {
        id: integration,
        uri,
    }) = target
    else {
        let mend = format!("aws apigatewayv2 delete-api --api-id {id}, then `bluegreen create`");
        return Finding::problem(CHECK, format!("API {id} leads nowhere"), mend);
    };
    let what = format!("API {id} leads to {uri}, not to the alias");
    // An API that the policy admits may have served the alias once, and something else now.
    if !ours && !is_of_function(uri, alias_arn) {
        return Finding::warning(CHECK, what);
    }
    Finding::problem(
        CHECK,
        what,
        format!(
            "aws apigatewayv2 update-integration --api-id {id} --integration-id {integration} \
             --integration-uri {alias_arn}"
        ),
    )
}

fn permission(deployment: &Deployment, alias_arn: &str, api: &HttpApi, policy: &Policy) -> Finding {
    let id = &api.id;
    if policy.apis.contains(id) || policy.admits_all {
        return Finding::good(CHECK, format!("{id} leads to the alias and may invoke it"));
    }
    let Deployment {
        function, alias, ..
    } = deployment;
    let source = source_arn(alias_arn, api).unwrap_or_default();
    Finding::problem(
        CHECK,
        format!("API {id} may not invoke the alias: its clients get a 500"),
        format!(
            "aws lambda add-permission --function-name {function} --qualifier {alias} \
             --statement-id {} --action lambda:InvokeFunction --principal \
             apigateway.amazonaws.com --source-arn '{source}'",
            statement_id(api)
        ),
    )
}

/// Whom of API Gateway the alias admits.
#[derive(Debug, Default)]
struct Policy {
    apis: BTreeSet<String>,
    admits_all: bool,
}

impl Policy {
    fn read(text: Option<&str>) -> Self {
        let policy: Value = text
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let mut read = Self::default();
        for statement in policy["Statement"].as_array().into_iter().flatten() {
            if statement["Effect"] != "Allow"
                || statement["Principal"]["Service"] != "apigateway.amazonaws.com"
            {
                continue;
            }
            let condition = &statement["Condition"];
            let source = &condition["ArnLike"]["AWS:SourceArn"];
            match source.as_str().and_then(|arn| arn.split(':').nth(5)) {
                Some(path) => {
                    let id = path.split('/').next().unwrap_or_default();
                    read.admits_all |= id == "*";
                    read.apis.insert(id.to_owned());
                }
                None => read.admits_all |= condition.is_null(),
            }
        }
        read
    }
}
