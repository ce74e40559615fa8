//! A published version, which never changes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{settling::Settling, snapshot::Snapshot};
use crate::shared;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Version {
    #[serde(with = "shared")]
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) revision: String,
    /// What `$LATEST` was described by: the version itself may have a description of its own. `None`
    /// if it was kept by an older lambda-local.
    #[serde(default)]
    pub(super) latest_description: Option<String>,
    /// Where it was published by the call that made its code, it settles with that.
    #[serde(skip)]
    pub(super) settling: Settling,
}
