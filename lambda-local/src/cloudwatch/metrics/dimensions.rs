//! The sets of dimensions by which Lambda's metrics are told apart.

use serde::{Deserialize, Serialize};

use super::observation::Observation;

/// What a request asks for: any of Lambda's sets of dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Dimension {
    pub(crate) name: String,
    pub(crate) value: Option<String>,
}

/// The finest set: `Resource` is the function's name with the qualifier that was invoked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) function: String,
    pub(crate) resource: String,
    pub(crate) executed_version: Option<String>,
}

impl Key {
    pub(super) fn new(observation: &Observation<'_>) -> Self {
        let Observation {
            function,
            qualifier,
            executed_version,
            ..
        } = observation;
        Self {
            function: (*function).to_owned(),
            resource: match qualifier {
                Some(qualifier) => format!("{function}:{qualifier}"),
                None => (*function).to_owned(),
            },
            executed_version: executed_version.map(str::to_owned),
        }
    }

    /// The version that ran.
    pub(super) fn version(&self) -> &str {
        let invoked = self.resource.get(self.function.len() + 1..);
        let executed = self.executed_version.as_deref();
        executed.or(invoked).unwrap_or("$LATEST")
    }

    /// Whether this is the series of such an invocation.
    pub(super) fn counts(&self, observation: &Observation<'_>) -> bool {
        let qualifier = self.resource.get(self.function.len() + 1..);
        self.executed_version.as_deref() == observation.executed_version
            && qualifier == observation.qualifier
    }

    /// Whether an invocation of this kind counts under these dimensions. Invocations through an
    /// alias count under the alias, not under the version that ran.
    pub(super) fn has(&self, dimensions: &[Dimension]) -> bool {
        let known = dimensions.iter().all(|dimension| {
            let value = dimension.value.as_deref();
            match dimension.name.as_str() {
                "FunctionName" => value == Some(&self.function),
                "Resource" => value == Some(&self.resource),
                "ExecutedVersion" => value == self.executed_version.as_deref(),
                _ => false,
            }
        });
        known && is_a_set_of_lambdas(dimensions)
    }
}

/// CloudWatch knows only the sets that Lambda sends: any other has no data.
fn is_a_set_of_lambdas(dimensions: &[Dimension]) -> bool {
    let mut names: Vec<&str> = dimensions
        .iter()
        .map(|dimension| dimension.name.as_str())
        .collect();
    names.sort_unstable();
    matches!(
        names.as_slice(),
        [] | ["FunctionName"]
            | ["FunctionName", "Resource"]
            | ["ExecutedVersion", "FunctionName", "Resource"]
    )
}
