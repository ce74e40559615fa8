//! Provisioned concurrency of versions and aliases.
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

impl Function {
    /// What is asked for of provisioned concurrency, of all versions and aliases together.
    pub(super) fn all_requested(&self) -> u32 {
        self.provisioned.values().map(|one| one.requested).sum()
    }

    /// The provisioned concurrency that is there for invocations of a version.
    pub(crate) fn provisioned_for(&self, number: Option<u64>, now: Moment) -> u32 {
        let ready = self.of_version(number);
        ready.map(|one| one.allocated_count(now)).sum()
    }

    /// What a version has itself, and what aliases bring that point at it.
    pub(super) fn of_version(&self, number: Option<u64>) -> impl Iterator<Item = &Provisioned> {
        let all = self.provisioned.iter();
        let its = all.filter(move |(qualifier, _)| match qualifier {
            Qualifier::Latest => false,
            Qualifier::Version(own) => Some(*own) == number,
            Qualifier::Alias(name) => {
                number.is_some() && self.alias(name).and_then(Alias::version) == number
            }
        });
        its.map(|(_, provisioned)| provisioned)
    }

    /// Allocates provisioned concurrency to a version or an alias, within what the account has.
    pub(crate) fn provision(
        &mut self,
        qualifier: &Qualifier,
        requested: u32,
        account: (u32, u32),
        transition: Transition,
    ) -> ApiResult<Value> {
        self.check_provisionable(qualifier, transition.now)?;
        let before = self
            .provisioned
            .get(qualifier)
            .map_or(0, |one| one.requested);
        self.check_room(before, requested, account)?;
        let provisioned = Provisioned::new(requested, transition);
        // However soon it is there: the answer comes before.
        let shown = provisioned.shown(None);
        self.keep_revision(qualifier, transition.now);
        self.provisioned.insert(qualifier.clone(), provisioned);
        Ok(shown)
    }

    fn check_provisionable(&self, qualifier: &Qualifier, now: Moment) -> ApiResult<()> {
        let refused = |text: &str| Err(Exception::invalid_parameter(text));
        let conflict = |text: &str| Err(Exception::conflict(text));
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
                    true => conflict("Version is pointed by a Provisioned Concurrency alias"),
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
                        conflict(ALREADY_PROVISIONED)
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
            true => Err(Exception::conflict(ALREADY_PROVISIONED)),
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
        self.keep_revision(&qualifier, transition.now);
        let provisioned = self.provisioned.get_mut(&qualifier)?;
        *provisioned = provisioned.moved(transition);
        Some(provisioned.clone())
    }

    /// A version keeps the revision id that it has from what it loses.
    fn keep_revision(&mut self, qualifier: &Qualifier, now: Moment) {
        let number = match qualifier {
            Qualifier::Latest => None,
            Qualifier::Version(number) => Some(*number),
            Qualifier::Alias(name) => self.alias(name).and_then(Alias::version),
        };
        let lost = self.provisioned.get(qualifier);
        let revision = lost.and_then(|lost| lost.revision(now)).map(str::to_owned);
        let version = number.and_then(|number| self.versions.get_mut(&number));
        if let (Some(version), Some(revision)) = (version, revision) {
            version.revision = revision;
        }
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
    pub(crate) fn unprovision(&mut self, qualifier: &Qualifier, now: Moment) {
        self.keep_revision(qualifier, now);
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
