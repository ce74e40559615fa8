//! The integration of a REST API's method: the function that its requests go to.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    apigateway::function_uri::function_of,
    protocol::{ApiResult, Exception},
};

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>
const MAX_TIMEOUT: u64 = 29_000;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Integration {
    #[serde(rename = "type")]
    kind: String,
    /// How the function is called: anything but POST fails.
    pub(crate) http_method: String,
    pub(crate) uri: String,
    passthrough_behavior: String,
    pub(crate) timeout_in_millis: u64,
    cache_namespace: String,
    cache_key_parameters: Vec<String>,
}

/// `PutIntegration`'s body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewIntegration {
    #[serde(rename = "type")]
    kind: String,
    /// The SDKs call it `integrationHttpMethod`; this is what they send.
    http_method: Option<String>,
    uri: Option<String>,
    timeout_in_millis: Option<u64>,
    credentials: Option<String>,
}

/// One change of an update, as JSON Patch has it.
#[derive(Deserialize)]
pub(crate) struct Patch {
    pub(crate) op: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) value: String,
}

/// The body of an update.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Patches {
    #[serde(default)]
    pub(crate) patch_operations: Vec<Patch>,
}

impl Integration {
    pub(crate) fn new(new: NewIntegration, resource: &str) -> ApiResult<Self> {
        if new.kind != "AWS_PROXY" {
            return Err(Exception::not_implemented(&format!(
                "integrations of type {}: only AWS_PROXY to a function",
                new.kind
            )));
        }
        if new.credentials.is_some() {
            return Err(Exception::not_implemented("credentials of integrations"));
        }
        let missing =
            || Exception::gateway_bad_request("Enumeration value for HttpMethod must be non-empty");
        let integration = Self {
            kind: new.kind,
            http_method: new.http_method.ok_or_else(missing)?,
            uri: new.uri.unwrap_or_default(),
            passthrough_behavior: "WHEN_NO_MATCH".into(),
            timeout_in_millis: new.timeout_in_millis.unwrap_or(MAX_TIMEOUT),
            cache_namespace: resource.to_owned(),
            cache_key_parameters: Vec::new(),
        };
        integration.check()?;
        Ok(integration)
    }

    pub(crate) fn patch(&mut self, patches: &[Patch]) -> ApiResult<()> {
        let mut changed = self.clone();
        for patch in patches {
            match (patch.op.as_str(), patch.path.as_str()) {
                ("replace", "/uri") => changed.uri.clone_from(&patch.value),
                ("replace", "/httpMethod") => changed.http_method.clone_from(&patch.value),
                ("replace", "/timeoutInMillis") => {
                    changed.timeout_in_millis = patch.value.parse().unwrap_or(0);
                }
                _ => return Err(patch.refused("integrations")),
            }
        }
        changed.check()?;
        *self = changed;
        Ok(())
    }

    fn check(&self) -> ApiResult<()> {
        if !self.uri.contains(":lambda:path/") && !self.uri.contains(":action/") {
            return Err(Exception::gateway_bad_request(
                "AWS ARN for integration must contain path or action",
            ));
        }
        if function_of(&self.uri).is_none() {
            return Err(Exception::gateway_bad_request(
                "Invalid function ARN or invalid URI specified in the request",
            ));
        }
        if !(50..=MAX_TIMEOUT).contains(&self.timeout_in_millis) {
            return Err(Exception::gateway_bad_request(format!(
                "Timeout should be between 50 ms and {MAX_TIMEOUT} ms"
            )));
        }
        Ok(())
    }

    pub(crate) fn describe(&self) -> Value {
        json!(self)
    }
}

impl Patch {
    pub(crate) fn refused(&self, of: &str) -> Exception {
        Exception::not_implemented(&format!("'{}' of {} of {of}", self.op, self.path))
    }
}

pub(crate) fn no_integration() -> Exception {
    Exception::gateway_not_found("No integration defined for method")
}
