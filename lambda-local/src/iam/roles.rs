//! IAM and STS as far as a release needs them: roles with their policies, and who one is. Policies
//! are kept and not judged: what may invoke what is the business of Lambda's own policies.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Result;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::role::Role;
use crate::{
    changed::{Changed, Kind},
    clock,
    place::Place,
    protocol::{Answer, Exception, Form, Operation},
    store::{Store, encoded},
};

/// What carries an operation out.
enum Call {
    OnAccount(fn(&Iam, &Form) -> Answer),
    /// On a role that is there.
    OnRole(fn(&mut Role, &Form) -> Answer),
}

const fn reads(name: &'static str, call: Call) -> (Operation, Call) {
    (Operation::named("iam", name, false), call)
}

const fn changes(name: &'static str, call: Call) -> (Operation, Call) {
    (Operation::named("iam", name, true), call)
}

const fn sts(name: &'static str, call: Call) -> (Operation, Call) {
    (Operation::named("sts", name, false), call)
}

/// The operations of IAM and STS that are here.
const OPERATIONS: [(Operation, Call); 15] = [
    changes("CreateRole", Call::OnAccount(Iam::create_role)),
    reads("ListRoles", Call::OnAccount(|iam, _| Ok(iam.list_roles()))),
    changes("DeleteRole", Call::OnAccount(Iam::delete_role)),
    reads(
        "GetRole",
        Call::OnRole(|role, _| Ok(json!({ "Role": role.describe() }))),
    ),
    changes("TagRole", Call::OnRole(Role::tag)),
    reads(
        "ListRoleTags",
        Call::OnRole(|role, _| Ok(json!({ "Tags": role.tags(), "IsTruncated": false }))),
    ),
    changes("AttachRolePolicy", Call::OnRole(Role::attach)),
    changes("DetachRolePolicy", Call::OnRole(Role::detach)),
    reads(
        "ListAttachedRolePolicies",
        Call::OnRole(|role, _| Ok(role.attached())),
    ),
    changes("PutRolePolicy", Call::OnRole(Role::put_policy)),
    reads(
        "GetRolePolicy",
        Call::OnRole(|role, form| role.policy(form)),
    ),
    reads(
        "ListRolePolicies",
        Call::OnRole(|role, _| Ok(role.policies())),
    ),
    changes("DeleteRolePolicy", Call::OnRole(Role::delete_policy)),
    sts(
        "GetCallerIdentity",
        Call::OnAccount(|iam, _| Ok(iam.caller())),
    ),
    sts("AssumeRole", Call::OnAccount(Iam::assume_role)),
];

pub(super) fn operations() -> impl Iterator<Item = Operation> {
    OPERATIONS.into_iter().map(|(operation, _)| operation)
}

#[derive(Debug)]
pub(crate) struct Iam {
    account: String,
    roles: Mutex<BTreeMap<String, Role>>,
    changed: Arc<Changed>,
}

impl Iam {
    pub(crate) fn new(place: &Place, changed: Arc<Changed>) -> Self {
        Self {
            account: place.account.clone(),
            roles: Mutex::default(),
            changed,
        }
    }

    /// Takes in what was kept.
    pub(crate) fn restore(&self, store: &Store) -> Result<()> {
        let roles: Vec<Role> = store.load(Kind::Role)?;
        let roles = roles.into_iter().map(|role| (role.name.clone(), role));
        self.roles().extend(roles);
        Ok(())
    }

    /// A role as it is kept; `None` if it is not there.
    pub(crate) fn encoded_role(&self, name: &str) -> Option<io::Result<Vec<u8>>> {
        self.roles().get(name).map(encoded)
    }

    fn roles(&self) -> MutexGuard<'_, BTreeMap<String, Role>> {
        self.roles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` if there is no such operation here.
    pub(super) fn answer(
        &self,
        service: &str,
        action: &str,
        form: &Form,
    ) -> Option<(Answer, Operation)> {
        let is_asked =
            |operation: &Operation| (operation.service, operation.name) == (service, action);
        let mut rows = OPERATIONS.iter();
        let (operation, call) = rows.find(|(operation, _)| is_asked(operation))?;
        let answer = match call {
            Call::OnAccount(call) => call(self, form),
            Call::OnRole(call) => self.on_role(operation.changes, form, *call),
        };
        Some((answer, *operation))
    }

    fn on_role(&self, changes: bool, form: &Form, call: fn(&mut Role, &Form) -> Answer) -> Answer {
        let name = form.required("RoleName")?;
        let mut roles = self.roles();
        let role = roles.get_mut(name).ok_or_else(|| no_role(name))?;
        if changes {
            self.changed.mark(Kind::Role, name);
        }
        call(role, form)
    }

    fn create_role(&self, form: &Form) -> Answer {
        let role = Role::new(form, &self.account)?;
        let mut roles = self.roles();
        if roles.contains_key(&role.name) {
            let message = format!("Role with name {} already exists.", role.name);
            return Err(Exception::new("EntityAlreadyExists", 409, message));
        }
        let shown = json!({ "Role": role.describe() });
        self.changed.mark(Kind::Role, &role.name);
        roles.insert(role.name.clone(), role);
        Ok(shown)
    }

    fn list_roles(&self) -> Value {
        let roles = self.roles();
        let shown: Vec<Value> = roles.values().map(Role::describe).collect();
        json!({ "Roles": shown, "IsTruncated": false })
    }

    fn delete_role(&self, form: &Form) -> Answer {
        let name = form.required("RoleName")?;
        let mut roles = self.roles();
        let role = roles.get(name).ok_or_else(|| no_role(name))?;
        role.may_be_deleted()?;
        roles.remove(name);
        self.changed.mark(Kind::Role, name);
        Ok(json!({}))
    }

    fn caller(&self) -> Value {
        json!({
            "UserId": "AIDALAMBDALOCAL000000",
            "Account": self.account,
            "Arn": format!("arn:aws:iam::{}:user/local", self.account),
        })
    }

    /// Credentials that are as good as any others here.
    fn assume_role(&self, form: &Form) -> Answer {
        let arn = form.required("RoleArn")?;
        let session = form.required("RoleSessionName")?;
        let name = arn.rsplit('/').next().unwrap_or_default();
        let expires = OffsetDateTime::now_utc() + Duration::hours(1);
        let id = "AROALAMBDALOCAL000000";
        Ok(json!({
            "AssumedRoleUser": {
                "AssumedRoleId": format!("{id}:{session}"),
                "Arn": format!("arn:aws:sts::{}:assumed-role/{name}/{session}", self.account),
            },
            "Credentials": {
                "AccessKeyId": "ASIALAMBDALOCAL00000",
                "SecretAccessKey": "local",
                "SessionToken": "local",
                "Expiration": clock::written(expires),
            },
        }))
    }
}

fn no_role(name: &str) -> Exception {
    let message = format!("The role with name {name} cannot be found.");
    Exception::new("NoSuchEntity", 404, message)
}
