//! `PublishVersion` and `ListVersionsByFunction`.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Query, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::request::{Function, Json, Paging};
use crate::{
    clock::Moment,
    lambda::{
        model::{FunctionConfiguration, Page, Qualifier},
        state::Lambda,
    },
    protocol::{ApiResult, Exception},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Publish {
    code_sha256: Option<String>,
    description: Option<String>,
    revision_id: Option<String>,
}

pub(crate) async fn publish(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(request): Json<Publish>,
) -> ApiResult<(StatusCode, Answer<Value>)> {
    let mut model = lambda.model();
    let now = Moment::now();
    let function = model.function_mut(&reference)?;
    function.check_settled(now)?;
    function.check_revision(request.revision_id.as_deref(), now)?;
    let current = &function.latest.code.sha256;
    if let Some(expected) = request.code_sha256.filter(|expected| expected != current) {
        return Err(Exception::invalid_parameter(format!(
            "CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({current}). \
             Please try again with the CodeSHA256 in $LATEST."
        )));
    }
    let description = request.description.filter(|text| !text.is_empty());
    let number = function.publish(description, now);
    let shown = function.describe(Some(number), Some(&Qualifier::Version(number)), now);
    let shown = shown
        .map(FunctionConfiguration::into_value)
        .unwrap_or_default();
    Ok((StatusCode::CREATED, Answer(shown)))
}

pub(crate) async fn list(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let function = model.function(&reference)?;
    let now = Moment::now();
    let entries = function
        .snapshots()
        .filter_map(|snapshot| function.list_entry(snapshot.number, now));
    let page = Page::cut(entries, paging.marker.as_deref(), paging.max_items)?;
    Ok(Answer(page.into_value("Versions")))
}
