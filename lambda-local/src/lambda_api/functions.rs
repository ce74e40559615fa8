//! `CreateFunction`, `GetFunction`, `ListFunctions`, `UpdateFunctionCode` and their like.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json as Answer,
    extract::{Query, State},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Function, Json, Paging};
use crate::{
    error::{ApiError, ApiResult},
    lambda::Lambda,
    model::{
        Architecture, Code, Configuration, ConfigurationChange, FunctionConfiguration, FunctionRef,
        Model, Page, Qualifier,
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateFunction {
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
pub(super) struct UpdateCode {
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
pub(super) struct UpdateConfiguration {
    #[serde(flatten)]
    configuration: ConfigurationChange,
    revision_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Package {
    zip_file: Option<String>,
    s3_bucket: Option<String>,
    image_uri: Option<String>,
}

impl Package {
    /// Unpacks the zip on a thread that may block.
    async fn store(self, lambda: &Arc<Lambda>) -> ApiResult<Code> {
        if self.s3_bucket.is_some() {
            return Err(ApiError::not_implemented(
                "packages from S3: send the zip as ZipFile",
            ));
        }
        if self.image_uri.is_some() {
            return Err(ApiError::not_implemented(
                "container images: send a zip as ZipFile",
            ));
        }
        let text = self.zip_file.ok_or_else(|| {
            ApiError::invalid_parameter("Please provide a source for function code.")
        })?;
        let zip = BASE64_STANDARD.decode(text).map_err(|error| {
            ApiError::serialization(format!("ZipFile is not valid base64: {error}"))
        })?;
        let lambda = lambda.clone();
        tokio::task::spawn_blocking(move || lambda.code.add(&zip))
            .await
            .map_err(|error| ApiError::service(format!("failed to unpack the package: {error}")))?
    }
}

pub(super) async fn create(
    State(lambda): State<Arc<Lambda>>,
    Json(request): Json<CreateFunction>,
) -> ApiResult<(StatusCode, Answer<Value>)> {
    let reference = FunctionRef::parse(&request.function_name, None, &lambda.place)?;
    if request.package_type.is_some_and(|kind| kind != "Zip") {
        return Err(ApiError::not_implemented(
            "container images: use package type Zip",
        ));
    }
    let configuration = Configuration::new(
        &reference.name,
        request.architectures.as_deref(),
        request.configuration,
    )?;
    let code = request.code.store(&lambda).await?;
    let mut model = lambda.model();
    let function = model.create(&reference.name, configuration, code)?;
    function.tags = request.tags;
    let number = request.publish.then(|| function.publish(None));
    let shown = function
        .describe(number, None)
        .map(FunctionConfiguration::into_value);
    Ok((StatusCode::CREATED, Answer(shown.unwrap_or_default())))
}

pub(super) async fn get(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let configuration = describe(&model, &reference)?.into_value();
    let function = model.function(&reference)?;
    let mut shown = json!({
        "Configuration": configuration,
        // AWS adds a link to download the zip, which is not kept here.
        "Code": { "RepositoryType": "S3" },
    });
    if !function.tags.is_empty() {
        shown["Tags"] = json!(function.tags);
    }
    Ok(Answer(shown))
}

pub(super) async fn get_configuration(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    Ok(Answer(describe(&model, &reference)?.into_value()))
}

/// The configuration of what the reference means: for an alias, its version's under its ARN.
fn describe(model: &Model, reference: &FunctionRef) -> ApiResult<FunctionConfiguration> {
    let function = model.function(reference)?;
    let number = match &reference.qualifier {
        None | Some(Qualifier::Latest) => None,
        Some(Qualifier::Version(number)) => Some(*number),
        Some(Qualifier::Alias(name)) => {
            let alias = function.alias(name);
            alias.ok_or_else(|| model.no_function(reference))?.version()
        }
    };
    let described = function.describe(number, reference.qualifier.as_ref());
    described.ok_or_else(|| model.no_function(reference))
}

pub(super) async fn list(
    State(lambda): State<Arc<Lambda>>,
    Query(paging): Query<Paging>,
) -> ApiResult<Answer<Value>> {
    let model = lambda.model();
    let all_versions = paging.function_version.as_deref() == Some("ALL");
    let entries = model.functions().flat_map(|function| {
        let numbers = function.snapshots().map(|snapshot| snapshot.number);
        let wanted = numbers.take(if all_versions { usize::MAX } else { 1 });
        wanted.filter_map(move |number| match number {
            None if !all_versions => function
                .list_entry(None)
                .map(|entry| entry.with_arn(&function.arn)),
            number => function.list_entry(number),
        })
    });
    let page = Page::cut(entries, paging.marker.as_deref(), paging.max_items)?;
    Ok(Answer(page.into_value("Functions")))
}

pub(super) async fn update_code(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(request): Json<UpdateCode>,
) -> ApiResult<Answer<Value>> {
    lambda.model().function(&reference)?;
    let code = request.code.store(&lambda).await?;
    let mut model = lambda.model();
    let clock = model.clock.clone();
    let function = model.function_mut(&reference)?;
    function.check_settled()?;
    function.check_revision(request.revision_id.as_deref())?;
    let mut configuration = function.latest.configuration.clone();
    if let Some([architecture]) = request.architectures.as_deref() {
        configuration.architecture = *architecture;
    }
    if request.dry_run {
        let mut shown = function
            .describe(None, None)
            .map(FunctionConfiguration::into_value);
        if let Some(shown) = &mut shown {
            shown["CodeSha256"] = json!(code.sha256);
            shown["CodeSize"] = json!(code.size);
        }
        return Ok(Answer(shown.unwrap_or_default()));
    }
    function.change(configuration, code, &clock);
    let number = request.publish.then(|| function.publish(None));
    let shown = function
        .describe(number, None)
        .map(FunctionConfiguration::into_value);
    Ok(Answer(shown.unwrap_or_default()))
}

pub(super) async fn update_configuration(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
    Json(request): Json<UpdateConfiguration>,
) -> ApiResult<Answer<Value>> {
    let mut model = lambda.model();
    let clock = model.clock.clone();
    let function = model.function_mut(&reference)?;
    let configuration = function
        .latest
        .configuration
        .changed(request.configuration)?;
    function.check_settled()?;
    function.check_revision(request.revision_id.as_deref())?;
    let code = function.latest.code.clone();
    function.change(configuration, code, &clock);
    let shown = function
        .describe(None, None)
        .map(FunctionConfiguration::into_value);
    Ok(Answer(shown.unwrap_or_default()))
}

/// Deletes the function, or one version of it.
pub(super) async fn delete(
    State(lambda): State<Arc<Lambda>>,
    Function(reference): Function,
) -> ApiResult<StatusCode> {
    {
        let mut model = lambda.model();
        match &reference.qualifier {
            None => model.delete(&reference)?,
            Some(Qualifier::Version(number)) => {
                model.function_mut(&reference)?.delete_version(*number)?;
            }
            Some(Qualifier::Latest) => {
                return Err(ApiError::invalid_parameter(
                    "$LATEST version cannot be deleted without deleting the function.",
                ));
            }
            Some(Qualifier::Alias(name)) => {
                return Err(ApiError::validation(
                    name,
                    "qualifier",
                    "Member must satisfy regular expression pattern: [0-9]+",
                ));
            }
        }
    }
    lambda.tidy_environments();
    Ok(StatusCode::NO_CONTENT)
}
