//! Reserved and provisioned concurrency, and the account's limits.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Query, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    package::MAX_ZIPPED,
    request::{Function, Json},
};
use crate::{
    clock::Moment,
    lambda::{
        model::{ACCOUNT_CONCURRENCY, FunctionRef, Model, Page, Qualifier},
        state::Lambda,
    },
    protocol::{ApiResult, Exception},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Reserve {
    reserved_concurrent_executions: u32,
}

pub(crate) async fn reserve(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(request): Json<Reserve>,
) -> ApiResult<Answer<Value>> {
    if reference.qualifier.is_some() {
        return Err(Exception::invalid_parameter(
            "This operation is permitted on Lambda functions only. Aliases and versions do not \
             support this operation. Please specify either a function name or an unqualified \
             function ARN.",
        ));
    }
    let mut model = lambda.model();
    let function = model.function(&reference);
    let function = function.map_err(|_| model.no_function(&reference.or_latest()))?;
    let others = model.reserved() - function.reserved().unwrap_or(0);
    let count = request.reserved_concurrent_executions;
    model.function_mut(&reference)?.reserve(count, others)?;
    Ok(Answer(json!({ "ReservedConcurrentExecutions": count })))
}

pub(crate) async fn reserved(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let reserved = model.function(&reference)?.reserved();
    Ok(Answer(match reserved {
        Some(count) => json!({ "ReservedConcurrentExecutions": count }),
        None => json!({}),
    }))
}

pub(crate) async fn unreserve(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<StatusCode> {
    lambda.model().function_mut(&reference)?.unreserve();
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Provision {
    provisioned_concurrent_executions: u32,
}

/// The version or alias, which must be there.
fn qualifier(model: &Model, reference: &FunctionRef) -> ApiResult<Qualifier> {
    let function = model
        .function(reference)
        .map_err(|_| model.no_qualified(reference))?;
    let there = match &reference.qualifier {
        None => false,
        Some(Qualifier::Latest) => true,
        Some(Qualifier::Version(number)) => function.version(*number).is_some(),
        Some(Qualifier::Alias(name)) => function.alias(name).is_some(),
    };
    let named = reference.qualifier.clone().filter(|_| there);
    named.ok_or_else(|| model.no_qualified(reference))
}

/// The same where nothing is asked for: `$LATEST` has none.
fn published(model: &Model, reference: &FunctionRef) -> ApiResult<Qualifier> {
    match qualifier(model, reference)? {
        Qualifier::Latest => Err(Exception::invalid_parameter(
            "The function resource provided must be an alias or a published version.",
        )),
        published => Ok(published),
    }
}

pub(crate) async fn provision(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(request): Json<Provision>,
) -> ApiResult<(StatusCode, Answer<Value>)> {
    let count = request.provisioned_concurrent_executions;
    let shown = {
        let mut model = lambda.model();
        let qualifier = qualifier(&model, &reference)?;
        let transition = model.transition(Moment::now());
        let account = (model.unreserved(), model.provisioned_unreserved());
        let function = model.function_mut(&reference)?;
        function.provision(&qualifier, count, account, transition)?
    };
    lambda.start_provisioned();
    Ok((StatusCode::ACCEPTED, Answer(shown)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ProvisionedQuery {
    list: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// One path for two calls: `GetProvisionedConcurrencyConfig` and, with `List=ALL`, the list.
pub(crate) async fn provisioned(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Query(query): Query<ProvisionedQuery>,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let now = Moment::now();
    if query.list.as_deref() != Some("ALL") {
        let qualifier = published(&model, &reference)?;
        let function = model.function(&reference)?;
        return Ok(Answer(function.provisioned(&qualifier)?.describe(now)));
    }
    let function = model.function(&reference)?;
    let entries = function.all_provisioned().map(|(qualifier, provisioned)| {
        let mut shown = provisioned.describe(now);
        shown["FunctionArn"] = json!(format!("{}:{qualifier}", function.arn));
        shown
    });
    let page = Page::cut(entries, query.marker.as_deref(), query.max_items)?;
    Ok(Answer(page.into_value("ProvisionedConcurrencyConfigs")))
}

pub(crate) async fn unprovision(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<StatusCode> {
    let mut model = lambda.model();
    let qualifier = published(&model, &reference)?;
    let function = model.function_mut(&reference)?;
    function.unprovision(&qualifier, Moment::now());
    Ok(StatusCode::NO_CONTENT)
}

/// `GetAccountSettings`, with AWS's default quotas.
pub(crate) async fn account_settings(State(lambda): State<Arc<Lambda>>) -> Answer<Value> {
    let model = lambda.model();
    let snapshots = model.functions().flat_map(|function| function.snapshots());
    let size: u64 = snapshots.map(|snapshot| snapshot.code.size).sum();
    Answer(json!({
        "AccountLimit": {
            "TotalCodeSize": 80_530_636_800_u64,
            "CodeSizeUnzipped": 262_144_000,
            "CodeSizeZipped": MAX_ZIPPED,
            "ConcurrentExecutions": ACCOUNT_CONCURRENCY,
            "UnreservedConcurrentExecutions": model.unreserved(),
        },
        "AccountUsage": { "TotalCodeSize": size, "FunctionCount": model.functions().count() },
    }))
}
