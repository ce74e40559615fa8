//! Aliases: a name for a version, or for two of them with a weight.

use std::{collections::BTreeMap, time::Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Clock, Function, Qualifier, new_revision, reference::is_word, routing_config::RoutingConfig,
};
use crate::error::{ApiError, ApiResult};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(crate) name: String,
    arn: String,
    description: String,
    target: Target,
    revision: String,
    /// The version that serves until provisioned concurrency has moved to the new one.
    #[serde(skip)]
    leaving: Option<(u64, Instant)>,
}

/// Where an alias sends its invocations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Target {
    Latest,
    Version {
        number: u64,
        additional: Option<(u64, f64)>,
    },
}

impl Target {
    const fn version(self) -> Option<u64> {
        match self {
            Self::Latest => None,
            Self::Version { number, .. } => Some(number),
        }
    }
}

/// `CreateAlias`'s body.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NewAlias {
    name: Option<String>,
    function_version: Option<String>,
    #[serde(default)]
    description: String,
    routing_config: Option<RoutingConfig>,
}

/// `UpdateAlias`'s body: absent members keep what is there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AliasChange {
    function_version: Option<String>,
    description: Option<String>,
    routing_config: Option<RoutingConfig>,
    revision_id: Option<String>,
}

impl Alias {
    /// Whether the alias sends invocations to this version.
    pub(super) fn uses(&self, version: u64) -> bool {
        match self.shown_target() {
            Target::Latest => false,
            Target::Version { number, additional } => {
                number == version || additional.is_some_and(|(other, _)| other == version)
            }
        }
    }

    /// Whether this is the alias's version or its additional one: a number, or `$LATEST`.
    pub(crate) fn points_at(&self, version: &str) -> bool {
        match version.parse() {
            Ok(number) => self.uses(number),
            Err(_) => version == "$LATEST" && self.target == Target::Latest,
        }
    }

    /// The version that one invocation goes to: the additional version with the probability
    /// of its weight. `None` is `$LATEST`.
    pub(crate) fn pick(&self, random: &mut fastrand::Rng) -> Option<u64> {
        match self.shown_target() {
            Target::Latest => None,
            Target::Version {
                number,
                additional: None,
            } => Some(number),
            Target::Version {
                number,
                additional: Some((other, weight)),
            } => Some(if random.f64() < weight { other } else { number }),
        }
    }

    /// The alias's version without its weights, as `GetFunction` shows it.
    pub(crate) const fn version(&self) -> Option<u64> {
        self.target.version()
    }

    pub(super) const fn is_weighted(&self) -> bool {
        matches!(
            self.target,
            Target::Version {
                additional: Some(_),
                ..
            }
        )
    }

    /// With the weight of 1 that AWS itself gives the old version while provisioned concurrency
    /// moves to the new one.
    fn shown_target(&self) -> Target {
        match (self.target, self.leaving) {
            (
                Target::Version {
                    number,
                    additional: None,
                },
                Some((old, until)),
            ) if Instant::now() < until => Target::Version {
                number,
                additional: Some((old, 1.0)),
            },
            (target, _) => target,
        }
    }

    /// The versions with their shares of the invocations.
    pub(crate) fn shares(&self) -> Vec<(String, f64)> {
        match self.shown_target() {
            Target::Latest => vec![("$LATEST".to_owned(), 1.0)],
            Target::Version { number, additional } => {
                let other = additional.map(|(other, weight)| (other.to_string(), weight));
                let rest = 1.0 - other.as_ref().map_or(0.0, |(_, weight)| *weight);
                std::iter::once((number.to_string(), rest))
                    .chain(other)
                    .collect()
            }
        }
    }

    pub(crate) fn describe(&self) -> Value {
        let mut shown = json!({
            "AliasArn": self.arn,
            "Name": self.name,
            "FunctionVersion": self.version().map_or_else(|| "$LATEST".into(), |n| n.to_string()),
            "Description": self.description,
            "RevisionId": self.revision,
        });
        if let Target::Version {
            additional: Some((number, weight)),
            ..
        } = self.shown_target()
        {
            shown["RoutingConfig"] = json!({
                "AdditionalVersionWeights": { number.to_string(): weight }
            });
        }
        shown
    }
}

impl Function {
    pub(crate) fn alias(&self, name: &str) -> Option<&Alias> {
        self.aliases.get(name)
    }

    pub(crate) fn aliases(&self) -> impl Iterator<Item = &Alias> {
        self.aliases.values()
    }

    pub(crate) fn create_alias(&mut self, new: NewAlias) -> ApiResult<&Alias> {
        let name = new.name.unwrap_or_default();
        check_name(&name)?;
        check_description(&new.description)?;
        let routing = new.routing_config.unwrap_or_default();
        routing.check_values()?;
        let version = new.function_version.unwrap_or_default();
        let target = self.target(&version, &routing)?;
        let arn = format!("{}:{name}", self.arn);
        if self.aliases.contains_key(&name) {
            return Err(ApiError::conflict(format!("Alias already exists: {arn}")));
        }
        let alias = Alias {
            name: name.clone(),
            arn,
            description: new.description,
            target,
            revision: new_revision(),
            leaving: None,
        };
        Ok(self.aliases.entry(name).or_insert(alias))
    }

    pub(crate) fn update_alias(
        &mut self,
        name: &str,
        change: AliasChange,
        clock: &Clock,
    ) -> ApiResult<&Alias> {
        if let Some(description) = &change.description {
            check_description(description)?;
        }
        if let Some(routing) = &change.routing_config {
            routing.check_values()?;
        }
        let arn = self.arn.clone();
        let missing = || ApiError::not_found(format!("Alias not found: {arn}:{name}"));
        let current = self.aliases.get(name).ok_or_else(missing)?;
        if change
            .revision_id
            .as_ref()
            .is_some_and(|given| *given != current.revision)
        {
            return Err(ApiError::precondition_failed("GetFunction/GetAlias"));
        }
        let shown = current
            .version()
            .map_or_else(|| "$LATEST".into(), |n| n.to_string());
        let version = change.function_version.unwrap_or(shown);
        // A call that names only the version leaves the weights as they are.
        let routing = change.routing_config.unwrap_or_else(|| current.routing());
        let target = self.target(&version, &routing)?;
        let (before, still_leaving) = (current.version(), current.leaving);
        self.check_movable(name, target.version())?;
        let leaving = match before.filter(|_| target.version() != before) {
            Some(old) => self.move_provisioned(name, clock).map(|until| (old, until)),
            None => still_leaving,
        };
        let current = self.aliases.get(name).ok_or_else(missing)?;
        let updated = Alias {
            leaving,
            description: change
                .description
                .unwrap_or_else(|| current.description.clone()),
            target,
            revision: new_revision(),
            ..current.clone()
        };
        let entry = self.aliases.entry(name.to_owned());
        Ok(entry.insert_entry(updated).into_mut())
    }

    /// Deletes the alias with all that belongs to it. Deleting one that is not there succeeds, as on AWS.
    pub(crate) fn delete_alias(&mut self, name: &str) {
        self.aliases.remove(name);
        let qualifier = Qualifier::Alias(name.to_owned());
        self.remove_policy(Some(&qualifier));
        self.provisioned.remove(&qualifier);
        self.urls.remove(&Some(qualifier));
    }

    fn target(&self, version: &str, routing: &RoutingConfig) -> ApiResult<Target> {
        let additional = routing.additional()?;
        if version == "$LATEST" {
            return match additional {
                None => Ok(Target::Latest),
                Some(_) => Err(ApiError::invalid_parameter(
                    "$LATEST is not supported for an alias pointing to more than 1 version",
                )),
            };
        }
        let number = version.parse::<u64>().map_err(|_| {
            ApiError::validation(
                version,
                "functionVersion",
                "Member must satisfy regular expression pattern: (\\$LATEST|[0-9]+)",
            )
        })?;
        if additional.is_some_and(|(other, _)| other == number) {
            return Err(ApiError::invalid_parameter(format!(
                "Invalid function version {number}. Function version {number} is already \
                 included in routing configuration."
            )));
        }
        for needed in std::iter::once(number).chain(additional.map(|(other, _)| other)) {
            if self.version(needed).is_none() {
                let arn = &self.arn;
                return Err(ApiError::not_found(format!(
                    "Function not found: {arn}:{needed}"
                )));
            }
        }
        Ok(Target::Version { number, additional })
    }
}

impl Alias {
    fn routing(&self) -> RoutingConfig {
        let additional_version_weights = match self.target {
            Target::Version {
                additional: Some((number, weight)),
                ..
            } => BTreeMap::from([(number.to_string(), weight)]),
            _ => BTreeMap::new(),
        };
        RoutingConfig {
            additional_version_weights,
        }
    }
}

fn check_name(name: &str) -> ApiResult<()> {
    if is_word(name, 128) && !name.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(ApiError::validation(
        name,
        "name",
        "Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
    ))
}

fn check_description(description: &str) -> ApiResult<()> {
    if description.chars().count() <= 256 {
        return Ok(());
    }
    let constraint = "Member must have length less than or equal to 256";
    Err(ApiError::validation(description, "description", constraint))
}
