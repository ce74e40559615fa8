//! Resource policies: who may invoke a function, one of its versions or one of its aliases. Each
//! of them has a policy of its own, and a statement on one does not cover another.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    permission::{EVENT_SOURCE_TOKEN, NewPermission, ORGANIZATION},
    revision::new_revision,
    url::AuthType,
};
use crate::protocol::{ApiResult, Exception};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Policy {
    statements: Vec<Statement>,
    pub(crate) revision: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Statement {
    id: String,
    action: String,
    principal: String,
    source_arn: Option<String>,
    function_url_auth_type: Option<AuthType>,
    invoked_via_function_url: bool,
    document: Value,
}

/// Who wants to invoke.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Caller<'a> {
    /// A service on behalf of the resource with this ARN.
    Service { name: &'a str, source_arn: &'a str },
    /// Anybody who has the address of a function URL.
    FunctionUrl,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            statements: Vec::new(),
            revision: new_revision(),
        }
    }
}

impl Policy {
    pub(crate) const fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    pub(crate) fn check_revision(&self, given: Option<&str>) -> ApiResult<()> {
        match given {
            Some(given) if given != self.revision => {
                Err(Exception::precondition_failed("GetPolicy"))
            }
            _ => Ok(()),
        }
    }

    /// Adds a statement on the resource with this ARN, and gives it as AWS writes it. An alias that
    /// has no policy yet takes its own revision id for the policy's.
    ///
    /// # Errors
    /// If the policy has a statement with that id already, or the revision id is not the current
    /// one.
    pub(crate) fn add(
        &mut self,
        new: NewPermission,
        resource: &str,
        alias_revision: Option<&str>,
    ) -> ApiResult<Value> {
        new.check()?;
        let given = new.revision_id.as_deref();
        let is_aliass = self.is_empty() && given.is_some() && given == alias_revision;
        if !is_aliass {
            self.check_revision(given)?;
        }
        if self
            .statements
            .iter()
            .any(|statement| statement.id == new.statement_id)
        {
            return Err(Exception::conflict(format!(
                "The statement id ({}) provided already exists. Please provide a new statement \
                 id, or remove the existing statement.",
                new.statement_id
            )));
        }
        let document = new.document(resource);
        self.statements.push(Statement {
            id: new.statement_id,
            action: new.action,
            principal: new.principal,
            source_arn: new.source_arn,
            function_url_auth_type: new.function_url_auth_type,
            invoked_via_function_url: new.invoked_via_function_url,
            document: document.clone(),
        });
        self.revision = new_revision();
        Ok(document)
    }

    pub(crate) fn remove(&mut self, statement_id: &str) -> ApiResult<()> {
        if self.is_empty() {
            return Err(Exception::not_found(
                "No policy is associated with the given resource.",
            ));
        }
        let before = self.statements.len();
        self.statements
            .retain(|statement| statement.id != statement_id);
        if self.statements.len() == before {
            return Err(Exception::not_found(format!(
                "Statement {statement_id} is not found in resource policy."
            )));
        }
        self.revision = new_revision();
        Ok(())
    }

    pub(crate) fn document(&self) -> Value {
        let statements: Vec<&Value> = self.statements.iter().map(|s| &s.document).collect();
        json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements })
    }

    /// A URL needs two statements: one to be called, and one to invoke what is behind it.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>
    pub(crate) fn allows(&self, caller: Caller<'_>) -> bool {
        let statements = || self.statements.iter();
        let may_invoke = statements().any(|statement| statement.admits_invocation(caller));
        match caller {
            Caller::Service { .. } => may_invoke,
            Caller::FunctionUrl => may_invoke && statements().any(Statement::admits_call),
        }
    }
}

impl Statement {
    /// `lambda:InvokeFunction`
    fn admits_invocation(&self, caller: Caller<'_>) -> bool {
        self.covers("lambda:InvokeFunction")
            && self.function_url_auth_type.is_none()
            && !self.is_for_others()
            && match caller {
                Caller::Service { name, source_arn } => {
                    let pattern = self.source_arn.as_ref();
                    !self.invoked_via_function_url
                        && (self.principal == name || self.principal == "*")
                        && pattern.is_none_or(|pattern| arn_like(pattern, source_arn))
                }
                Caller::FunctionUrl => self.principal == "*" && self.source_arn.is_none(),
            }
    }

    /// `lambda:InvokeFunctionUrl`, by everybody.
    fn admits_call(&self) -> bool {
        self.covers("lambda:InvokeFunctionUrl")
            && self.principal == "*"
            && self.source_arn.is_none()
            && self.function_url_auth_type != Some(AuthType::Iam)
            && !self.is_for_others()
    }

    /// Nobody here belongs to an organization, or brings the token of an event source.
    fn is_for_others(&self) -> bool {
        let wanted = &self.document["Condition"]["StringEquals"];
        [ORGANIZATION, EVENT_SOURCE_TOKEN]
            .iter()
            .any(|key| wanted.get(key).is_some())
    }

    fn covers(&self, action: &str) -> bool {
        self.action == action || matches!(self.action.as_str(), "lambda:*" | "*")
    }
}

/// IAM's `ArnLike`: `*` stands for any text and `?` for one character, within each of the six
/// parts of an ARN.
fn arn_like(pattern: &str, arn: &str) -> bool {
    let (mut pattern, mut arn) = (pattern.splitn(6, ':'), arn.splitn(6, ':'));
    loop {
        match (pattern.next(), arn.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part))
                if pattern == part || glob(pattern.as_bytes(), part.as_bytes()) => {}
            _ => return false,
        }
    }
}

/// Matches with one backtracking point: linear for one star, never exponential.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(&c) if c == b'?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((after, from)) = star else {
                    return false;
                };
                star = Some((after, from + 1));
                (p, t) = (after, from + 1);
            }
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::arn_like;

    #[test]
    fn a_source_arn_matches_as_iam_matches() {
        let arn = "arn:aws:execute-api:us-east-1:000000000000:abc/$default/GET/hello";
        for pattern in [
            arn,
            "arn:aws:execute-api:us-east-1:000000000000:abc/*",
            "arn:aws:execute-api:us-east-1:000000000000:abc/*/GET/*",
            "arn:aws:execute-api:us-east-1:*:ab?/*/*/hello",
        ] {
            assert!(arn_like(pattern, arn), "{pattern}");
        }
        for pattern in [
            "*",
            "arn:aws:execute-api:us-east-1:000000000000:other/*",
            "arn:aws:execute-api:us-east-1:000000000000:abc/*/POST/*",
            "arn:aws:execute-api:eu-west-1:000000000000:abc/*",
            "arn:aws:execute-api:us-east-1:000000000000:abc/*/GET/hell",
        ] {
            assert!(!arn_like(pattern, arn), "{pattern}");
        }
    }
}
