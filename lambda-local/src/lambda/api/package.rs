//! Packages: what a call brings, and what `GetFunction` leads to.

use std::{path::Path, sync::Arc};

use axum::extract::{Path as PathOf, State};
use axum::response::{IntoResponse, Response};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::header;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    lambda::{
        model::Code,
        packages::{Use, package_of},
        state::Lambda,
    },
    protocol::{ApiResult, Exception},
};

/// The path under which packages are downloaded: `/_aws/lambda-code/{hash}`.
const LAMBDA_CODE: &str = "/_aws/lambda-code/";

/// The largest package that a call may bring, in bytes.
pub(super) const MAX_ZIPPED: usize = 52_428_800;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Package {
    zip_file: Option<String>,
    s3_bucket: Option<String>,
    image_uri: Option<String>,
}

impl Package {
    pub(super) const fn is_image(&self) -> bool {
        self.image_uri.is_some()
    }

    /// Unpacks the zip on a thread that may block. It stays as long as the use, which is to end when
    /// a version names it.
    pub(crate) async fn store(self, lambda: &Arc<Lambda>) -> ApiResult<(Code, Use)> {
        if self.s3_bucket.is_some() {
            return Err(Exception::not_implemented(
                "packages from S3: send the zip as ZipFile",
            ));
        }
        if self.image_uri.is_some() {
            return Err(Exception::not_implemented(
                "container images: send a zip as ZipFile",
            ));
        }
        let text = self.zip_file.ok_or_else(|| {
            Exception::invalid_parameter("Please provide a source for function code.")
        })?;
        let zip = BASE64_STANDARD.decode(text).map_err(|error| {
            Exception::serialization(format!("ZipFile is not valid base64: {error}"))
        })?;
        if zip.len() > MAX_ZIPPED {
            return Err(Exception::zip_too_large(MAX_ZIPPED));
        }
        let lambda = lambda.clone();
        tokio::task::spawn_blocking(move || lambda.code.add(&zip))
            .await
            .map_err(|error| Exception::service(format!("failed to unpack the package: {error}")))?
    }
}

/// `GetFunction`'s `Code`. AWS's link leads to S3 and works for ten minutes; this one does as long
/// as a version has the code.
pub(crate) fn describe(lambda: &Lambda, folder: &Path) -> Value {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut shown = json!({ "RepositoryType": "S3" });
    // A data folder of an earlier version has none.
    if package_of(folder).exists() {
        shown["Location"] = json!(format!("{}{LAMBDA_CODE}{name}", lambda.address));
    }
    shown
}

pub(crate) async fn download(
    State(lambda): State<Arc<Lambda>>,
    PathOf(name): PathOf<String>,
) -> ApiResult<Response> {
    let read = tokio::task::spawn_blocking(move || lambda.code.package(&name));
    let read = read
        .await
        .map_err(std::io::Error::other)
        .and_then(|read| read);
    let package = read.map_err(|error| Exception::service(error.to_string()))?;
    let package = package.ok_or_else(|| Exception::not_found("there is no such package"))?;
    let kind = [(header::CONTENT_TYPE, "application/zip")];
    Ok((kind, package).into_response())
}
