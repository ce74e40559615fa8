//! IAM: the role that `create` makes for the function.

use aws_config::SdkConfig;
use aws_sdk_iam::{Client, types::Tag};
use serde_json::json;

use super::{AwsError, error::gone};

/// Roles of this program's are below this path, so that a policy can name them.
pub(crate) const ROLE_PATH: &str = "/bluegreen/";
/// AWS's own policy for writing logs, and nothing else.
const LOGS: &str = "service-role/AWSLambdaBasicExecutionRole";
/// AWS's own policy for sending traces to X-Ray.
const TRACES: &str = "AWSXRayDaemonWriteAccess";

#[derive(Debug)]
pub(crate) struct Iam {
    client: Client,
}

#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) arn: String,
    /// Whether `create` made it.
    pub(crate) made_here: bool,
}

/// What a role of this function is called.
pub(crate) fn role_name(function: &str) -> String {
    const LONGEST: usize = 64;
    const END: &str = "-execution";
    // Function names may have 64 characters, too.
    let start: String = function.chars().take(LONGEST - END.len()).collect();
    start + END
}

impl Iam {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }

    /// `None` if there is no such role.
    pub(crate) async fn role(&self, name: &str) -> Result<Option<Role>, AwsError> {
        let found = self.client.get_role().role_name(name).send().await;
        match found.map_err(AwsError::from) {
            Ok(found) => Ok(found.role.map(Role::from)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes the role, without any permission so far.
    pub(crate) async fn create(
        &self,
        name: &str,
        account: &str,
        boundary: Option<&str>,
    ) -> Result<Role, AwsError> {
        let made = self
            .client
            .create_role()
            .role_name(name)
            .path(ROLE_PATH)
            .assume_role_policy_document(trust(account))
            .set_permissions_boundary(boundary.map(str::to_owned))
            .tags(tag()?)
            .send()
            .await?;
        let role = made.role.map(Role::from);
        role.ok_or_else(|| AwsError::unexpected("CreateRole answered without a role"))
    }

    /// Lets the role write logs, and traces where the function is traced. Done twice, it is the
    /// same.
    pub(crate) async fn permit(
        &self,
        name: &str,
        role: &Role,
        tracing: bool,
    ) -> Result<(), AwsError> {
        let [logs, traces] = role.policies();
        for policy in [logs].into_iter().chain(tracing.then_some(traces)) {
            let call = self.client.attach_role_policy().role_name(name);
            call.policy_arn(policy).send().await?;
        }
        Ok(())
    }

    /// Deletes the role. One to which somebody attached something else is refused by IAM.
    pub(crate) async fn delete(&self, name: &str, role: &Role) -> Result<(), AwsError> {
        for policy in role.policies() {
            let call = self.client.detach_role_policy().role_name(name);
            gone(call.policy_arn(policy).send().await)?;
        }
        gone(self.client.delete_role().role_name(name).send().await)
    }
}

/// Who may take the role: Lambda, for functions of this account.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
fn trust(account: &str) -> String {
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": "lambda.amazonaws.com" },
        "Action": "sts:AssumeRole",
        "Condition": { "StringEquals": { "aws:SourceAccount": account } },
    });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

fn tag() -> Result<Tag, AwsError> {
    let tag = Tag::builder().key("bluegreen").value("create").build();
    tag.map_err(|error| AwsError::unexpected(error.to_string()))
}

/// The policies that `create` attaches and `destroy` detaches: AWS's own, in this partition.
pub(crate) fn role_policies(partition: &str) -> [String; 2] {
    [LOGS, TRACES].map(|policy| format!("arn:{partition}:iam::aws:policy/{policy}"))
}

impl Role {
    fn policies(&self) -> [String; 2] {
        role_policies(self.arn.split(':').nth(1).unwrap_or("aws"))
    }
}

impl From<aws_sdk_iam::types::Role> for Role {
    fn from(role: aws_sdk_iam::types::Role) -> Self {
        let made_here = role
            .tags()
            .iter()
            .any(|tag| tag.key() == "bluegreen" && tag.value() == "create");
        Self {
            arn: role.arn,
            made_here,
        }
    }
}
