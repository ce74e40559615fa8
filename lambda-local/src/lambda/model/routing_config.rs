//! The weights of an alias, as calls give them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::protocol::{ApiResult, Exception};

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all(serialize = "camelCase", deserialize = "PascalCase"),
    default
)]
pub(crate) struct RoutingConfig {
    pub(super) additional_version_weights: BTreeMap<String, f64>,
}

impl RoutingConfig {
    pub(super) fn additional(&self) -> ApiResult<Option<(u64, f64)>> {
        let mut weights = self.additional_version_weights.iter();
        let first = weights.next();
        if weights.next().is_some() {
            return Err(Exception::invalid_parameter(
                "Number of items in AdditionalVersionWeights cannot be greater than 1",
            ));
        }
        // A number too long for any version is a version that is not there.
        Ok(first.map(|(version, weight)| (version.parse().unwrap_or(u64::MAX), *weight)))
    }
}
