//! AWS: one file or folder for each service, which alone names that service's SDK. What they give and take
//! is this program's own: versions, weights, routings.

mod apigateway;
mod cloudwatch;
mod connection;
mod contact;
mod error;
mod explain;
mod iam;
mod lambda;
mod logs;
mod no_answer;
mod sts;
mod trail;

pub(crate) use apigateway::{
    Api, ApiGateway, ApiKind, InStage, Resource, STAGE, Target, TargetAt, invoke_uri,
};
pub(crate) use cloudwatch::{Alarm, CloudWatch, price_of_looks};
pub(crate) use connection::connect;
pub(crate) use contact::Contact;
pub(crate) use error::AwsError;
pub(crate) use explain::Explain;
pub(crate) use iam::{Iam, ROLE_PATH, Role, role_name, role_policies};
pub(crate) use lambda::{
    Alias, Architecture, Function, FunctionUrl, Lambda, NamedAlias, NewFunction, Provisioned,
    ProvisionedState, PublishedVersion, RUNTIME, URL_STATEMENT, VersionSettings, VersionState,
};
pub(crate) use logs::{LogLine, Logs, log_group};
pub(crate) use sts::Sts;
pub(crate) use trail::{AliasMoved, Trail};
