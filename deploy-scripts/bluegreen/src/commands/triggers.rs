//! What invokes the function beside the clients of its API. Without a qualifier it runs `$LATEST`:
//! what is uploaded, before anything of it is released.

use super::resource_policy::ResourcePolicy;
use crate::{alias::AliasHandle, aws::AwsError};

const API_GATEWAY: &str = "apigateway.amazonaws.com";

/// Those that invoke the function itself: event sources, and whom its own policy admits.
pub(super) async fn of_latest(handle: &AliasHandle) -> Result<Vec<String>, AwsError> {
    let lambda = &handle.lambda;
    let (mut found, policy) = tokio::try_join!(lambda.event_sources(None), lambda.policy(None))?;
    found.extend(ResourcePolicy::read(policy.as_deref()).principals);
    Ok(found)
}

/// Those that invoke the alias, and whose requests are no users': event sources, and services that
/// its policy admits.
pub(super) async fn of_alias(handle: &AliasHandle) -> Result<Vec<String>, AwsError> {
    let (lambda, alias) = (&handle.lambda, Some(handle.alias.as_str()));
    let (mut found, policy) = tokio::try_join!(lambda.event_sources(alias), lambda.policy(alias))?;
    let admitted = ResourcePolicy::read(policy.as_deref()).principals;
    let is_service =
        |name: &String| name.contains(".amazonaws.com") && !name.starts_with(API_GATEWAY);
    found.extend(admitted.into_iter().filter(is_service));
    Ok(found)
}
