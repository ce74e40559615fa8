//! A function: its unpublished code and configuration (`$LATEST`), its immutable versions, its
//! aliases and its policies.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    alias::Alias,
    configuration::Configuration,
    event_invoke::EventInvoke,
    limits::check_tags,
    policy::Policy,
    provisioned::Provisioned,
    reference::Qualifier,
    revision::new_revision,
    settling::{Phase, Settling, Transition},
    snapshot::{Code, Snapshot, written},
    url::FunctionUrl,
    version::Version,
};
use crate::{
    clock::Moment,
    protocol::{ApiResult, Exception},
    shared,
};

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
    pub(super) revision: String,
    pub(super) versions: BTreeMap<u64, Version>,
    /// The highest number ever given: numbers of deleted versions are not given again.
    pub(super) last_number: u64,
    pub(super) aliases: BTreeMap<String, Alias>,
    pub(super) policies: BTreeMap<Option<Qualifier>, Policy>,
    pub(super) urls: BTreeMap<Option<Qualifier>, FunctionUrl>,
    pub(super) reserved: Option<u32>,
    pub(super) provisioned: BTreeMap<Qualifier, Provisioned>,
    #[serde(default)]
    pub(super) event_invokes: BTreeMap<Qualifier, EventInvoke>,
    /// Whether it may call itself without end. Kept and shown: loops are not looked for here.
    #[serde(default)]
    pub(crate) recursive_loop: RecursiveLoop,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) enum RecursiveLoop {
    #[default]
    Terminate,
    Allow,
}

impl Function {
    pub(super) fn new(
        name: &str,
        arn: String,
        configuration: Configuration,
        code: Code,
        transition: Transition,
    ) -> Self {
        let latest = Arc::new(Snapshot {
            id: Uuid::new_v4(),
            function: name.to_owned(),
            function_arn: arn.clone(),
            number: None,
            code,
            configuration,
            last_modified: written(transition.now),
        });
        Self {
            arn,
            latest,
            tags: BTreeMap::new(),
            settling: transition.creating(),
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
            recursive_loop: RecursiveLoop::default(),
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
    pub(crate) fn revision(&self, now: Moment) -> &str {
        match self.settling.phase(now) {
            Phase::Settled => &self.revision,
            Phase::Pending | Phase::InProgress => &self.revision_while_settling,
        }
    }

    pub(crate) fn check_revision(&self, given: Option<&str>, now: Moment) -> ApiResult<()> {
        match given {
            Some(given) if given != self.revision(now) => {
                Err(Exception::precondition_failed("GetFunction/GetAlias"))
            }
            _ => Ok(()),
        }
    }

    /// Refuses what AWS refuses while an earlier change has not settled.
    pub(crate) fn check_settled(&self, now: Moment) -> ApiResult<()> {
        self.settling.check(&self.arn, now)
    }

    pub(crate) fn change(
        &mut self,
        configuration: Configuration,
        code: Code,
        transition: Transition,
    ) {
        self.latest = Arc::new(Snapshot {
            id: Uuid::new_v4(),
            code,
            configuration,
            last_modified: written(transition.now),
            ..(*self.latest).clone()
        });
        self.settling = transition.updating();
        self.renew_revision();
    }

    /// Tags are the function's, and yet `$LATEST` has new revision ids when they change.
    pub(crate) fn set_tags(&mut self, tags: BTreeMap<String, String>) -> ApiResult<()> {
        check_tags(&tags)?;
        if self.tags != tags {
            self.tags = tags;
            self.renew_revision();
        }
        Ok(())
    }

    fn renew_revision(&mut self) {
        self.revision_while_settling = new_revision();
        self.revision = new_revision();
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
