//! Aliases: a name for a version, or for two of them with a weight.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{provisioned::Provisioned, routing_config::RoutingConfig};
use crate::clock::Moment;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(crate) name: String,
    pub(super) arn: String,
    pub(super) description: String,
    pub(super) target: Target,
    pub(super) revision: String,
    /// The version that serves until provisioned concurrency has moved to the new one.
    #[serde(skip)]
    pub(super) leaving: Option<(u64, Provisioned)>,
}

/// Where an alias sends its invocations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum Target {
    Latest,
    Version {
        number: u64,
        additional: Option<(u64, f64)>,
    },
}

impl Target {
    pub(super) const fn version(self) -> Option<u64> {
        match self {
            Self::Latest => None,
            Self::Version { number, .. } => Some(number),
        }
    }
}

impl Alias {
    /// Whether the alias sends invocations to this version.
    pub(super) fn uses(&self, version: u64, now: Moment) -> bool {
        match self.shown_target(now) {
            Target::Latest => false,
            Target::Version { number, additional } => {
                number == version || additional.is_some_and(|(other, _)| other == version)
            }
        }
    }

    /// Whether this is the alias's version or its additional one: a number, or `$LATEST`.
    pub(crate) fn points_at(&self, version: &str, now: Moment) -> bool {
        match version.parse() {
            Ok(number) => self.uses(number, now),
            Err(_) => version == "$LATEST" && self.target == Target::Latest,
        }
    }

    /// The version that one invocation goes to: the additional version with the probability
    /// of its weight. `None` is `$LATEST`.
    pub(crate) fn pick(&self, random: &mut fastrand::Rng, now: Moment) -> Option<u64> {
        match self.shown_target(now) {
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

    pub(crate) fn revision(&self) -> &str {
        &self.revision
    }

    pub(crate) fn description(&self) -> &str {
        &self.description
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

    /// The version that gets what no weight sends elsewhere: until provisioned concurrency has
    /// moved with the alias, the one that it leaves; for good, where the new one does not start.
    pub(super) fn serving(&self, now: Moment) -> Option<u64> {
        match &self.leaving {
            Some((old, moving)) if moving.allocated(now) != Some(true) => Some(*old),
            _ => self.version(),
        }
    }

    /// With the weight of 1 that AWS itself gives the old version while provisioned concurrency
    /// moves to the new one.
    fn shown_target(&self, now: Moment) -> Target {
        match (self.target, self.serving(now)) {
            (
                Target::Version {
                    number,
                    additional: None,
                },
                Some(old),
            ) if old != number => Target::Version {
                number,
                additional: Some((old, 1.0)),
            },
            (target, _) => target,
        }
    }

    /// The versions with their shares of the invocations.
    pub(crate) fn shares(&self, now: Moment) -> Vec<(String, f64)> {
        match self.shown_target(now) {
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

    pub(crate) fn describe(&self, now: Moment) -> Value {
        self.shown(self.shown_target(now))
    }

    /// What the call that wrote it answers: as asked for, whatever moves along meanwhile.
    pub(crate) fn describe_written(&self) -> Value {
        self.shown(self.target)
    }

    fn shown(&self, target: Target) -> Value {
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
        } = target
        {
            shown["RoutingConfig"] = json!({
                "AdditionalVersionWeights": { number.to_string(): weight }
            });
        }
        shown
    }

    pub(super) fn routing(&self) -> RoutingConfig {
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
