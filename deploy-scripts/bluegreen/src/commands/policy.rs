//! `bluegreen policy`: the IAM policy that the deployer needs, and no more.

use anyhow::{Result, bail};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    aws::{ROLE_PATH, role_name},
    cli::PolicyArgs,
    deployment::Deployment,
    output::Report,
};

/// An IAM policy document.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Policy(Value);

/// Where the function is.
struct Home {
    partition: String,
    region: String,
    account: String,
    function: String,
    alias: String,
}

pub(crate) async fn policy(deployment: &Deployment, args: &PolicyArgs) -> Result<Policy> {
    let home = Home::find(deployment, args).await?;
    let statements = match args.setup {
        true => home.setup(args.role.as_deref()),
        false => home.release(),
    };
    Ok(Policy(
        json!({ "Version": "2012-10-17", "Statement": statements }),
    ))
}

impl Home {
    /// From the alias's own ARN, where the arguments do not say it.
    async fn find(deployment: &Deployment, args: &PolicyArgs) -> Result<Self> {
        let (function, alias) = (deployment.function.clone(), deployment.alias.clone());
        let region = deployment.region.clone();
        if let Some(account) = &args.account {
            return Ok(Self {
                partition: partition(&region).to_owned(),
                region,
                account: account.clone(),
                function,
                alias,
            });
        }
        let seen = deployment.read().await.map_err(|error| {
            error.context("--account is needed: it could not be read from the alias")
        })?;
        match seen.arn.split(':').collect::<Vec<_>>().as_slice() {
            ["arn", partition, "lambda", region, account, ..] => Ok(Self {
                partition: (*partition).to_owned(),
                region: (*region).to_owned(),
                account: (*account).to_owned(),
                function,
                alias,
            }),
            _ => bail!("the alias has an ARN that is not Lambda's: {}", seen.arn),
        }
    }

    /// What publishing, rolling out, rolling back and pruning need.
    fn release(&self) -> Vec<Value> {
        let (function, versions, alias) = self.lambda();
        vec![
            statement(
                "Publish",
                &[
                    "lambda:GetFunction",
                    "lambda:GetFunctionConfiguration",
                    "lambda:ListAliases",
                    "lambda:ListVersionsByFunction",
                    "lambda:PublishVersion",
                    "lambda:UpdateFunctionCode",
                ],
                &[&function],
            ),
            // AWS guards the aliases of a function as the function: their ARNs do not count here.
            statement(
                "MoveTheAlias",
                &["lambda:GetAlias", "lambda:UpdateAlias"],
                &[&function],
            ),
            statement(
                "LookAtVersions",
                &["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
                &[&versions],
            ),
            statement("Prune", &["lambda:DeleteFunction"], &[&versions]),
            statement("SeeWhoMayInvoke", &["lambda:GetPolicy"], &[&alias]),
            statement("FindTheApi", &["apigateway:GET"], &self.apis()),
            // CloudWatch has no resource for metrics.
            statement("ReadMetrics", &["cloudwatch:GetMetricData"], &["*"]),
            statement(
                "ReadAlarms",
                &["cloudwatch:DescribeAlarms"],
                &[&format!("{}:alarm:*", self.arn("cloudwatch"))],
            ),
        ]
    }

    /// What `create` and `destroy` need in addition.
    fn setup(&self, role: Option<&str>) -> Vec<Value> {
        let (function, _, alias) = self.lambda();
        let own_role = self.own_role();
        let role = role.unwrap_or(&own_role);
        let mut permission = statement(
            "LetTheApiInvokeTheAlias",
            &["lambda:AddPermission", "lambda:RemovePermission"],
            &[&alias],
        );
        permission["Condition"] =
            json!({ "StringEquals": { "lambda:Principal": "apigateway.amazonaws.com" } });
        let mut pass = statement("GiveTheFunctionItsRole", &["iam:PassRole"], &[role]);
        pass["Condition"] =
            json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } });
        let apis = self.apis();
        vec![
            statement(
                "MakeAndDelete",
                &[
                    "lambda:CreateAlias",
                    "lambda:CreateFunction",
                    "lambda:DeleteAlias",
                    "lambda:DeleteFunction",
                    "lambda:ListTags",
                    "lambda:TagResource",
                ],
                &[&function],
            ),
            permission,
            pass,
            statement(
                "MakeAndDeleteTheRole",
                &[
                    "iam:AttachRolePolicy",
                    "iam:CreateRole",
                    "iam:DeleteRole",
                    "iam:DetachRolePolicy",
                    "iam:GetRole",
                    "iam:TagRole",
                ],
                &[&own_role],
            ),
            statement("MakeTheApi", &["apigateway:POST"], &apis[..1]),
            statement(
                "DeleteTheApi",
                &["apigateway:DELETE"],
                &[&format!("{}/*", apis[0])],
            ),
            statement("TagTheApi", &["apigateway:TagResource"], &apis[..1]),
        ]
    }

    /// The function, its versions, and the alias.
    fn lambda(&self) -> (String, String, String) {
        let function = format!("{}:function:{}", self.arn("lambda"), self.function);
        let alias = format!("{function}:{}", self.alias);
        (function.clone(), format!("{function}:*"), alias)
    }

    /// All HTTP APIs, and what they lead to: which is the alias's is found by looking.
    fn apis(&self) -> Vec<String> {
        let Self {
            partition, region, ..
        } = self;
        let apis = format!("arn:{partition}:apigateway:{region}::/apis");
        let integrations = format!("{apis}/*/integrations");
        vec![apis, integrations]
    }

    fn arn(&self, service: &str) -> String {
        let Self {
            partition,
            region,
            account,
            ..
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}")
    }

    fn own_role(&self) -> String {
        let Self {
            partition, account, ..
        } = self;
        let name = role_name(&self.function);
        format!("arn:{partition}:iam::{account}:role{ROLE_PATH}{name}")
    }
}

fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn statement(sid: &str, actions: &[&str], resources: &[impl AsRef<str>]) -> Value {
    let resources: Vec<&str> = resources.iter().map(AsRef::as_ref).collect();
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources })
}

impl Report for Policy {
    fn text(&self) -> String {
        serde_json::to_string_pretty(&self.0).unwrap_or_default()
    }
}
