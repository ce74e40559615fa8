//! Whom the policy of an alias lets invoke it.

use std::collections::BTreeSet;

use serde_json::Value;

#[derive(Debug, Default)]
pub(super) struct ResourcePolicy {
    /// The source ARNs for which API Gateway may.
    sources: BTreeSet<String>,
    /// Whether it may for every API.
    all_apis: bool,
    /// Everybody may call the function URL.
    pub(super) url_call: bool,
    /// Whoever called it may invoke the alias by it.
    pub(super) url_invoke: bool,
    /// Who may invoke what, and for what source where one is said.
    pub(super) invokers: BTreeSet<Invoker>,
    /// What the statements are called.
    pub(super) statements: BTreeSet<String>,
}

impl ResourcePolicy {
    /// Reads the policy's JSON.
    pub(super) fn read(text: Option<&str>) -> Self {
        let policy: Value = text
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let mut read = Self::default();
        let statements = policy["Statement"].as_array().into_iter().flatten();
        for statement in statements.filter(|statement| statement["Effect"] == "Allow") {
            let principal = &statement["Principal"];
            let name = statement["Sid"].as_str();
            read.statements.extend(name.map(str::to_owned));
            read.invokers.extend(Invoker::of(statement));
            if principal["Service"] == "apigateway.amazonaws.com" {
                read.admit_api_gateway(&statement["Condition"]);
            } else if *principal == "*" || principal["AWS"] == "*" {
                read.url_call |= statement["Action"] == "lambda:InvokeFunctionUrl";
                read.url_invoke |= statement["Action"] == "lambda:InvokeFunction";
            }
        }
        read
    }

    fn admit_api_gateway(&mut self, condition: &Value) {
        match condition["ArnLike"]["AWS:SourceArn"].as_str() {
            Some(arn) => {
                self.all_apis |= api_of(arn) == Some("*");
                self.sources.insert(arn.to_owned());
            }
            None => self.all_apis |= condition.is_null(),
        }
    }

    /// Whether API Gateway may for exactly this source ARN.
    pub(super) fn source(&self, arn: &str) -> bool {
        self.sources.contains(arn)
    }

    /// Whether a statement names this API.
    pub(super) fn names(&self, api: &str) -> bool {
        self.sources.iter().any(|arn| api_of(arn) == Some(api))
    }

    /// Whether this API may invoke.
    pub(super) fn api(&self, api: &str) -> bool {
        self.all_apis || self.names(api)
    }
}

/// Who may invoke something.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Invoker {
    /// `s3.amazonaws.com for arn:aws:s3:::orders`.
    pub(super) name: String,
    /// The ARN of what it may invoke.
    pub(super) resource: String,
}

impl Invoker {
    fn of(statement: &Value) -> Option<Self> {
        let principal = &statement["Principal"];
        let named = [&principal["Service"], &principal["AWS"], principal];
        let name = named.into_iter().find_map(Value::as_str)?;
        let source = statement["Condition"]["ArnLike"]["AWS:SourceArn"].as_str();
        let resource = statement["Resource"].as_str().unwrap_or_default();
        Some(Self {
            name: source.map_or_else(|| name.to_owned(), |source| format!("{name} for {source}")),
            resource: resource.to_owned(),
        })
    }
}

/// The API's id in a source ARN.
fn api_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(5)?.split('/').next()
}
