//! What `init` does not do, why, and what to do in its place.

use std::path::PathBuf;

use serde::Serialize;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Left {
    pub(super) path: PathBuf,
    pub(super) why: String,
    /// Nothing where there is nothing to do.
    pub(super) advice: Option<String>,
}

impl Left {
    pub(super) fn new(path: PathBuf, why: String, advice: String) -> Self {
        Self {
            path,
            why,
            advice: Some(advice),
        }
    }

    /// A file that holds what is needed already.
    pub(super) fn complete(path: PathBuf) -> Self {
        Self {
            path,
            why: "is there, and says all that is needed".to_owned(),
            advice: None,
        }
    }
}
