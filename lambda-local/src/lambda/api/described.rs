//! `GetFunction`, `ListFunctions` and their like: what functions are.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Query, State},
};
use serde_json::{Value, json};

use super::request::{Function as FunctionOf, Paging};
use crate::{
    clock::Moment,
    lambda::{
        model::{Function, FunctionConfiguration, FunctionRef, Model, Page, Qualifier},
        state::Lambda,
    },
    protocol::ApiResult,
};

pub(crate) async fn get(
    State(lambda): State<Arc<Lambda>>,
    FunctionOf(reference): FunctionOf,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let function = model.function(&reference)?;
    let number = number_of(&model, function, &reference)?;
    let snapshot = number.map_or(Some(&function.latest), |number| function.version(number));
    let snapshot = snapshot.ok_or_else(|| model.no_function(&reference))?;
    let mut shown = json!({
        "Configuration": function.describe(number, reference.qualifier.as_ref(), Moment::now()),
        "Code": super::package::describe(&lambda, &snapshot.code.folder),
    });
    if !function.tags.is_empty() {
        shown["Tags"] = json!(function.tags);
    }
    Ok(Answer(shown))
}

pub(crate) async fn get_configuration(
    State(lambda): State<Arc<Lambda>>,
    FunctionOf(reference): FunctionOf,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    Ok(Answer(describe(&model, &reference)?.into_value()))
}

pub(crate) async fn list(
    State(lambda): State<Arc<Lambda>>,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let all_versions = paging.function_version.as_deref() == Some("ALL");
    let now = Moment::now();
    let entries = model.functions().flat_map(|function| {
        let numbers = function.snapshots().map(|snapshot| snapshot.number);
        let wanted = numbers.take(if all_versions { usize::MAX } else { 1 });
        wanted.filter_map(move |number| match number {
            None if !all_versions => function
                .list_entry(None, now)
                .map(|entry| entry.with_arn(&function.arn)),
            number => function.list_entry(number, now),
        })
    });
    let page = Page::cut(entries, paging.marker.as_deref(), paging.max_items)?;
    Ok(Answer(page.into_value("Functions")))
}

/// The configuration of what the reference means: for an alias, its version's under its ARN.
fn describe(model: &Model, reference: &FunctionRef) -> ApiResult<FunctionConfiguration> {
    let function = model.function(reference)?;
    let number = number_of(model, function, reference)?;
    let described = function.describe(number, reference.qualifier.as_ref(), Moment::now());
    described.ok_or_else(|| model.no_function(reference))
}

/// The version that is meant; `None` is `$LATEST`.
fn number_of(
    model: &Model,
    function: &Function,
    reference: &FunctionRef,
) -> ApiResult<Option<u64>> {
    match &reference.qualifier {
        None | Some(Qualifier::Latest) => Ok(None),
        Some(Qualifier::Version(number)) => Ok(Some(*number)),
        Some(Qualifier::Alias(name)) => {
            let alias = function.alias(name);
            Ok(alias.ok_or_else(|| model.no_function(reference))?.version())
        }
    }
}

/// There are no queues and streams here, and so no mappings of any.
pub(crate) async fn list_event_sources() -> Answer<Value> {
    Answer(json!({ "EventSourceMappings": [] }))
}
