//! API Gateway: the APIs in front of an alias. Each kind has an API of AWS's, and a file, of its
//! own.

mod http;
mod rest;

use std::{collections::HashMap, fmt};

use aws_config::SdkConfig;

use super::AwsError;
use http::HttpApis;
use rest::RestApis;
pub(crate) use rest::{Resource, STAGE};

#[derive(Debug)]
pub(crate) struct ApiGateway {
    pub(crate) http: HttpApis,
    pub(crate) rest: RestApis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiKind {
    Http,
    Rest,
}

#[derive(Debug, Clone)]
pub(crate) struct Api {
    pub(crate) kind: ApiKind,
    pub(crate) id: String,
    pub(crate) name: String,
    /// Where clients reach it.
    pub(crate) endpoint: String,
    /// Whether `create` made it.
    pub(crate) made_here: bool,
}

/// What an integration of an API leads to.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) at: TargetAt,
    /// The ARN of a function or of an alias, or the address of something else.
    pub(crate) uri: String,
}

/// Where in an API an integration is.
#[derive(Debug)]
pub(crate) enum TargetAt {
    Integration(String),
    Method { resource: String, method: String },
}

impl ApiGateway {
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self {
            http: HttpApis::new(config),
            rest: RestApis::new(config),
        }
    }

    /// The APIs of this name: API Gateway lets several have the same.
    pub(crate) async fn find(&self, name: &str) -> Result<Vec<Api>, AwsError> {
        let mut found = self.all().await?;
        found.retain(|api| api.name == name);
        Ok(found)
    }

    /// All APIs of both kinds.
    pub(crate) async fn all(&self) -> Result<Vec<Api>, AwsError> {
        let (mut apis, rest) = tokio::try_join!(self.http.all(), self.rest.all())?;
        apis.extend(rest);
        Ok(apis)
    }

    /// What the API's integrations lead to.
    pub(crate) async fn targets(&self, api: &Api) -> Result<Vec<Target>, AwsError> {
        match api.kind {
            ApiKind::Http => self.http.targets(api).await,
            ApiKind::Rest => self.rest.targets(api).await,
        }
    }

    /// Deletes the API with all that is in it.
    pub(crate) async fn delete(&self, api: &Api) -> Result<(), AwsError> {
        match api.kind {
            ApiKind::Http => self.http.delete(api).await,
            ApiKind::Rest => self.rest.delete(api).await,
        }
    }
}

/// Whether `create` made what has these tags.
fn made_here(tags: Option<HashMap<String, String>>) -> bool {
    tags.is_some_and(|tags| tags.get("bluegreen").is_some_and(|by| by == "create"))
}

const PATH: &str = ":lambda:path/2015-03-31/functions/";
const INVOCATIONS: &str = "/invocations";

/// The function's ARN in an integration URI: REST APIs name Lambda's invoke path, HTTP APIs mostly
/// the ARN itself.
fn function_of(uri: String) -> String {
    let inner = uri.split_once(PATH);
    match inner.and_then(|(_, rest)| rest.strip_suffix(INVOCATIONS)) {
        Some(arn) => arn.to_owned(),
        None => uri,
    }
}

/// The integration URI by which a REST API invokes the function or alias with this ARN.
pub(crate) fn invoke_uri(arn: &str) -> String {
    let mut parts = arn.split(':');
    let partition = parts.nth(1).unwrap_or("aws");
    let region = parts.nth(1).unwrap_or_default();
    format!("arn:{partition}:apigateway:{region}{PATH}{arn}{INVOCATIONS}")
}

impl fmt::Display for ApiKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP API",
            Self::Rest => "REST API",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{function_of, invoke_uri};

    #[test]
    fn an_integration_uri_names_a_function_in_two_ways() {
        let arn = "arn:aws-cn:lambda:cn-north-1:000000000000:function:hello:live";
        let uri = invoke_uri(arn);
        assert_eq!(
            uri,
            format!(
                "arn:aws-cn:apigateway:cn-north-1:lambda:path/2015-03-31/functions/{arn}/invocations"
            )
        );
        assert_eq!(function_of(uri), arn);
        assert_eq!(function_of(arn.to_owned()), arn);
    }
}
