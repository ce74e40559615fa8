//! A role with its policies.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    clock,
    protocol::{Answer, Exception, Form},
};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Role {
    pub(super) name: String,
    path: String,
    id: String,
    arn: String,
    created: String,
    trust: String,
    description: Option<String>,
    /// The ARN of the policy that bounds what any other may give.
    #[serde(default)]
    boundary: Option<String>,
    tags: BTreeMap<String, String>,
    attached: Vec<String>,
    inline: BTreeMap<String, String>,
}

impl Role {
    pub(super) fn new(form: &Form, account: &str) -> Result<Self, Exception> {
        let name = form.required("RoleName")?.to_owned();
        let valid = (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+=,.@-_".contains(&b));
        if !valid {
            let message = format!(
                "1 validation error detected: Value at 'roleName' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: [\\w+=,.@-]+: {name}"
            );
            return Err(Exception::new("ValidationError", 400, message));
        }
        let trust = document(form.required("AssumeRolePolicyDocument")?)?;
        let path = form.get("Path").unwrap_or("/").to_owned();
        Ok(Self {
            arn: format!("arn:aws:iam::{account}:role{path}{name}"),
            id: format!("AROA{:017X}", fastrand::u64(..)),
            created: clock::now(),
            description: form.get("Description").map(str::to_owned),
            boundary: form.get("PermissionsBoundary").map(str::to_owned),
            tags: form.tags(),
            attached: Vec::new(),
            inline: BTreeMap::new(),
            name,
            path,
            trust,
        })
    }

    pub(super) fn describe(&self) -> Value {
        let mut shown = json!({
            "Path": self.path,
            "RoleName": self.name,
            "RoleId": self.id,
            "Arn": self.arn,
            "CreateDate": self.created,
            // As IAM has it: percent-encoded.
            "AssumeRolePolicyDocument": encoded(&self.trust),
            "MaxSessionDuration": 3600,
        });
        if let Some(description) = &self.description {
            shown["Description"] = json!(description);
        }
        if let Some(boundary) = &self.boundary {
            shown["PermissionsBoundary"] = json!({
                "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary,
            });
        }
        if !self.tags.is_empty() {
            shown["Tags"] = self.tags();
        }
        shown
    }

    pub(super) fn tags(&self) -> Value {
        let tag = |(key, value)| json!({ "Key": key, "Value": value });
        self.tags.iter().map(tag).collect()
    }

    pub(super) fn tag(&mut self, form: &Form) -> Answer {
        self.tags.extend(form.tags());
        Ok(json!({}))
    }

    pub(super) fn attach(&mut self, form: &Form) -> Answer {
        let arn = form.required("PolicyArn")?;
        if !(arn.starts_with("arn:") && arn.contains(":policy/")) {
            let message = format!("ARN {arn} is not valid.");
            return Err(Exception::new("InvalidInput", 400, message));
        }
        if !self.attached.iter().any(|attached| attached == arn) {
            self.attached.push(arn.to_owned());
        }
        Ok(json!({}))
    }

    pub(super) fn detach(&mut self, form: &Form) -> Answer {
        let arn = form.required("PolicyArn")?;
        let before = self.attached.len();
        self.attached.retain(|attached| attached != arn);
        match self.attached.len() < before {
            true => Ok(json!({})),
            false => Err(Exception::new(
                "NoSuchEntity",
                404,
                format!("Policy {arn} was not found."),
            )),
        }
    }

    pub(super) fn attached(&self) -> Value {
        let policy = |arn: &String| {
            let name = arn.rsplit('/').next();
            json!({ "PolicyName": name, "PolicyArn": arn })
        };
        let policies: Vec<Value> = self.attached.iter().map(policy).collect();
        json!({ "AttachedPolicies": policies, "IsTruncated": false })
    }

    pub(super) fn put_policy(&mut self, form: &Form) -> Answer {
        let name = form.required("PolicyName")?.to_owned();
        let policy = document(form.required("PolicyDocument")?)?;
        self.inline.insert(name, policy);
        Ok(json!({}))
    }

    pub(super) fn policy(&mut self, form: &Form) -> Answer {
        let name = form.required("PolicyName")?;
        let policy = self.inline.get(name).ok_or_else(|| no_policy(name))?;
        Ok(json!({
            "RoleName": self.name,
            "PolicyName": name,
            "PolicyDocument": encoded(policy),
        }))
    }

    pub(super) fn policies(&self) -> Value {
        let names: Vec<&String> = self.inline.keys().collect();
        json!({ "PolicyNames": names, "IsTruncated": false })
    }

    pub(super) fn delete_policy(&mut self, form: &Form) -> Answer {
        let name = form.required("PolicyName")?;
        let deleted = self.inline.remove(name);
        deleted.map(|_| json!({})).ok_or_else(|| no_policy(name))
    }

    pub(super) fn may_be_deleted(&self) -> Result<(), Exception> {
        let first = match (self.attached.is_empty(), self.inline.is_empty()) {
            (true, true) => return Ok(()),
            (false, _) => "detach all policies first.",
            (true, false) => "delete policies first.",
        };
        let message = format!("Cannot delete entity, must {first}");
        Err(Exception::new("DeleteConflict", 409, message))
    }
}

fn no_policy(name: &str) -> Exception {
    let message = format!("The role policy with name {name} cannot be found.");
    Exception::new("NoSuchEntity", 404, message)
}

fn document(text: &str) -> Result<String, Exception> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(_)) => Ok(text.to_owned()),
        _ => {
            let message = "This policy contains invalid Json";
            Err(Exception::new("MalformedPolicyDocument", 400, message))
        }
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
