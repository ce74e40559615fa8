//! `AddPermission`, `GetPolicy`, `RemovePermission`: the policy of a function, or of one of its
//! versions or aliases.

use std::sync::Arc;

use axum::{
    Json as Answer,
    extract::{Path, Query, State},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::request::{Function, Json};
use crate::{
    lambda::{
        model::{Function as FunctionModel, FunctionRef, Model, NewPermission, Qualifier},
        state::Lambda,
    },
    protocol::{ApiResult, Exception},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RemoveQuery {
    revision_id: Option<String>,
}

const NOTHING: &str = "The resource you requested does not exist.";

/// The ARN of what the policy belongs to.
fn resource(model: &Model, reference: &FunctionRef) -> ApiResult<String> {
    let function = model.function(reference)?;
    let exists = match &reference.qualifier {
        None => return Ok(function.arn.clone()),
        Some(Qualifier::Latest) => {
            return Err(Exception::invalid_parameter(
                "We currently do not support adding policies for $LATEST.",
            ));
        }
        Some(Qualifier::Version(number)) => function.version(*number).is_some(),
        Some(Qualifier::Alias(name)) => function.alias(name).is_some(),
    };
    match &reference.qualifier {
        Some(qualifier) if exists => Ok(format!("{}:{qualifier}", function.arn)),
        _ => Err(model.no_qualified(reference)),
    }
}

pub(crate) async fn add(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(request): Json<NewPermission>,
) -> ApiResult<(StatusCode, Answer<Value>)> {
    let mut model = lambda.model();
    model.function(&reference.unqualified())?;
    let resource = resource(&model, &reference)?;
    let function = model.function_mut(&reference)?;
    let alias_revision = alias_revision(function, &reference);
    let policy = function.policy_mut(reference.qualifier.as_ref());
    let statement = policy.add(request, &resource, alias_revision.as_deref())?;
    Ok((
        StatusCode::CREATED,
        Answer(json!({ "Statement": statement.to_string() })),
    ))
}

fn alias_revision(function: &FunctionModel, reference: &FunctionRef) -> Option<String> {
    match &reference.qualifier {
        Some(Qualifier::Alias(name)) => Some(function.alias(name)?.revision().to_owned()),
        _ => None,
    }
}

pub(crate) async fn get(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let missing = || Exception::not_found(NOTHING);
    let function = model.function(&reference).map_err(|_| missing())?;
    let policy = function
        .policy(reference.qualifier.as_ref())
        .filter(|policy| !policy.is_empty())
        .ok_or_else(missing)?;
    Ok(Answer(json!({
        "Policy": policy.document().to_string(),
        "RevisionId": policy.revision,
    })))
}

pub(crate) async fn remove(
    State(lambda): State<Arc<Lambda>>,
    Path((_, statement)): Path<(String, String)>,
    Query(query): Query<RemoveQuery>,
    Function(reference): Function,
) -> ApiResult<StatusCode> {
    let mut model = lambda.model();
    if model.function(&reference).is_err() {
        let arn = model.place.function_arn(&reference.name);
        return Err(Exception::not_found(format!("No policy found for: {arn}")));
    }
    resource(&model, &reference)?;
    let qualifier = reference.qualifier.as_ref();
    let function = model.function_mut(&reference)?;
    let policy = function.policy_mut(qualifier);
    policy.check_revision(query.revision_id.as_deref())?;
    policy.remove(&statement)?;
    if policy.is_empty() {
        function.remove_policy(qualifier);
    }
    Ok(StatusCode::NO_CONTENT)
}
