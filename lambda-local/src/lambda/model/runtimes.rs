//! The runtimes that AWS takes for functions that are created or updated, as it was recorded.

use crate::protocol::{ApiResult, Exception};

/// In the order in which AWS lists them.
const RUNTIMES: [&str; 25] = [
    "nodejs20.x",
    "python3.14",
    "provided.al2023",
    "python3.12",
    "python3.13",
    "nodejs24.x",
    "nodejs22.x",
    "java25",
    "python3.10",
    "python3.11",
    "java21",
    "ruby3.3",
    "ruby3.4",
    "ruby3.2",
    "python3.8",
    "python3.9",
    "java17",
    "nodejs16.x",
    "dotnet10",
    "dotnet8",
    "java11",
    "dotnet6",
    "nodejs18.x",
    "provided.al2",
    "java8.al2",
];
const DEPRECATED: [&str; 8] = [
    "java8",
    "go1.x",
    "provided",
    "ruby2.7",
    "nodejs14.x",
    "nodejs12.x",
    "python3.7",
    "dotnetcore3.1",
];

pub(super) fn check_runtime(name: &str) -> ApiResult<()> {
    if RUNTIMES.contains(&name) {
        return Ok(());
    }
    Err(Exception::invalid_parameter(
        match DEPRECATED.contains(&name) {
            true => format!(
                "The runtime parameter of {name} is no longer supported for creating or updating AWS \
             Lambda functions. We recommend you use a supported runtime while creating or updating \
             functions."
            ),
            false => format!(
                "Value {name} at 'runtime' failed to satisfy constraint: Member must satisfy enum value \
             set: [{}] or be a valid ARN",
                RUNTIMES.join(", ")
            ),
        },
    ))
}
