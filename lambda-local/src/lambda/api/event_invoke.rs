//! `PutFunctionEventInvokeConfig` and its like: how asynchronous invocations are tried again.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Query, State},
};
use http::StatusCode;
use serde_json::Value;

use super::request::{Function, Json, Paging};
use crate::{
    clock::Moment,
    lambda::{
        model::{EventInvokeChange, Page},
        state::Lambda,
    },
    protocol::ApiResult,
};

pub(crate) async fn put(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(change): Json<EventInvokeChange>,
) -> ApiResult<Answer<Value>> {
    let mut model = lambda.model();
    let shown = model.put_event_invoke(&reference, &change, Moment::now());
    shown.map(Answer)
}

pub(crate) async fn update(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(change): Json<EventInvokeChange>,
) -> ApiResult<Answer<Value>> {
    let mut model = lambda.model();
    let shown = model.update_event_invoke(&reference, &change, Moment::now());
    shown.map(Answer)
}

pub(crate) async fn get(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<Answer<Value>> {
    lambda.model().describe_event_invoke(&reference).map(Answer)
}

pub(crate) async fn delete(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<StatusCode> {
    lambda.model().delete_event_invoke(&reference)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn list(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let entries = model.check_function(&reference)?.event_invokes();
    let page = Page::cut(entries, paging.marker.as_deref(), paging.max_items)?;
    Ok(Answer(page.into_value("FunctionEventInvokeConfigs")))
}
