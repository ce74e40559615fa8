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
    lambda::Place,
    protocol::{Answered, Form, Refusal},
    store::{Changed, Kind, Store, encoded},
    timestamp,
};

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
    pub(crate) fn answer(&self, action: &str, form: &Form) -> Option<Answered> {
        Some(match action {
            "CreateRole" => self.create_role(form),
            "ListRoles" => Ok(self.list_roles()),
            "DeleteRole" => self.delete_role(form),
            "GetCallerIdentity" => Ok(self.caller()),
            "AssumeRole" => self.assume_role(form),
            action => return self.of_role(action, form),
        })
    }

    /// What is done to a role that is there.
    fn of_role(&self, action: &str, form: &Form) -> Option<Answered> {
        let operation: fn(&mut Role, &Form) -> Answered = match action {
            "GetRole" => |role, _| Ok(json!({ "Role": role.describe() })),
            "TagRole" => Role::tag,
            "ListRoleTags" => |role, _| Ok(json!({ "Tags": role.tags(), "IsTruncated": false })),
            "AttachRolePolicy" => Role::attach,
            "DetachRolePolicy" => Role::detach,
            "ListAttachedRolePolicies" => |role, _| Ok(role.attached()),
            "PutRolePolicy" => Role::put_policy,
            "GetRolePolicy" => Role::policy,
            "ListRolePolicies" => |role, _| Ok(role.policies()),
            "DeleteRolePolicy" => Role::delete_policy,
            _ => return None,
        };
        Some(form.required("RoleName").and_then(|name| {
            let mut roles = self.roles();
            let role = roles.get_mut(name).ok_or_else(|| no_role(name))?;
            self.changed.mark(Kind::Role, name);
            operation(role, form)
        }))
    }

    fn create_role(&self, form: &Form) -> Answered {
        let role = Role::new(form, &self.account)?;
        let mut roles = self.roles();
        if roles.contains_key(&role.name) {
            let message = format!("Role with name {} already exists.", role.name);
            return Err(Refusal::new("EntityAlreadyExists", 409, message));
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

    fn delete_role(&self, form: &Form) -> Answered {
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
    fn assume_role(&self, form: &Form) -> Answered {
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
                "Expiration": timestamp::written(expires),
            },
        }))
    }
}

fn no_role(name: &str) -> Refusal {
    let message = format!("The role with name {name} cannot be found.");
    Refusal::new("NoSuchEntity", 404, message)
}
