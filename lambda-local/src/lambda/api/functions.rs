//! `CreateFunction`, `UpdateFunctionCode` and their like: what changes functions.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json as Answer, extract::State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    package::Package,
    request::{Function as FunctionOf, Json},
};
use crate::{
    clock::Moment,
    lambda::{
        model::{
            Architecture, Configuration, ConfigurationChange, Function, FunctionConfiguration,
            FunctionRef, Named, Qualifier, check_tags,
        },
        state::Lambda,
    },
    protocol::{ApiResult, Exception},
};

const MAX_NAME: usize = 64;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateFunction {
    function_name: String,
    #[serde(default)]
    code: Package,
    architectures: Option<Vec<Architecture>>,
    package_type: Option<String>,
    #[serde(default)]
    publish: bool,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(flatten)]
    configuration: ConfigurationChange,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateCode {
    #[serde(flatten)]
    code: Package,
    architectures: Option<Vec<Architecture>>,
    #[serde(default)]
    publish: bool,
    #[serde(default)]
    dry_run: bool,
    revision_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateConfiguration {
    #[serde(flatten)]
    configuration: ConfigurationChange,
    revision_id: Option<String>,
}

pub(crate) async fn create(
    State(lambda): State<Arc<Lambda>>,
    Json(request): Json<CreateFunction>,
) -> ApiResult<(StatusCode, Answer<Value>)> {
    let reference = named(&request.function_name, &lambda)?;
    if request.package_type.is_some_and(|kind| kind != "Zip") {
        return Err(Exception::not_implemented(
            "container images: use package type Zip",
        ));
    }
    let configuration = Configuration::new(
        &reference.name,
        request.architectures.as_deref(),
        request.configuration,
    )?;
    check_tags(&request.tags)?;
    let (code, _in_use) = request.code.store(&lambda).await?;
    let mut model = lambda.model();
    let now = Moment::now();
    let function = model.create(&reference.name, configuration, code, now)?;
    function.tags = request.tags;
    let number = request.publish.then(|| function.publish(None, now));
    let shown = function.describe(number, None, now);
    let shown = shown.map(|shown| shown.of_created(function, now).into_value());
    Ok((StatusCode::CREATED, Answer(shown.unwrap_or_default())))
}

/// A rule of Lambda's own behind the model's, and the same words.
fn named(text: &str, lambda: &Lambda) -> ApiResult<FunctionRef> {
    let account = Named::read(text).and_then(|named| named.account);
    if account.is_some_and(|account| account != lambda.place.account) {
        return Err(Exception::no_access());
    }
    let reference = FunctionRef::parse(text, None, &lambda.place)?;
    match reference.name.len() {
        0..=MAX_NAME => Ok(reference),
        _ => Err(Exception::invalid_parameter(format!(
            "1 validation error detected: Value '{}' at 'functionName' failed to satisfy \
             constraint: Member must have length less than or equal to {MAX_NAME}",
            reference.name
        ))),
    }
}

/// `$LATEST` or a version that was just published, under the function's own ARN.
fn shown(function: &Function, number: Option<u64>, now: Moment) -> Value {
    let shown = function.describe(number, None, now);
    shown
        .map(FunctionConfiguration::into_value)
        .unwrap_or_default()
}

pub(crate) async fn update_code(
    State(lambda): State<Arc<Lambda>>,
    FunctionOf(reference): FunctionOf,
    Json(request): Json<UpdateCode>,
) -> ApiResult<Answer<Value>> {
    lambda.model().function(&reference)?;
    if request.code.is_image() {
        return Err(Exception::invalid_parameter(
            "Please don't provide ImageUri when updating a function with packageType Zip.",
        ));
    }
    let (code, _in_use) = request.code.store(&lambda).await?;
    let mut model = lambda.model();
    let now = Moment::now();
    let transition = model.transition(now);
    let function = model.function_mut(&reference)?;
    function.check_settled(now)?;
    function.check_revision(request.revision_id.as_deref(), now)?;
    let mut configuration = function.latest.configuration.clone();
    if let Some([architecture]) = request.architectures.as_deref() {
        configuration.architecture = *architecture;
    }
    if request.dry_run {
        let mut shown = shown(function, None, now);
        shown["CodeSha256"] = json!(code.sha256);
        shown["CodeSize"] = json!(code.size);
        return Ok(Answer(shown));
    }
    function.change(configuration, code, transition);
    let number = request.publish.then(|| function.publish(None, now));
    Ok(Answer(shown(function, number, now)))
}

pub(crate) async fn update_configuration(
    State(lambda): State<Arc<Lambda>>,
    FunctionOf(reference): FunctionOf,
    Json(request): Json<UpdateConfiguration>,
) -> ApiResult<Answer<Value>> {
    let mut model = lambda.model();
    let now = Moment::now();
    let transition = model.transition(now);
    let function = model.function_mut(&reference)?;
    let configuration = function
        .latest
        .configuration
        .changed(request.configuration)?;
    function.check_settled(now)?;
    function.check_revision(request.revision_id.as_deref(), now)?;
    let code = function.latest.code.clone();
    function.change(configuration, code, transition);
    Ok(Answer(shown(function, None, now)))
}

/// Deletes the function, or one version of it.
pub(crate) async fn delete(
    State(lambda): State<Arc<Lambda>>,
    FunctionOf(reference): FunctionOf,
) -> ApiResult<StatusCode> {
    {
        let mut model = lambda.model();
        match &reference.qualifier {
            None => {
                model.delete(&reference)?;
                lambda.lately.forget(&reference.name);
            }
            Some(Qualifier::Version(number)) => {
                let function = model.function_mut(&reference.unqualified())?;
                function.delete_version(*number, Moment::now())?;
            }
            Some(Qualifier::Latest) => {
                return Err(Exception::invalid_parameter(
                    "$LATEST version cannot be deleted without deleting the function.",
                ));
            }
            Some(Qualifier::Alias(name)) => {
                let function = model.function(&reference.unqualified())?;
                return Err(match function.alias(name) {
                    Some(_) => Exception::invalid_parameter(
                        "Deletion of aliases is not currently supported.",
                    ),
                    None => model.no_function(&reference.unqualified()),
                });
            }
        }
    }
    lambda.code.let_go();
    lambda.tidy_environments();
    Ok(StatusCode::NO_CONTENT)
}
