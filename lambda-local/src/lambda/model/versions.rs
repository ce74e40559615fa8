//! A function's published versions: numbered, and never changed.

use std::{collections::BTreeSet, sync::Arc};

use uuid::Uuid;

use super::{
    function::Function,
    reference::Qualifier,
    revision::new_revision,
    settling::{Phase, pending},
    snapshot::{Snapshot, written},
    version::Version,
};
use crate::{
    clock::Moment,
    protocol::{ApiResult, Exception},
};

impl Function {
    /// Publishes `$LATEST` and gives the version's number: the last one's if nothing changed since.
    pub(crate) fn publish(&mut self, description: Option<String>, now: Moment) -> u64 {
        if let Some(number) = self.unchanged_since() {
            return number;
        }
        self.last_number += 1;
        let mut snapshot = Snapshot {
            id: Uuid::new_v4(),
            number: Some(self.last_number),
            last_modified: written(now),
            ..(*self.latest).clone()
        };
        if let Some(description) = description {
            snapshot.configuration.description = description;
        }
        let version = Version {
            snapshot: Arc::new(snapshot),
            revision: new_revision(),
            latest_description: Some(self.latest.configuration.description.clone()),
            settling: self.settling.of_new_version(),
        };
        self.versions.insert(self.last_number, version);
        self.revision = new_revision();
        self.last_number
    }

    /// The last version's number if `$LATEST` has still the code and configuration of which that
    /// was made. A version's own description does not count.
    fn unchanged_since(&self) -> Option<u64> {
        let (number, last) = self.versions.last_key_value()?;
        let mut configuration = last.snapshot.configuration.clone();
        let description = &self.latest.configuration.description;
        let described = last.latest_description.as_ref().unwrap_or(description);
        configuration.description.clone_from(described);
        let same = configuration == self.latest.configuration
            && last.snapshot.code.sha256 == self.latest.code.sha256;
        same.then_some(*number)
    }

    pub(crate) fn version(&self, number: u64) -> Option<&Arc<Snapshot>> {
        self.versions.get(&number).map(|version| &version.snapshot)
    }

    /// `$LATEST` (`None`) or a version, with its revision id.
    pub(super) fn with_revision(
        &self,
        number: Option<u64>,
        now: Moment,
    ) -> Option<(&Snapshot, &str)> {
        match number {
            None => Some((&self.latest, self.revision(now))),
            Some(number) => {
                let version = self.versions.get(&number)?;
                let mut given = self
                    .of_version(Some(number))
                    .filter_map(|one| one.revision(now));
                Some((&version.snapshot, given.next().unwrap_or(&version.revision)))
            }
        }
    }

    /// `$LATEST`, and every version, oldest first.
    pub(crate) fn snapshots(&self) -> impl Iterator<Item = &Arc<Snapshot>> {
        std::iter::once(&self.latest).chain(self.versions.values().map(|v| &v.snapshot))
    }

    /// # Errors
    /// If an alias points at it: on AWS that version cannot be deleted.
    pub(crate) fn delete_version(&mut self, number: u64, now: Moment) -> ApiResult<()> {
        let users: BTreeSet<&str> = self
            .aliases
            .values()
            .filter(|alias| alias.uses(number, now))
            .map(|alias| alias.name.as_str())
            .collect();
        if !users.is_empty() {
            let users = users.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Exception::conflict(format!(
                "Unable to delete version because the following aliases reference it: [{users}]"
            )));
        }
        self.versions.remove(&number);
        let qualifier = Qualifier::Version(number);
        self.provisioned.remove(&qualifier);
        self.event_invokes.remove(&qualifier);
        self.policies.remove(&Some(qualifier));
        Ok(())
    }

    pub(super) fn phase(&self, number: Option<u64>, now: Moment) -> Phase {
        let version = number.and_then(|number| self.versions.get(&number));
        version
            .map_or(&self.settling, |version| &version.settling)
            .phase(now)
    }

    /// Only what never became active cannot be invoked: an update leaves what was there before in
    /// place.
    pub(crate) fn check_invocable(&self, number: Option<u64>, now: Moment) -> ApiResult<()> {
        match self.phase(number, now) {
            Phase::Pending => Err(pending()),
            Phase::InProgress | Phase::Settled => Ok(()),
        }
    }
}
