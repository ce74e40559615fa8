//! Whether the way from what clients call to the alias is open, and leads to the alias.

use serde_json::json;

use super::Finding;
use crate::{
    alias::AliasHandle,
    aws::{Api, ApiKind, AwsError, FunctionUrl, InStage, STAGE, Target, TargetAt, invoke_uri},
    commands::{
        create::{source_arn, statement_id},
        resource_policy::ResourcePolicy,
    },
    shell::quoted,
};

const CHECK: &str = "API";

/// Looks at the APIs of `create`'s name, at those that the alias's policy admits, and at the
/// alias's URL.
pub(super) async fn check(handle: &AliasHandle, alias_arn: &str) -> Vec<Finding> {
    match look(handle, alias_arn).await {
        Ok(findings) if findings.is_empty() => {
            let what =
                "no API and no URL leads to the alias; clients that call it otherwise are not seen";
            vec![Finding::warning(CHECK, what)]
        }
        Ok(findings) => findings,
        Err(error) => vec![Finding::unseen(CHECK, &error)],
    }
}

async fn look(handle: &AliasHandle, alias_arn: &str) -> Result<Vec<Finding>, AwsError> {
    let gateway = &handle.gateway;
    let AliasHandle { alias, lambda, .. } = handle;
    let (policy, apis, url) = tokio::try_join!(
        lambda.policy(Some(alias)),
        gateway.all(),
        lambda.url(Some(alias))
    )?;
    let admitted = ResourcePolicy::read(policy.as_deref());
    let mut findings = Vec::new();
    findings.extend(url.map(|url| at_url(handle, &url, &admitted)));
    for api in apis {
        if api.name != handle.api_name() && !admitted.names(&api.id) {
            continue;
        }
        let targets = gateway.targets(&api).await?;
        match targets.iter().find(|target| target.uri == alias_arn) {
            Some(target) => {
                findings.push(permission(handle, (alias_arn, target), &api, &admitted));
                findings.extend(other_stages(&api, &targets, alias_arn));
            }
            None => {
                let stray = targets
                    .iter()
                    .find(|target| is_of_function(&target.uri, alias_arn));
                findings.push(elsewhere(
                    &api,
                    stray.or(targets.first()),
                    handle,
                    alias_arn,
                ));
            }
        }
    }
    Ok(findings)
}

/// The stages whose variables name something else: they may be meant so.
fn other_stages(api: &Api, targets: &[Target], alias_arn: &str) -> Option<Finding> {
    let others = targets.iter().filter(|target| target.uri != alias_arn);
    let mut others: Vec<String> = others
        .filter_map(|target| {
            let InStage { stage, .. } = target.of.as_ref()?;
            Some(format!(
                "stage {stage} of {} leads to {}",
                api.id, target.uri
            ))
        })
        .collect();
    others.sort();
    others.dedup();
    (!others.is_empty()).then(|| Finding::good(CHECK, others.join("; ")))
}

/// An integration of the same function, but of another alias, of a version or of `$LATEST`.
fn is_of_function(uri: &str, alias_arn: &str) -> bool {
    let function = alias_arn
        .rsplit_once(':')
        .map_or(alias_arn, |(function, _)| function);
    uri == function || uri.starts_with(&format!("{function}:"))
}

fn elsewhere(api: &Api, target: Option<&Target>, handle: &AliasHandle, alias_arn: &str) -> Finding {
    let Some(target) = target else {
        return nowhere(api);
    };
    let stage = target
        .of
        .as_ref()
        .map(|of| format!("stage {} of ", of.stage));
    let what = format!(
        "{}{} {} leads to {}, not to the alias",
        stage.unwrap_or_default(),
        api.kind,
        api.id,
        target.uri
    );
    // An API that the policy admits may have served the alias once, and something else now.
    if api.name != handle.api_name() && !is_of_function(&target.uri, alias_arn) {
        return Finding::warning(CHECK, what);
    }
    let mend = match &target.of {
        Some(of) => set_variable(api, of, &handle.alias),
        None => redirect(api, &target.at, alias_arn),
    };
    Finding::problem(CHECK, what, mend)
}

/// The command that lets a stage lead to the alias, and leaves every other stage where it is.
fn set_variable(api: &Api, of: &InStage, alias: &str) -> String {
    let InStage { stage, written, .. } = of;
    let (id, name) = (&api.id, of.alias_variable());
    match (api.kind, name) {
        (_, None) => format!("let the variables of stage {stage} name the alias in {written}"),
        // All of them: whether those that are left out stay is not documented.
        (ApiKind::Http, Some(name)) => {
            let mut variables = of.variables.clone();
            variables.insert(name.to_owned(), alias.to_owned());
            // In JSON: values may have a comma or an equals sign.
            format!(
                "aws apigatewayv2 update-stage --api-id {id} --stage-name {} --stage-variables {}",
                quoted(stage),
                quoted(&json!(variables).to_string())
            )
        }
        (ApiKind::Rest, Some(name)) => format!(
            "aws apigateway update-stage --rest-api-id {id} --stage-name {} \
             --patch-operations op=replace,path=/variables/{},value={alias}",
            quoted(stage),
            quoted(name)
        ),
    }
}

/// `create` completes what it left half-made.
fn nowhere(api: &Api) -> Finding {
    let (kind, id) = (api.kind, &api.id);
    let mend = match kind {
        ApiKind::Http if api.made_here => "bluegreen create".to_owned(),
        ApiKind::Http => {
            format!("aws apigatewayv2 delete-api --api-id {id}, then `bluegreen create`")
        }
        ApiKind::Rest if api.made_here => "bluegreen create --api rest".to_owned(),
        ApiKind::Rest => format!(
            "aws apigateway delete-rest-api --rest-api-id {id}, then `bluegreen create --api rest`"
        ),
    };
    Finding::problem(CHECK, format!("{kind} {id} leads nowhere"), mend)
}

/// The command that lets an integration lead to the alias.
fn redirect(api: &Api, at: &TargetAt, alias_arn: &str) -> String {
    let id = &api.id;
    let stage = if api.made_here { STAGE } else { "YOUR-STAGE" };
    match at {
        TargetAt::Integration(integration) => format!(
            "aws apigatewayv2 update-integration --api-id {id} --integration-id {integration} \
             --integration-uri {alias_arn}"
        ),
        TargetAt::Method { resource, method } => format!(
            "aws apigateway update-integration --rest-api-id {id} --resource-id {resource} \
             --http-method {method} --patch-operations op=replace,path=/uri,value={} && aws \
             apigateway create-deployment --rest-api-id {id} --stage-name {stage}",
            invoke_uri(alias_arn)
        ),
    }
}

/// A URL that signs its callers asks IAM; a public one asks the alias's policy.
fn at_url(handle: &AliasHandle, url: &FunctionUrl, admitted: &ResourcePolicy) -> Finding {
    let AliasHandle {
        function, alias, ..
    } = handle;
    if !url.is_public {
        return Finding::good("URL", "the alias's URL takes signed requests");
    }
    if admitted.url_call && admitted.url_invoke {
        return Finding::good("URL", "everybody may call the alias's URL").at(&url.address);
    }
    Finding::problem(
        "URL",
        "nobody may call the alias's URL: its clients get a 403",
        format!("bluegreen --function {function} --alias {alias} create --api url"),
    )
}

fn permission(
    handle: &AliasHandle,
    (alias_arn, target): (&str, &Target),
    api: &Api,
    admitted: &ResourcePolicy,
) -> Finding {
    let id = &api.id;
    if admitted.api(id) {
        let (stage, address) = match &target.of {
            Some(of) => (format!("stage {} of ", of.stage), api.at_stage(&of.stage)),
            None => (String::new(), api.endpoint.clone()),
        };
        let what = format!("{stage}{id} leads to the alias and may invoke it");
        return Finding::good(CHECK, what).at(&address);
    }
    let AliasHandle {
        function, alias, ..
    } = handle;
    let source = source_arn(alias_arn, api).unwrap_or_default();
    Finding::problem(
        CHECK,
        format!("API {id} may not invoke the alias: its clients get a 500"),
        format!(
            "aws lambda add-permission --function-name {function} --qualifier {alias} \
             --statement-id {} --action lambda:InvokeFunction --principal \
             apigateway.amazonaws.com --source-arn {}",
            statement_id(api),
            quoted(&source)
        ),
    )
}
