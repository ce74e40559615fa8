//! `CreateFunctionUrlConfig` and its like: the URL of a function or of an alias.

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
        model::{FunctionUrl, Page, UrlChange},
        state::Lambda,
        url::function_url,
    },
    protocol::ApiResult,
};

fn describe(lambda: &Lambda, arn: &str, url: &FunctionUrl) -> Value {
    url.describe(arn, &function_url(&lambda.address, &url.id))
}

fn describe_written(lambda: &Lambda, arn: &str, url: &FunctionUrl) -> Value {
    url.describe_written(arn, &function_url(&lambda.address, &url.id))
}

pub(crate) async fn create(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(request): Json<UrlChange>,
) -> ApiResult<(StatusCode, Answer<Value>)> {
    let mut model = lambda.model();
    let url = model.create_url(&reference, &request, Moment::now())?;
    let mut shown = describe_written(&lambda, &model.url_owner(&reference)?, &url);
    // What was just made was not modified.
    if let Some(members) = shown.as_object_mut() {
        members.remove("LastModifiedTime");
    }
    Ok((StatusCode::CREATED, Answer(shown)))
}

pub(crate) async fn get(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let url = model.url(&reference)?;
    let arn = model.url_owner(&reference)?;
    Ok(Answer(describe(&lambda, &arn, url)))
}

pub(crate) async fn update(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(request): Json<UrlChange>,
) -> ApiResult<Answer<Value>> {
    let mut model = lambda.model();
    let url = model.update_url(&reference, &request, Moment::now())?;
    let arn = model.url_owner(&reference)?;
    Ok(Answer(describe_written(&lambda, &arn, &url)))
}

pub(crate) async fn delete(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<StatusCode> {
    lambda.model().delete_url(&reference)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn list(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    model.url_owner(&reference.unqualified())?;
    let function = model.function(&reference)?;
    let entries = function.urls().map(|(qualifier, url)| {
        let arn = match qualifier {
            Some(qualifier) => format!("{}:{qualifier}", function.arn),
            None => function.arn.clone(),
        };
        describe(&lambda, &arn, url)
    });
    let page = Page::cut(entries, paging.marker.as_deref(), paging.max_items)?;
    Ok(Answer(page.into_value("FunctionUrlConfigs")))
}
