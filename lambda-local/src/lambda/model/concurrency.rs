//! Reserved concurrency of functions, and provisioned concurrency of versions and aliases.
//! <https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html>

use std::sync::Arc;

use serde_json::Value;

use super::{
    alias::Alias, function::Function, provisioned::Provisioned, reference::Qualifier,
    settling::Transition, snapshot::Snapshot,
};
use crate::{
    clock::Moment,
    protocol::{ApiResult, Exception},
};

/// Concurrent executions of an account: AWS's default quota.
pub(crate) const ACCOUNT_CONCURRENCY: u32 = 1000;
/// What must be left for functions without a reservation.
const MIN_UNRESERVED: u32 = 100;

impl Function {
    pub(crate) const fn reserved(&self) -> Option<u32> {
        self.reserved
    }

    /// `others` is what other functions have reserved.
    pub(crate) fn reserve(&mut self, count: u32, others: u32) -> ApiResult<()> {
        if others.saturating_add(count) > ACCOUNT_CONCURRENCY - MIN_UNRESERVED {
            return Err(Exception::invalid_parameter(format!(
                "Specified ReservedConcurrentExecutions for function decreases account's \
                 UnreservedConcurrentExecution below its minimum value of [{MIN_UNRESERVED}]."
            )));
        }
        self.reserved = Some(count);
        Ok(())
    }

    pub(crate) const fn unreserve(&mut self) {
        self.reserved = None;
    }

    /// Allocates provisioned concurrency to a version or an alias.
    pub(crate) fn provision(
        &mut self,
        qualifier: &Qualifier,
        requested: u32,
        transition: Transition,
    ) -> ApiResult<Value> {
        self.check_provisionable(qualifier, transition.now)?;
        if self.reserved.is_some_and(|reserved| requested > reserved) {
            return Err(Exception::invalid_parameter(
                "Requested Provisioned Concurrency should not be greater than the \
                 reservedConcurrentExecution for function",
            ));
        }
        let provisioned = Provisioned::new(requested, transition);
        // However soon it is there: the answer comes before.
        let shown = provisioned.shown(None);
        self.provisioned.insert(qualifier.clone(), provisioned);
        Ok(shown)
    }

    fn check_provisionable(&self, qualifier: &Qualifier, now: Moment) -> ApiResult<()> {
        let refused = |text: &str| Err(Exception::invalid_parameter(text));
        match qualifier {
            Qualifier::Latest => refused(UNPUBLISHED),
            Qualifier::Version(number) => {
                let by_alias = |alias: &Alias| {
                    alias.uses(*number, now)
                        && self
                            .provisioned
                            .contains_key(&Qualifier::Alias(alias.name.clone()))
                };
                match self.aliases.values().any(by_alias) {
                    true => refused("Version is pointed by a Provisioned Concurrency alias"),
                    false => Ok(()),
                }
            }
            Qualifier::Alias(name) => {
                let Some(alias) = self.aliases.get(name) else {
                    return Ok(());
                };
                if alias.is_weighted() {
                    return refused(
                        "Alias with weights can not be used with Provisioned Concurrency",
                    );
                }
                match alias.version().map(Qualifier::Version) {
                    None => refused(UNPUBLISHED),
                    Some(version) if self.provisioned.contains_key(&version) => {
                        refused(ALREADY_PROVISIONED)
                    }
                    Some(_) => Ok(()),
                }
            }
        }
    }

    /// Before an alias is moved: one that has provisioned concurrency takes it along, which a
    /// version that has its own refuses.
    pub(super) fn check_movable(&self, name: &str, to: Option<u64>) -> ApiResult<()> {
        let takes_along = self
            .provisioned
            .contains_key(&Qualifier::Alias(name.to_owned()));
        let own = to.is_some_and(|to| self.provisioned.contains_key(&Qualifier::Version(to)));
        match takes_along && own {
            true => Err(Exception::invalid_parameter(ALREADY_PROVISIONED)),
            false => Ok(()),
        }
    }

    /// Allocates an alias's provisioned concurrency anew, to the version that it moves to, if the
    /// alias has any.
    pub(super) fn move_provisioned(
        &mut self,
        name: &str,
        transition: Transition,
    ) -> Option<Provisioned> {
        let qualifier = Qualifier::Alias(name.to_owned());
        let provisioned = self.provisioned.get_mut(&qualifier)?;
        *provisioned = Provisioned::new(provisioned.requested, transition);
        Some(provisioned.clone())
    }

    pub(crate) fn provisioned(&self, qualifier: &Qualifier) -> ApiResult<&Provisioned> {
        self.provisioned
            .get(qualifier)
            .ok_or_else(Exception::not_provisioned)
    }

    pub(crate) fn all_provisioned(&self) -> impl Iterator<Item = (&Qualifier, &Provisioned)> {
        self.provisioned.iter()
    }

    /// What is to be started ahead: of which version, and for whom.
    pub(crate) fn provisioned_versions(
        &self,
    ) -> impl Iterator<Item = (&Arc<Snapshot>, &Provisioned)> {
        self.provisioned
            .iter()
            .filter_map(|(qualifier, provisioned)| {
                let number = match qualifier {
                    Qualifier::Latest => None,
                    Qualifier::Version(number) => Some(*number),
                    Qualifier::Alias(name) => self.alias(name)?.version(),
                };
                Some((self.version(number?)?, provisioned))
            })
    }

    /// Nothing holds an alias any more where it was before it was moved: a guess, since AWS
    /// documents nothing of it.
    pub(crate) fn unprovision(&mut self, qualifier: &Qualifier) {
        self.provisioned.remove(qualifier);
        if let Qualifier::Alias(name) = qualifier
            && let Some(alias) = self.aliases.get_mut(name)
        {
            alias.leaving = None;
        }
    }
}

const UNPUBLISHED: &str =
    "Provisioned Concurrency Configs cannot be applied to unpublished function versions.";
const ALREADY_PROVISIONED: &str = "Alias can't be used for Provisioned Concurrency configuration \
    on an already Provisioned version";
