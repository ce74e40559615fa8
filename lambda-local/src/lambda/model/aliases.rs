//! A function's aliases: made, moved and deleted by AWS's rules.

use serde::{Deserialize, Serialize};

use super::{
    alias::{Alias, Target},
    function::Function,
    provisioned::Provisioned,
    reference::Qualifier,
    revision::new_revision,
    routing_config::RoutingConfig,
    settling::Transition,
};
use crate::{
    clock::Moment,
    protocol::{ApiResult, Exception},
};

/// `CreateAlias`'s body; CloudTrail writes it with small letters.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase", deserialize = "PascalCase"))]
pub(crate) struct NewAlias {
    name: Option<String>,
    function_version: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    routing_config: Option<RoutingConfig>,
}

/// `UpdateAlias`'s body, as [`NewAlias`]: absent members keep what is there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase", deserialize = "PascalCase"))]
pub(crate) struct AliasChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    function_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    routing_config: Option<RoutingConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_id: Option<String>,
}

impl NewAlias {
    pub(crate) fn version(&self) -> &str {
        self.function_version.as_deref().unwrap_or_default()
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
        let routing = new.routing_config.unwrap_or_default();
        let version = new.function_version.unwrap_or_default();
        let target = self.target(&version, &routing)?;
        let arn = format!("{}:{name}", self.arn);
        if self.aliases.contains_key(&name) {
            return Err(Exception::conflict(format!("Alias already exists: {arn}")));
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
        transition: Transition,
    ) -> ApiResult<&Alias> {
        let arn = self.arn.clone();
        let missing = || Exception::not_found(format!("Alias not found: {arn}:{name}"));
        let current = self.aliases.get(name).ok_or_else(missing)?;
        if change
            .revision_id
            .as_ref()
            .is_some_and(|given| *given != current.revision)
        {
            return Err(Exception::precondition_failed("GetFunction/GetAlias"));
        }
        let shown = current
            .version()
            .map_or_else(|| "$LATEST".into(), |n| n.to_string());
        let version = change.function_version.unwrap_or(shown);
        // A call that names only the version leaves the weights as they are.
        let routing = change.routing_config.unwrap_or_else(|| current.routing());
        let target = self.target(&version, &routing)?;
        self.check_movable(name, target.version())?;
        let leaving = self.leaving(name, target.version(), transition);
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

    /// What serves until the provisioned concurrency of an alias has moved with it. A move before
    /// the last one was done leaves what that one was leaving, and nothing where it goes back there.
    fn leaving(
        &mut self,
        name: &str,
        to: Option<u64>,
        transition: Transition,
    ) -> Option<(u64, Provisioned)> {
        let current = self.aliases.get(name)?;
        if current.version() == to {
            return current.leaving.clone();
        }
        let serving = current.serving(transition.now);
        let moving = self.move_provisioned(name, transition)?;
        serving.filter(|_| serving != to).map(|left| (left, moving))
    }

    /// Deletes the alias with all that belongs to it. Deleting one that is not there succeeds, as on AWS.
    pub(crate) fn delete_alias(&mut self, name: &str, now: Moment) {
        let qualifier = Qualifier::Alias(name.to_owned());
        self.unprovision(&qualifier, now);
        self.aliases.remove(name);
        self.remove_policy(Some(&qualifier));
        self.event_invokes.remove(&qualifier);
        self.urls.remove(&Some(qualifier));
    }

    fn target(&self, version: &str, routing: &RoutingConfig) -> ApiResult<Target> {
        let additional = routing.additional()?;
        if version == "$LATEST" {
            return match additional {
                None => Ok(Target::Latest),
                Some(_) => Err(Exception::invalid_parameter(
                    "$LATEST is not supported for an alias pointing to more than 1 version",
                )
                .without_type()),
            };
        }
        let number = version.parse().map_err(|_| {
            Exception::not_found(format!("Function not found: {}:{version}", self.arn))
        })?;
        if additional.is_some_and(|(other, _)| other == number) {
            return Err(Exception::invalid_parameter(format!(
                "Invalid function version {number}. Function version {number} is already \
                 included in routing configuration."
            )));
        }
        for needed in std::iter::once(number).chain(additional.map(|(other, _)| other)) {
            if self.version(needed).is_none() {
                let arn = &self.arn;
                return Err(Exception::not_found(format!(
                    "Function not found: {arn}:{needed}"
                )));
            }
        }
        if let Some((other, _)) = additional {
            self.check_alike(number, other)?;
        }
        Ok(Target::Version { number, additional })
    }

    /// The versions of a weighted alias have the same role and the same dead-letter queue, or none.
    /// AWS documents the rule; how it words its refusal is not known.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html>
    fn check_alike(&self, one: u64, other: u64) -> ApiResult<()> {
        let (Some(a), Some(b)) = (self.version(one), self.version(other)) else {
            return Ok(());
        };
        let (a, b) = (&a.configuration, &b.configuration);
        let what = match () {
            () if a.role != b.role => "execution role",
            () if a.dead_letter_target != b.dead_letter_target => "dead-letter queue",
            () => return Ok(()),
        };
        Err(Exception::invalid_parameter(format!(
            "Function versions {one} and {other} of an alias must have the same {what}"
        )))
    }
}
