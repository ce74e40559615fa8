//! AWS's protocols. Nothing in here knows a service.

pub(crate) mod aws_json;
pub(crate) mod body;
pub(crate) mod cbor;
pub(crate) mod event_stream;
mod exception;
pub(crate) mod operation;
pub(crate) mod query;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};
use serde_json::Value;

pub(crate) use exception::{ApiResult, Exception};
pub(crate) use operation::{Operation, Table, find};
pub(crate) use query::{Form, escaped};

/// What an operation of a protocol without paths gives.
pub(crate) type Answer = ApiResult<Value>;

/// How a client speaks, and wants to be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    RestJson,
    AwsJson,
    Cbor,
    Query,
    /// S3, and other services that answer in XML: none is here.
    RestXml,
}

impl Protocol {
    /// That of a request to no path of a REST service.
    pub(crate) fn of(request: &Request) -> Self {
        let headers = request.headers();
        let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        let is_form =
            kind.is_some_and(|kind| kind.starts_with(b"application/x-www-form-urlencoded"));
        match () {
            () if service_of(headers).is_some_and(|service| XML.contains(&service)) => {
                Self::RestXml
            }
            () if headers.contains_key(aws_json::TARGET) => Self::AwsJson,
            () if request.uri().path().contains("/operation/") => Self::Cbor,
            () if is_form => Self::Query,
            () => Self::RestJson,
        }
    }

    pub(crate) fn refuse(self, exception: Exception) -> Response {
        match self {
            Self::RestJson => exception.into_response(),
            Self::AwsJson => aws_json::respond(Err(exception)),
            Self::Cbor => cbor::respond(Err(exception)),
            Self::Query => query::respond("", "", Err(exception)),
            Self::RestXml => query::refuse(&exception, "", ""),
        }
    }
}

/// Services whose clients read a refusal as XML, whatever they send.
const XML: [&str; 3] = ["s3", "route53", "cloudfront"];

/// Which service a signature is for: `Credential=KEY/20261127/us-east-1/s3/aws4_request`.
fn service_of(headers: &HeaderMap) -> Option<&str> {
    let authorization = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split('/').nth(3)
}
