//! `CreateAlias`, `GetAlias`, `ListAliases`, `UpdateAlias`, `DeleteAlias`.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde_json::Value;

use super::request::{Function, Json, Paging};
use crate::{
    clock::Moment,
    lambda::{
        model::{Alias, AliasChange, NewAlias, Page, Qualifier},
        state::Lambda,
    },
    protocol::{ApiResult, Exception},
    trail::Moved,
};

type AliasPath = Path<(String, String)>;

pub(crate) async fn create(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(request): Json<NewAlias>,
) -> ApiResult<(StatusCode, Answer<Value>)> {
    let asked = serde_json::to_value(&request).unwrap_or_default();
    let mut model = lambda.model();
    let version = Qualifier::parse(request.version());
    let missing = model.no_function(&reference.at(version));
    let function = model.function_mut(&reference).map_err(|_| missing)?;
    let alias = function.create_alias(request)?;
    let now = Moment::now();
    let event = ("CreateAlias20150331", now);
    record(&lambda, event, (&reference.name, alias), asked);
    Ok((StatusCode::CREATED, Answer(alias.describe_written())))
}

pub(crate) async fn get(
    State(lambda): State<Arc<Lambda>>,
    Path((_, name)): AliasPath,
    Function(reference): Function,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let arn = format!("{}:{name}", model.place.function_arn(&reference.name));
    let missing = || Exception::not_found(format!("Cannot find alias arn: {arn}"));
    let function = model.function(&reference).map_err(|_| missing())?;
    let alias = function.alias(&name).ok_or_else(missing)?;
    Ok(Answer(alias.describe(Moment::now())))
}

pub(crate) async fn list(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let now = Moment::now();
    let wanted = |alias: &Alias| match paging.function_version.as_deref() {
        None => true,
        Some(version) => alias.points_at(version, now),
    };
    let entries = model
        .function(&reference)?
        .aliases()
        .filter(|alias| wanted(alias));
    let page = Page::cut(
        entries.map(|alias| alias.describe(now)),
        paging.marker.as_deref(),
        paging.max_items,
    )?;
    Ok(Answer(page.into_value("Aliases")))
}

pub(crate) async fn update(
    State(lambda): State<Arc<Lambda>>,
    Path((_, name)): AliasPath,
    Function(reference): Function,
    Json(request): Json<AliasChange>,
) -> ApiResult<Answer<Value>> {
    let asked = serde_json::to_value(&request).unwrap_or_default();
    let shown = {
        let mut model = lambda.model();
        let now = Moment::now();
        let transition = model.transition(now);
        let function = model.function_mut(&reference)?;
        let alias = function.update_alias(&name, request, transition)?;
        let event = ("UpdateAlias20150331", now);
        record(&lambda, event, (&reference.name, alias), asked);
        alias.describe_written()
    };
    // What it has of provisioned concurrency moves along.
    lambda.start_provisioned();
    Ok(Answer(shown))
}

pub(crate) async fn delete(
    State(lambda): State<Arc<Lambda>>,
    Path((_, name)): AliasPath,
    Function(reference): Function,
) -> ApiResult<StatusCode> {
    if let Ok(function) = lambda.model().function_mut(&reference) {
        function.delete_alias(&name, Moment::now());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// For CloudTrail, and for the page, which marks the moment.
fn record(
    lambda: &Lambda,
    event: (&'static str, Moment),
    (function, alias): (&str, &Alias),
    asked: Value,
) {
    let (_, now) = event;
    let moved = Moved::new(event, (function, &alias.name), alias.shares(now), asked);
    lambda.trail.record(moved);
}
