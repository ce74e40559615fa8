//! Function URLs: an HTTPS endpoint of a function or of one of its aliases, without an API in
//! front.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cors::Cors;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FunctionUrl {
    pub(crate) id: String,
    pub(crate) auth_type: AuthType,
    #[serde(default)]
    pub(crate) invoke_mode: Option<InvokeMode>,
    #[serde(default)]
    pub(crate) cors: Option<Cors>,
    pub(super) created: String,
    pub(super) modified: String,
}

/// Whether the answer is passed on while it comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum InvokeMode {
    #[default]
    Buffered,
    ResponseStream,
}

/// Who may call it: whoever signs as AWS does, or everybody whom the policy lets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AuthType {
    #[serde(rename = "AWS_IAM")]
    Iam,
    #[serde(rename = "NONE")]
    None,
}

/// The bodies of `CreateFunctionUrlConfig` and `UpdateFunctionUrlConfig`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UrlChange {
    pub(super) auth_type: Option<AuthType>,
    pub(super) invoke_mode: Option<InvokeMode>,
    pub(super) cors: Option<Cors>,
}

impl UrlChange {
    /// An empty configuration is none.
    pub(super) fn cors(&self) -> Option<Cors> {
        self.cors.clone().filter(|cors| *cors != Cors::default())
    }
}

impl FunctionUrl {
    /// The same where it was just written: how it is invoked is said where somebody has said it.
    pub(crate) fn describe_written(&self, arn: &str, address: &str) -> Value {
        let mut shown = self.describe(arn, address);
        if let (None, Some(members)) = (self.invoke_mode, shown.as_object_mut()) {
            members.remove("InvokeMode");
        }
        shown
    }

    /// `address` is the URL itself.
    pub(crate) fn describe(&self, arn: &str, address: &str) -> Value {
        let mut shown = json!({
            "FunctionUrl": address,
            "FunctionArn": arn,
            "AuthType": self.auth_type,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "InvokeMode": self.invoke_mode.unwrap_or_default(),
        });
        if let Some(cors) = &self.cors {
            shown["Cors"] = json!(cors);
        }
        shown
    }
}
