//! Code and configuration at a moment.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};
use uuid::Uuid;

use super::configuration::Configuration;
use crate::clock::Moment;

/// A function's package, unpacked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Code {
    /// Base64 of the zip's SHA-256, as Lambda shows it.
    pub(crate) sha256: String,
    /// Size of the zip in bytes.
    pub(crate) size: u64,
    /// The folder that holds what was in the zip: the environment's `/var/task`.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

/// Code and configuration together: `$LATEST`, or one published version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    /// Identifies exactly this code with this configuration: execution environments belong to it.
    #[serde(skip, default = "Uuid::new_v4")]
    pub(crate) id: Uuid,
    pub(crate) function: String,
    /// Without a qualifier.
    pub(crate) function_arn: String,
    /// `None` is `$LATEST`.
    pub(crate) number: Option<u64>,
    pub(crate) code: Code,
    pub(crate) configuration: Configuration,
    pub(crate) last_modified: String,
}

impl Snapshot {
    /// `$LATEST` or the number, as the function sees it in `AWS_LAMBDA_FUNCTION_VERSION`.
    pub(crate) fn label(&self) -> String {
        self.number
            .map_or_else(|| "$LATEST".to_owned(), |number| number.to_string())
    }

    /// AWS has an ARN for each version of a runtime. Here a runtime has one version, whose number
    /// is made of its name.
    pub(crate) fn runtime_version_arn(&self) -> String {
        let region = self.function_arn.split(':').nth(3).unwrap_or_default();
        let digest = Sha256::digest(&self.configuration.runtime);
        let id: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("arn:aws:lambda:{region}::runtime:{id}")
    }

    /// When it was made, in seconds since 1970.
    pub(crate) fn modified_second(&self) -> u64 {
        let read = PrimitiveDateTime::parse(&self.last_modified, FORMAT);
        let seconds = read.map_or(0, |date| date.assume_utc().unix_timestamp());
        u64::try_from(seconds).unwrap_or_default()
    }
}

const FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]+0000");

/// As Lambda writes it: `2026-11-23T06:52:59.123+0000`.
pub(super) fn written(moment: Moment) -> String {
    moment.date().format(FORMAT).unwrap_or_default()
}
