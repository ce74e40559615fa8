//! An integration of an HTTP API: the function that its requests go to.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::{
    apigateway::function_uri::{function_of, parse_function, varies},
    lambda::{FunctionRef, Invoked},
    payload::{internal_server_error, response, strict_response},
    place::Place,
    protocol::{ApiResult, Exception},
};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Integration {
    pub(crate) integration_id: String,
    integration_type: String,
    integration_method: String,
    integration_uri: String,
    connection_type: String,
    payload_format_version: String,
    pub(crate) timeout_in_millis: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What the URI names in every stage, read once and not with each request.
    #[serde(skip)]
    function: OnceLock<Arc<FunctionRef>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewIntegration {
    integration_type: Option<String>,
    integration_uri: Option<String>,
    integration_method: Option<String>,
    payload_format_version: Option<String>,
    timeout_in_millis: Option<u64>,
    description: Option<String>,
}

impl NewIntegration {
    /// What "quick create" makes for a function's ARN.
    pub(crate) fn of_function(arn: String) -> Self {
        Self {
            integration_type: Some("AWS_PROXY".into()),
            integration_uri: Some(arn),
            integration_method: None,
            payload_format_version: Some("2.0".into()),
            timeout_in_millis: None,
            description: None,
        }
    }
}

impl Integration {
    pub(crate) fn new(integration_id: String, new: NewIntegration) -> ApiResult<Self> {
        let kind = new.integration_type.unwrap_or_default();
        if kind != "AWS_PROXY" {
            return Err(Exception::not_implemented(&format!(
                "integrations of type {kind}: only AWS_PROXY to a function"
            )));
        }
        let uri = new.integration_uri.unwrap_or_default();
        if function_of(&uri).is_none() {
            return Err(Exception::gateway_bad_request(
                "Invalid function ARN or invalid URI specified in the request",
            ));
        }
        let format = new.payload_format_version.unwrap_or_else(|| "1.0".into());
        if !matches!(format.as_str(), "1.0" | "2.0") {
            return Err(Exception::gateway_bad_request(
                "PayloadFormatVersion should be 1.0 or 2.0",
            ));
        }
        let timeout = new.timeout_in_millis.unwrap_or(30_000);
        if !(50..=30_000).contains(&timeout) {
            return Err(Exception::gateway_bad_request(
                "Timeout should be between 50 ms and 30000 ms",
            ));
        }
        Ok(Self {
            integration_id,
            integration_type: kind,
            integration_method: new.integration_method.unwrap_or_else(|| "POST".into()),
            integration_uri: uri,
            connection_type: "INTERNET".into(),
            payload_format_version: format,
            timeout_in_millis: timeout,
            description: new.description,
            function: OnceLock::new(),
        })
    }

    /// The response for what the function answered.
    pub(crate) fn answer(&self, invoked: &Invoked) -> Response {
        let payload = invoked.payload();
        match self.is_format_1() {
            _ if invoked.done.outcome.is_error() => internal_server_error(),
            false => response(payload),
            true => strict_response(&payload, true).unwrap_or_else(internal_server_error),
        }
    }

    pub(crate) fn is_format_1(&self) -> bool {
        self.payload_format_version == "1.0"
    }

    /// The function that it names in a stage with these variables.
    pub(crate) fn function(
        &self,
        variables: &BTreeMap<String, String>,
        place: &Place,
    ) -> ApiResult<Arc<FunctionRef>> {
        if let Some(function) = self.function.get() {
            return Ok(function.clone());
        }
        let function = parse_function(&self.integration_uri, variables, place)?;
        if !varies(&self.integration_uri) {
            let _ = self.function.set(function.clone());
        }
        Ok(function)
    }

    /// Changes what is named, and leaves the rest.
    pub(crate) fn change(&mut self, change: NewIntegration) -> ApiResult<()> {
        *self = Self::new(self.integration_id.clone(), self.changed(change))?;
        Ok(())
    }

    fn changed(&self, change: NewIntegration) -> NewIntegration {
        let or = |new: Option<String>, old: &String| new.or_else(|| Some(old.clone()));
        NewIntegration {
            integration_type: or(change.integration_type, &self.integration_type),
            integration_uri: or(change.integration_uri, &self.integration_uri),
            integration_method: or(change.integration_method, &self.integration_method),
            payload_format_version: or(change.payload_format_version, &self.payload_format_version),
            timeout_in_millis: change.timeout_in_millis.or(Some(self.timeout_in_millis)),
            description: change.description.or_else(|| self.description.clone()),
        }
    }
}
