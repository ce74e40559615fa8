//! What a configuration's values may be.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::protocol::{ApiResult, Exception};

const MAX_ENVIRONMENT_BYTES: usize = 4096;
const MAX_TAGS: usize = 50;

/// Lambda's own limit below the model's. How AWS words it is not known: as a value of the model's.
pub(super) fn check_most(value: u32, most: u32, member: &str) -> ApiResult<()> {
    if value <= most {
        return Ok(());
    }
    let constraint = format!("Member must have value less than or equal to {most}");
    Err(Exception::validation(
        &value.to_string(),
        member,
        &constraint,
    ))
}

pub(super) fn check_environment(variables: Option<&IndexMap<String, String>>) -> ApiResult<()> {
    let Some(variables) = variables else {
        return Ok(());
    };
    let measured = serde_json::to_string(variables).unwrap_or_default();
    if measured.len() > MAX_ENVIRONMENT_BYTES {
        return Err(Exception::invalid_parameter(format!(
            "Lambda was unable to configure your environment variables because the environment \
             variables you have provided exceeded the 4KB limit. String measured: {measured}"
        )));
    }
    let reserved = variables
        .keys()
        .find(|name| RESERVED.contains(&name.as_str()));
    match reserved {
        Some(name) => Err(Exception::invalid_parameter(format!(
            "Lambda was unable to configure your environment variables because the environment \
             variables you have provided contains reserved keys that are currently not supported \
             for modification. Reserved keys used in this request: {name}"
        ))),
        None => Ok(()),
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html>
pub(crate) fn check_tags(tags: &BTreeMap<String, String>) -> ApiResult<()> {
    match tags.len() {
        0..=MAX_TAGS => Ok(()),
        _ => Err(Exception::invalid_parameter(
            "Number of tags exceeds resource tag limit.",
        )),
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "AWS_EXECUTION_ENV",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_of_an_environment_is_shown_in_the_order_in_which_it_was_sent() {
        let of = |bytes: usize| format!(r#"{{"Z":"{}","A":""}}"#, "v".repeat(bytes));
        let check = |sent: &str| check_environment(serde_json::from_str(sent).ok().as_ref());
        assert!(check(&of(4081)).is_ok());
        let refused = format!("{:?}", check(&of(4082)).unwrap_err());
        assert!(refused.contains(r#"measured: {\"Z\":\""#), "{refused}");
    }
}
