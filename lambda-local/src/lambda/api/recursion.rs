//! `PutFunctionRecursionConfig` and `GetFunctionRecursionConfig`, and what is said of code signing,
//! which no function here has.

use std::sync::Arc;

use axum::{Json as Answer, extract::State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::request::{Function, Json};
use crate::{
    lambda::{model::RecursiveLoop, state::Lambda},
    protocol::ApiResult,
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Recursion {
    recursive_loop: RecursiveLoop,
}

pub(crate) async fn put(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(request): Json<Recursion>,
) -> ApiResult<Answer<Recursion>> {
    let mut model = lambda.model();
    model.function_mut(&reference)?.recursive_loop = request.recursive_loop;
    Ok(Answer(request))
}

pub(crate) async fn get(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<Answer<Recursion>> {
    let recursive_loop = lambda.model().function(&reference)?.recursive_loop;
    Ok(Answer(Recursion { recursive_loop }))
}

pub(crate) async fn code_signing(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<Answer<Value>> {
    lambda.model().function(&reference)?;
    Ok(Answer(json!({})))
}

pub(crate) async fn no_code_signing(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<StatusCode> {
    lambda.model().function(&reference)?;
    Ok(StatusCode::NO_CONTENT)
}
