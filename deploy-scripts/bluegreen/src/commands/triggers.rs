//! What invokes the function beside the clients of its API. Without a qualifier it runs `$LATEST`:
//! what is uploaded, before anything of it is released.

use super::resource_policy::ResourcePolicy;
use crate::{alias::AliasHandle, aws::AwsError};

const API_GATEWAY: &str = "apigateway.amazonaws.com";

/// Those that invoke the function itself: event sources, and whom its own policy admits.
pub(super) async fn of_latest(handle: &AliasHandle) -> Result<Vec<String>, AwsError> {
    let lambda = &handle.lambda;
    let (mut found, policy) = tokio::try_join!(lambda.event_sources(None), lambda.policy(None))?;
    let admitted = ResourcePolicy::read(policy.as_deref()).invokers.into_iter();
    let function = format!(":function:{}", handle.function);
    // An emulator lists what the aliases admit, too.
    let of_latest = admitted.filter(|one| one.resource.ends_with(&function));
    found.extend(of_latest.map(|one| one.name));
    Ok(found)
}

/// Those that invoke the alias, and whose requests are no users': event sources, and services that
/// its policy admits.
pub(super) async fn of_alias(handle: &AliasHandle) -> Result<Vec<String>, AwsError> {
    let (lambda, alias) = (&handle.lambda, Some(handle.alias.as_str()));
    let (mut found, policy) = tokio::try_join!(lambda.event_sources(alias), lambda.policy(alias))?;
    let admitted = ResourcePolicy::read(policy.as_deref()).invokers.into_iter();
    let is_service =
        |name: &String| name.contains(".amazonaws.com") && !name.starts_with(API_GATEWAY);
    found.extend(admitted.map(|one| one.name).filter(is_service));
    Ok(found)
}
