//! A function: its unpublished code and configuration (`$LATEST`), its immutable versions, its
//! aliases and its policies.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Alias, Clock, Configuration, EventInvoke, FunctionUrl, Policy, Provisioned, Qualifier,
    new_revision,
    settling::{Phase, Settling},
};
use crate::{
    error::{ApiError, ApiResult},
    store::shared,
};

/// A function's package, unpacked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Code {
    /// Base64 of the zip's SHA-256, as Lambda shows it.
    pub(crate) sha256: String,
    /// Size of the zip in bytes.
    pub(crate) size: u64,
    /// The folder that holds what was in the zip: the environment's `/var/task`.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

/// Code and configuration together: `$LATEST`, or one published version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    /// Identifies exactly this code with this configuration: execution environments belong to it.
    #[serde(skip, default = "Uuid::new_v4")]
    pub(crate) id: Uuid,
    pub(crate) function: String,
    /// Without a qualifier.
    pub(crate) function_arn: String,
    /// `None` is `$LATEST`.
    pub(crate) number: Option<u64>,
    pub(crate) code: Code,
    pub(crate) configuration: Configuration,
    pub(crate) last_modified: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Function {
    pub(crate) arn: String,
    #[serde(with = "shared")]
    pub(crate) latest: Arc<Snapshot>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Whatever was under way has settled when it is read again.
    #[serde(skip)]
    pub(super) settling: Settling,
    revision_while_settling: String,
    revision: String,
    versions: BTreeMap<u64, Version>,
    /// The highest number ever given: numbers of deleted versions are not given again.
    last_number: u64,
    pub(super) aliases: BTreeMap<String, Alias>,
    policies: BTreeMap<Option<Qualifier>, Policy>,
    pub(super) urls: BTreeMap<Option<Qualifier>, FunctionUrl>,
    pub(super) reserved: Option<u32>,
    pub(super) provisioned: BTreeMap<Qualifier, Provisioned>,
    #[serde(default)]
    pub(super) event_invokes: BTreeMap<Qualifier, EventInvoke>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Version {
    #[serde(with = "shared")]
    snapshot: Arc<Snapshot>,
    revision: String,
}

impl Function {
    pub(super) fn new(
        name: &str,
        arn: String,
        configuration: Configuration,
        code: Code,
        clock: &Clock,
    ) -> Self {
        let latest = Arc::new(Snapshot {
            id: Uuid::new_v4(),
            function: name.to_owned(),
            function_arn: arn.clone(),
            number: None,
            code,
            configuration,
            last_modified: now(),
        });
        Self {
            arn,
            latest,
            tags: BTreeMap::new(),
            settling: clock.creating(),
            revision_while_settling: new_revision(),
            revision: new_revision(),
            versions: BTreeMap::new(),
            last_number: 0,
            aliases: BTreeMap::new(),
            policies: BTreeMap::new(),
            urls: BTreeMap::new(),
            reserved: None,
            provisioned: BTreeMap::new(),
            event_invokes: BTreeMap::new(),
        }
    }

    /// Says anew where the code of each version lies.
    pub(crate) fn find_code(&mut self, folder: impl Fn(&Code) -> PathBuf) {
        let versions = self
            .versions
            .values_mut()
            .map(|version| &mut version.snapshot);
        for snapshot in std::iter::once(&mut self.latest).chain(versions) {
            let code = &mut Arc::make_mut(snapshot).code;
            code.folder = folder(code);
        }
    }

    /// The revision id of `$LATEST`: it changes with every change, and again when that settles.
    pub(crate) fn revision(&self) -> &str {
        match self.settling.phase() {
            Phase::Settled => &self.revision,
            Phase::Pending | Phase::InProgress => &self.revision_while_settling,
        }
    }

    pub(crate) fn check_revision(&self, given: Option<&str>) -> ApiResult<()> {
        match given {
            Some(given) if given != self.revision() => {
                Err(ApiError::precondition_failed("GetFunction/GetAlias"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses what AWS refuses while an earlier change has not settled.
    pub(crate) fn check_settled(&self) -> ApiResult<()> {
        match self.settling.phase() {
            Phase::Settled => Ok(()),
            Phase::Pending => Err(ApiError::conflict(
                "The operation cannot be performed at this time. The function is currently in \
                 the following state: Pending",
            )),
            Phase::InProgress => Err(ApiError::conflict(format!(
                "The operation cannot be performed at this time. An update is in progress for \
                 resource: {}",
                self.arn
            ))),
        }
    }

    /// Only a function that never became active cannot be invoked: an update leaves what was
    /// there before in place.
    pub(crate) fn check_invocable(&self) -> ApiResult<()> {
        match self.settling.phase() {
            Phase::Pending => self.check_settled(),
            Phase::InProgress | Phase::Settled => Ok(()),
        }
    }

    pub(crate) fn change(&mut self, configuration: Configuration, code: Code, clock: &Clock) {
        self.latest = Arc::new(Snapshot {
            id: Uuid::new_v4(),
            code,
            configuration,
            last_modified: now(),
            ..(*self.latest).clone()
        });
        self.settling = clock.updating();
        self.revision_while_settling = new_revision();
        self.revision = new_revision();
    }

    /// Publishes `$LATEST` and gives the version's number: the last one's if nothing changed since.
    pub(crate) fn publish(&mut self, description: Option<String>) -> u64 {
        if let Some(number) = self.unchanged_since() {
            return number;
        }
        self.last_number += 1;
        let mut snapshot = Snapshot {
            id: Uuid::new_v4(),
            number: Some(self.last_number),
            last_modified: now(),
            ..(*self.latest).clone()
        };
        if let Some(description) = description {
            snapshot.configuration.description = description;
        }
        let version = Version {
            snapshot: Arc::new(snapshot),
            revision: new_revision(),
        };
        self.versions.insert(self.last_number, version);
        self.revision = new_revision();
        self.last_number
    }

    /// The last version's number if `$LATEST` has its code and configuration still. A version's
    /// own description does not count.
    fn unchanged_since(&self) -> Option<u64> {
        let (number, last) = self.versions.last_key_value()?;
        let mut configuration = last.snapshot.configuration.clone();
        configuration
            .description
            .clone_from(&self.latest.configuration.description);
        let same = configuration == self.latest.configuration
            && last.snapshot.code.sha256 == self.latest.code.sha256;
        same.then_some(*number)
    }

    pub(crate) fn version(&self, number: u64) -> Option<&Arc<Snapshot>> {
        self.versions.get(&number).map(|version| &version.snapshot)
    }

    /// `$LATEST` (`None`) or a version, with its revision id.
    pub(super) fn with_revision(&self, number: Option<u64>) -> Option<(&Snapshot, &str)> {
        match number {
            None => Some((&self.latest, self.revision())),
            Some(number) => {
                let version = self.versions.get(&number)?;
                Some((&version.snapshot, &version.revision))
            }
        }
    }

    /// `$LATEST`, and every version, oldest first.
    pub(crate) fn snapshots(&self) -> impl Iterator<Item = &Arc<Snapshot>> {
        std::iter::once(&self.latest).chain(self.versions.values().map(|v| &v.snapshot))
    }

    /// # Errors
    /// If an alias points at it: on AWS that version cannot be deleted.
    pub(crate) fn delete_version(&mut self, number: u64) -> ApiResult<()> {
        let users: BTreeSet<&str> = self
            .aliases
            .values()
            .filter(|alias| alias.uses(number))
            .map(|alias| alias.name.as_str())
            .collect();
        if !users.is_empty() {
            let users = users.into_iter().collect::<Vec<_>>().join(", ");
            return Err(ApiError::conflict(format!(
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

    /// The policy of the function itself (`None`) or of one of its versions or aliases.
    pub(crate) fn policy(&self, qualifier: Option<&Qualifier>) -> Option<&Policy> {
        self.policies.get(&qualifier.cloned())
    }

    pub(crate) fn policy_mut(&mut self, qualifier: Option<&Qualifier>) -> &mut Policy {
        self.policies.entry(qualifier.cloned()).or_default()
    }

    pub(crate) fn remove_policy(&mut self, qualifier: Option<&Qualifier>) {
        self.policies.remove(&qualifier.cloned());
    }
}

impl Snapshot {
    /// `$LATEST` or the number, as the function sees it in `AWS_LAMBDA_FUNCTION_VERSION`.
    pub(crate) fn label(&self) -> String {
        self.number
            .map_or_else(|| "$LATEST".to_owned(), |number| number.to_string())
    }
}

/// Now, as Lambda writes it: `2026-11-23T06:52:59.123+0000`.
fn now() -> String {
    let format = time::macros::format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]+0000"
    );
    time::OffsetDateTime::now_utc()
        .format(format)
        .unwrap_or_default()
}
