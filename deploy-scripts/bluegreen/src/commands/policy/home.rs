//! Where the function is, and how IAM names what belongs to it.

use anyhow::{Result, bail};

use crate::{
    alias::AliasHandle,
    aws::{ROLE_PATH, log_group, role_name},
    cli::PolicyArgs,
};

/// Where the function is.
pub(super) struct Home {
    pub(super) partition: String,
    region: String,
    account: String,
    function: String,
    alias: String,
}

impl Home {
    /// From the alias's own ARN, where the arguments do not say it.
    pub(super) async fn find(handle: &AliasHandle, args: &PolicyArgs) -> Result<Self> {
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

    /// The function, its versions, and the alias.
    pub(super) fn lambda(&self) -> (String, String, String) {
        let function = format!("{}:function:{}", self.arn("lambda"), self.function);
        let alias = format!("{function}:{}", self.alias);
        (function.clone(), format!("{function}:*"), alias)
    }

    /// All APIs, and what they lead to: which is the alias's is found by looking.
    pub(super) fn apis(&self) -> Vec<String> {
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
    pub(super) fn gateway(&self, path: &str) -> String {
        let Self {
            partition, region, ..
        } = self;
        format!("arn:{partition}:apigateway:{region}::/{path}")
    }

    pub(super) fn arn(&self, service: &str) -> String {
        let Self {
            partition,
            region,
            account,
            ..
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}")
    }

    pub(super) fn log_group(&self) -> String {
        format!(
            "{}:log-group:{}",
            self.arn("logs"),
            log_group(&self.function)
        )
    }

    pub(super) fn own_role(&self) -> String {
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
