//! The log group that a call is about, named by its name or by its ARN.

use serde::Deserialize;

use crate::{
    logs::Logs,
    place::Place,
    protocol::{ApiResult, Exception},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfGroup {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
}

impl OfGroup {
    /// # Errors
    /// If there is not exactly one of the two.
    pub(super) fn name(&self, logs: &Logs) -> ApiResult<String> {
        match (&self.log_group_name, &self.log_group_identifier) {
            (Some(name), None) => Ok(name.clone()),
            (None, Some(identifier)) => Ok(name_of(&logs.place, identifier).to_owned()),
            // AWS's rule; the words are ours.
            _ => Err(invalid(
                "give either logGroupName or logGroupIdentifier, and not both",
            )),
        }
    }
}

/// The ARN of another region or account stays what it is: there is no group of this name.
pub(super) fn name_of<'a>(place: &Place, identifier: &'a str) -> &'a str {
    let name = identifier.strip_prefix(&place.log_group_arn(""));
    name.map_or(identifier, |name| name.strip_suffix(":*").unwrap_or(name))
}

pub(super) fn missing_group() -> Exception {
    let text = "The specified log group does not exist.";
    Exception::new("ResourceNotFoundException", 400, text)
}

pub(super) fn invalid(text: impl Into<String>) -> Exception {
    Exception::new("InvalidParameterException", 400, text)
}
