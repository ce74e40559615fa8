//! What a configuration's values may be.

use std::collections::BTreeMap;

use crate::protocol::{ApiResult, Exception};

const MAX_ENVIRONMENT_BYTES: usize = 4096;
const MAX_TAGS: usize = 50;

pub(super) fn check_role(role: &str) -> ApiResult<()> {
    let parts: Vec<&str> = role.splitn(6, ':').collect();
    let valid = matches!(parts.as_slice(),
        ["arn", partition, "iam", "", account, resource]
            if partition.starts_with("aws")
                && account.len() == 12
                && account.bytes().all(|b| b.is_ascii_digit())
                && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty()));
    if valid {
        return Ok(());
    }
    Err(Exception::validation(
        role,
        "role",
        "Member must satisfy regular expression pattern: \
         arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    ))
}

pub(super) fn check_range(
    value: u32,
    range: std::ops::RangeInclusive<u32>,
    member: &str,
) -> ApiResult<()> {
    let (low, high) = (*range.start(), *range.end());
    let constraint = match value {
        _ if range.contains(&value) => return Ok(()),
        _ if value < low => format!("Member must have value greater than or equal to {low}"),
        _ => format!("Member must have value less than or equal to {high}"),
    };
    Err(Exception::validation(
        &value.to_string(),
        member,
        &constraint,
    ))
}

pub(super) fn check_environment(variables: Option<&BTreeMap<String, String>>) -> ApiResult<()> {
    let Some(variables) = variables else {
        return Ok(());
    };
    let size: usize = variables
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if size > MAX_ENVIRONMENT_BYTES {
        return Err(Exception::invalid_parameter(
            "Lambda was unable to configure your environment variables because the environment \
             variables you have provided exceeded the 4KB limit.",
        ));
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
