//! A permission to be added to a policy: what it may be, and the statement that it becomes.

use serde::Deserialize;
use serde_json::{Value, json};

use super::url::AuthType;
use crate::protocol::{ApiResult, Exception};

pub(super) const ORGANIZATION: &str = "aws:PrincipalOrgID";
pub(super) const EVENT_SOURCE_TOKEN: &str = "lambda:EventSourceToken";

/// `AddPermission`'s body.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NewPermission {
    pub(super) statement_id: String,
    pub(super) action: String,
    pub(super) principal: String,
    pub(super) source_arn: Option<String>,
    pub(super) source_account: Option<String>,
    #[serde(rename = "PrincipalOrgID")]
    pub(super) principal_org_id: Option<String>,
    pub(super) event_source_token: Option<String>,
    pub(super) function_url_auth_type: Option<AuthType>,
    #[serde(default)]
    pub(super) invoked_via_function_url: bool,
    pub(super) revision_id: Option<String>,
}

impl NewPermission {
    pub(super) fn check(&self) -> ApiResult<()> {
        check_principal(&self.principal)
    }

    pub(super) fn document(&self, resource: &str) -> Value {
        let principal = match self.principal.as_str() {
            "*" => json!("*"),
            account if is_account(account) => {
                json!({ "AWS": format!("arn:aws:iam::{account}:root") })
            }
            arn if arn.starts_with("arn:") => json!({ "AWS": arn }),
            service => json!({ "Service": service }),
        };
        let mut document = json!({
            "Sid": self.statement_id,
            "Effect": "Allow",
            "Principal": principal,
            "Action": self.action,
            "Resource": resource,
        });
        for (key, value) in [
            ("AWS:SourceAccount", &self.source_account),
            (ORGANIZATION, &self.principal_org_id),
            (EVENT_SOURCE_TOKEN, &self.event_source_token),
        ] {
            if let Some(value) = value {
                document["Condition"]["StringEquals"][key] = json!(value);
            }
        }
        if let Some(kind) = &self.function_url_auth_type {
            document["Condition"]["StringEquals"]["lambda:FunctionUrlAuthType"] = json!(kind);
        }
        if self.invoked_via_function_url {
            document["Condition"]["Bool"] = json!({ "lambda:InvokedViaFunctionUrl": "true" });
        }
        if let Some(arn) = &self.source_arn {
            document["Condition"]["ArnLike"] = json!({ "AWS:SourceArn": arn });
        }
        document
    }
}

/// AWS has a list of its services, which is not known: the names that all of them have are taken.
fn check_principal(principal: &str) -> ApiResult<()> {
    let is_service = ["amazonaws.com", "amazonaws.com.cn", "amazon.com"]
        .iter()
        .any(|domain| principal.ends_with(&format!(".{domain}")));
    if is_service || principal == "*" || is_account(principal) || principal.starts_with("arn:") {
        return Ok(());
    }
    Err(Exception::invalid_parameter(
        "The provided principal was invalid. Please check the principal and try again.",
    ))
}

fn is_account(principal: &str) -> bool {
    principal.len() == 12 && principal.bytes().all(|b| b.is_ascii_digit())
}
