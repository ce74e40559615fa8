//! API Gateway: the APIs in front of an alias. Each kind has an API of AWS's, and a file, of its
//! own.

mod http;
mod rest;
mod stages;

use std::{collections::HashMap, fmt};

use aws_config::SdkConfig;

use super::AwsError;
use http::HttpApis;
use rest::RestApis;
pub(crate) use rest::{Resource, STAGE};
pub(crate) use stages::InStage;

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
    /// Where only one stage leads there.
    pub(crate) of: Option<InStage>,
}

/// Where in an API an integration is.
#[derive(Debug, Clone)]
pub(crate) enum TargetAt {
    Integration(String),
    Method { resource: String, method: String },
}

impl Api {
    /// Where clients reach this stage of it.
    pub(crate) fn at_stage(&self, stage: &str) -> String {
        let whole = match self.kind {
            ApiKind::Http if stage == "$default" => return self.endpoint.clone(),
            ApiKind::Http => self.endpoint.trim_end_matches('/'),
            ApiKind::Rest => {
                let own = self.endpoint.rsplit_once('/');
                own.map_or(self.endpoint.as_str(), |(whole, _)| whole)
            }
        };
        format!("{whole}/{stage}")
    }
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
    use super::{Api, ApiKind, function_of, invoke_uri};

    #[test]
    fn a_stage_is_reached_below_the_api() {
        let api = |kind, endpoint: &str| Api {
            kind,
            id: "a".to_owned(),
            name: "a".to_owned(),
            endpoint: endpoint.to_owned(),
            made_here: true,
        };
        let http = api(ApiKind::Http, "https://a.example");
        assert_eq!(http.at_stage("$default"), "https://a.example");
        assert_eq!(http.at_stage("dev"), "https://a.example/dev");
        let rest = api(ApiKind::Rest, "https://a.example/prod");
        assert_eq!(rest.at_stage("dev"), "https://a.example/dev");
    }

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
