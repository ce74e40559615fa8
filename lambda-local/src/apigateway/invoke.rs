//! How API Gateway invokes a function: as a service, on behalf of a route of an API.

use std::sync::Arc;

use bytes::Bytes;

use super::route_key::RouteKey;
use crate::{
    lambda::{Call, Caller, FunctionRef, Invoked, Lambda, Way},
    place::Place,
    protocol::ApiResult,
};

/// On whose behalf API Gateway invokes.
pub(crate) fn source_arn(place: &Place, api: &str, stage: &str, key: &RouteKey) -> String {
    let (region, account) = (place.region.as_str(), place.account.as_str());
    let route = key.source();
    // Once for each request, hence without `format!`.
    [
        "arn:aws:execute-api:",
        region,
        ":",
        account,
        ":",
        api,
        "/",
        stage,
        "/",
        &route,
    ]
    .concat()
}

/// Invokes what the integration names, if its own policy lets this API do it.
pub(crate) async fn invoke(
    lambda: &Arc<Lambda>,
    function: &Arc<FunctionRef>,
    source_arn: &str,
    event: Bytes,
) -> ApiResult<Invoked> {
    let caller = Caller::Service {
        name: "apigateway.amazonaws.com",
        source_arn,
    };
    let target = lambda.resolve_for(caller, function)?;
    let call = Call::with(event, Way::Http);
    lambda.invoke(target, call).await
}
