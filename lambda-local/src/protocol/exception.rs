//! Errors as AWS's REST services answer them: a status, a type in a header, a message in the body.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::lambda::{Caller, FunctionRef};

/// An answer that refuses a call: what AWS calls an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    /// AWS's name for it, such as `ResourceNotFoundException`.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            message: message.into(),
        }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "ResourceNotFoundException", message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "ResourceConflictException", message)
    }

    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            message,
        )
    }

    /// A value that the service's model refuses, before any rule of the service is looked at.
    pub(crate) fn validation(value: &str, member: &str, constraint: &str) -> Self {
        Self::validation_message(format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy \
             constraint: {constraint}"
        ))
    }

    pub(crate) fn validation_message(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ValidationException", message)
    }

    pub(crate) fn precondition_failed(api: &str) -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "PreconditionFailedException",
            format!(
                "The Revision Id provided does not match the latest Revision Id. Call the {api} \
                 API to retrieve the latest Revision Id"
            ),
        )
    }

    pub(crate) fn not_provisioned() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "ProvisionedConcurrencyConfigNotFoundException",
            "No Provisioned Concurrency Config found for this function",
        )
    }

    /// More invocations at once than the function has reserved.
    pub(crate) fn throttled() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Rate Exceeded.",
        )
    }

    /// More calls to the service than it takes in a second.
    pub(crate) fn too_many_calls() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Rate exceeded",
        )
    }

    pub(crate) fn invalid_request_content(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "InvalidRequestContentException",
            message,
        )
    }

    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "SerializationException", message)
    }

    pub(crate) fn too_large(limit: usize, operation: &str) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLargeException",
            format!("Request must be smaller than {limit} bytes for the {operation} operation"),
        )
    }

    pub(crate) fn event_too_large(size: usize, limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            format!(
                "{size} byte payload is too large for the Event invocation type (limit {limit} \
                 bytes)"
            ),
        )
    }

    /// API Gateway's errors have other names than Lambda's.
    pub(crate) fn gateway_not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFoundException", message)
    }

    pub(crate) fn gateway_bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequestException", message)
    }

    pub(crate) fn gateway_conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "ConflictException", message)
    }

    /// Somebody whom the resource's policy does not let in: the user sees it in the server's own
    /// output, the client only that it failed.
    pub(crate) fn access_denied(caller: Caller<'_>, resource: &FunctionRef) -> Self {
        let name = &resource.name;
        let on = resource
            .qualifier
            .as_ref()
            .map_or_else(String::new, |q| format!(" --qualifier {q}"));
        let allow = format!("`aws lambda add-permission --function-name {name}{on} --action");
        let message = match caller {
            Caller::Service {
                name: service,
                source_arn,
            } => format!(
                "{service} is not allowed to invoke '{name}' for {source_arn}; allow it with \
                 {allow} lambda:InvokeFunction --principal {service} --source-arn …`"
            ),
            Caller::FunctionUrl => format!(
                "'{name}' may not be called through its URL; allow it with {allow} \
                 lambda:InvokeFunctionUrl --principal '*' --function-url-auth-type NONE …` and \
                 {allow} lambda:InvokeFunction --principal '*' --invoked-via-function-url …`"
            ),
        };
        Self::new(StatusCode::FORBIDDEN, "AccessDeniedException", message)
    }

    /// Whether the same call may succeed a little later.
    pub(crate) fn is_passing(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
            || self.kind == "ResourceConflictException"
            || self.kind == "ServiceException"
    }

    /// Something of AWS that lambda-local does not have: never pretended.
    pub(crate) fn not_implemented(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplementedException",
            format!("lambda-local does not implement {what}"),
        )
    }

    /// A failure of this machine, not of the caller.
    pub(crate) fn service(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ServiceException",
            message,
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let fault = if self.status.is_server_error() {
            "Service"
        } else {
            "User"
        };
        // API Gateway and the model's validation write `message`, most of Lambda `Message`;
        // clients read both.
        let body = match self.kind {
            "ResourceNotFoundException" => json!({ "Type": fault, "Message": self.message }),
            "ValidationException" => json!({ "message": self.message }),
            "TooManyRequestsException" => json!({
                "Reason": match self == Self::throttled() {
                    true => "ReservedFunctionConcurrentInvocationLimitExceeded",
                    false => "CallerRateLimitExceeded",
                },
                "Type": fault,
                "message": self.message,
            }),
            // The JSON protocols look for the type in the body.
            "NotImplementedException" => json!({ "__type": self.kind, "message": self.message }),
            _ => json!({ "Type": fault, "message": self.message }),
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        let kind = HeaderValue::from_static(self.kind);
        response.headers_mut().insert("x-amzn-errortype", kind);
        response
    }
}
