//! `bluegreen policy`: the IAM policy that the deployer needs, and no more.

use anyhow::{Result, bail};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    alias::AliasHandle,
    aws::{ROLE_PATH, log_group, role_name, role_policies},
    cli::{EndpointKind, PolicyArgs},
    report::Report,
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

pub(crate) async fn policy(handle: &AliasHandle, args: &PolicyArgs) -> Result<Policy> {
    let home = Home::find(handle, args).await?;
    let statements = match args.setup {
        true => home.setup(args),
        false => home.release(),
    };
    Ok(Policy(
        json!({ "Version": "2012-10-17", "Statement": statements }),
    ))
}

impl Home {
    /// From the alias's own ARN, where the arguments do not say it.
    async fn find(handle: &AliasHandle, args: &PolicyArgs) -> Result<Self> {
        let (function, alias) = (handle.function.clone(), handle.alias.clone());
        let region = handle.region.clone();
        if let Some(account) = &args.account {
            return Ok(Self {
                partition: partition(&region).to_owned(),
                region,
                account: account.clone(),
                function,
                alias,
            });
        }
        let seen = handle.read().await.map_err(|error| {
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
        [self.move_traffic(), self.see_evidence()].concat()
    }

    fn move_traffic(&self) -> Vec<Value> {
        let (function, versions, alias) = self.lambda();
        vec![
            statement(
                "Publish",
                &[
                    "lambda:GetFunction",
                    "lambda:GetFunctionConfiguration",
                    "lambda:GetPolicy",
                    "lambda:ListAliases",
                    "lambda:ListProvisionedConcurrencyConfigs",
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
            statement(
                "SeeTheConcurrency",
                &["lambda:GetFunctionConcurrency"],
                &[&function],
            ),
            statement(
                "SeeTheLimitsAndTriggers",
                &[
                    "lambda:GetAccountSettings",
                    "lambda:ListEventSourceMappings",
                ],
                &["*"],
            ),
            statement(
                "ProvisionVersions",
                &[
                    "lambda:DeleteProvisionedConcurrencyConfig",
                    "lambda:PutProvisionedConcurrencyConfig",
                ],
                &[&versions],
            ),
            statement("Prune", &["lambda:DeleteFunction"], &[&versions]),
            statement(
                "SeeWhoMayInvoke",
                &["lambda:GetFunctionUrlConfig", "lambda:GetPolicy"],
                &[&alias],
            ),
            statement("FindTheApi", &["apigateway:GET"], &self.apis()),
        ]
    }

    fn see_evidence(&self) -> Vec<Value> {
        vec![
            // CloudWatch has no resource for metrics, and shows composite alarms to nobody who may
            // see only some.
            statement(
                "ReadMetricsAndAlarms",
                &["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"],
                &["*"],
            ),
            // AWS documents the group's own ARN, and asks for those of its streams.
            statement(
                "ReadWhyGreenFailed",
                &["logs:FilterLogEvents"],
                &[self.log_group(), self.log_group() + ":*"],
            ),
        ]
    }

    /// What `create` and `destroy` need in addition.
    fn setup(&self, args: &PolicyArgs) -> Vec<Value> {
        let (function, _, _) = self.lambda();
        let own_role = self.own_role();
        let role = args.role.as_ref().unwrap_or(&own_role);
        let mut pass = statement("GiveTheFunctionItsRole", &["iam:PassRole"], &[role]);
        pass["Condition"] =
            json!({ "StringEquals": { "iam:PassedToService": "lambda.amazonaws.com" } });
        let mut statements = vec![
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
            pass,
            self.make_role(args.permissions_boundary.as_deref()),
            statement(
                "TagAndDeleteTheRole",
                &["iam:DeleteRole", "iam:TagRole"],
                &[&own_role],
            ),
            // Of a role that is not there yet IAM does not know the path.
            statement(
                "LookForTheRole",
                &["iam:GetRole"],
                &[own_role.as_str(), &own_role.replace(ROLE_PATH, "/")],
            ),
            self.role_policies(),
            statement(
                "KeepLogsForATimeAndDeleteThem",
                &[
                    "logs:CreateLogGroup",
                    "logs:DeleteLogGroup",
                    "logs:PutRetentionPolicy",
                ],
                // AWS documents the group's own ARN, and asks for those of its streams.
                &[self.log_group(), self.log_group() + ":*"],
            ),
        ];
        statements.extend(self.permission(args.api));
        statements.extend(self.setup_of(args.api));
        statements
    }

    /// That of what clients call.
    fn permission(&self, kind: EndpointKind) -> Option<Value> {
        let principal = match kind {
            EndpointKind::Http | EndpointKind::Rest => "apigateway.amazonaws.com",
            EndpointKind::Url => "*",
            EndpointKind::None => return None,
        };
        let (_, _, alias) = self.lambda();
        let mut permission = statement(
            "LetClientsInvokeTheAlias",
            &["lambda:AddPermission", "lambda:RemovePermission"],
            &[&alias],
        );
        permission["Condition"] = json!({ "StringEquals": { "lambda:Principal": principal } });
        Some(permission)
    }

    /// Where a boundary is given, no role without it.
    fn make_role(&self, boundary: Option<&str>) -> Value {
        let mut make = statement("MakeTheRole", &["iam:CreateRole"], &[self.own_role()]);
        if let Some(boundary) = boundary {
            make["Condition"] = json!({ "ArnEquals": { "iam:PermissionsBoundary": boundary } });
        }
        make
    }

    /// Those two and no other: who may attach any policy to a role that a function of theirs has is
    /// administrator.
    fn role_policies(&self) -> Value {
        let mut attach = statement(
            "LetTheRoleWriteLogsAndTraces",
            &["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
            &[self.own_role()],
        );
        let policies = role_policies(&self.partition);
        attach["Condition"] = json!({ "ArnEquals": { "iam:PolicyARN": policies } });
        attach
    }

    /// What clients call.
    fn setup_of(&self, kind: EndpointKind) -> Vec<Value> {
        let (_, _, alias) = self.lambda();
        let (apis, below) = (self.gateway("apis"), self.gateway("apis/*"));
        let (rest, rest_below) = (self.gateway("restapis"), self.gateway("restapis/*"));
        let part = |path: &str| format!("{below}/{path}");
        let within = |path: &str| format!("{rest_below}/{path}");
        match kind {
            EndpointKind::Http => vec![
                statement(
                    "MakeTheApi",
                    &["apigateway:POST"],
                    &[
                        &apis,
                        &part("integrations"),
                        &part("routes"),
                        &part("stages"),
                    ],
                ),
                statement("SeeTheRoutes", &["apigateway:GET"], &[part("routes")]),
                statement("DeleteTheApi", &["apigateway:DELETE"], &[&below]),
                statement("TagTheApi", &["apigateway:TagResource"], &[&apis]),
            ],
            EndpointKind::Rest => vec![
                statement(
                    "MakeTheApi",
                    &["apigateway:POST"],
                    &[&rest, &within("resources/*"), &within("deployments")],
                ),
                statement(
                    "IntegrateTheApi",
                    &["apigateway:PUT"],
                    &[within("resources/*/methods/*")],
                ),
                statement("DeleteTheApi", &["apigateway:DELETE"], &[&rest_below]),
                statement("TagTheApi", &["apigateway:TagResource"], &[&rest]),
            ],
            EndpointKind::Url => vec![statement(
                "MakeAndDeleteTheUrl",
                &[
                    "lambda:CreateFunctionUrlConfig",
                    "lambda:DeleteFunctionUrlConfig",
                ],
                &[&alias],
            )],
            EndpointKind::None => Vec::new(),
        }
    }

    /// The function, its versions, and the alias.
    fn lambda(&self) -> (String, String, String) {
        let function = format!("{}:function:{}", self.arn("lambda"), self.function);
        let alias = format!("{function}:{}", self.alias);
        (function.clone(), format!("{function}:*"), alias)
    }

    /// All APIs, and what they lead to: which is the alias's is found by looking.
    fn apis(&self) -> Vec<String> {
        let paths = [
            "apis",
            "apis/*/integrations",
            "apis/*/stages",
            "restapis",
            "restapis/*/resources",
            "restapis/*/stages",
        ];
        paths.map(|path| self.gateway(path)).to_vec()
    }

    /// The ARN of a resource of API Gateway's.
    fn gateway(&self, path: &str) -> String {
        let Self {
            partition, region, ..
        } = self;
        format!("arn:{partition}:apigateway:{region}::/{path}")
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

    fn log_group(&self) -> String {
        format!(
            "{}:log-group:{}",
            self.arn("logs"),
            log_group(&self.function)
        )
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
