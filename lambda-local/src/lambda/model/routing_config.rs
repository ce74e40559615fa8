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
    /// What the service's model refuses, before any rule of the service.
    pub(super) fn check_values(&self) -> ApiResult<()> {
        let weights = &self.additional_version_weights;
        let refuse = |constraint: &str| {
            let entries: Vec<String> = weights
                .iter()
                .map(|(version, weight)| format!("{version}={weight:?}"))
                .collect();
            Err(Exception::validation(
                &format!("{{{}}}", entries.join(", ")),
                "routingConfig.additionalVersionWeights",
                constraint,
            ))
        };
        if weights
            .keys()
            .any(|key| key.is_empty() || !key.bytes().all(|b| b.is_ascii_digit()))
        {
            return refuse(
                "Map keys must satisfy constraint: [Member must have length less than or equal \
                 to 1024, Member must have length greater than or equal to 1, Member must satisfy \
                 regular expression pattern: [0-9]+]",
            );
        }
        if weights.values().any(|weight| !(0.0..=1.0).contains(weight)) {
            return refuse(
                "Map value must satisfy constraint: [Member must have value less than or equal \
                 to 1.0, Member must have value greater than or equal to 0.0]",
            );
        }
        Ok(())
    }

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
