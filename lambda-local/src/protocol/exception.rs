//! What AWS calls an exception, and how its REST services answer with one: a status, a type in a
//! header, a message in the body.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

/// An answer that refuses a call: what AWS calls an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exception {
    pub(crate) status: StatusCode,
    /// AWS's name for it, such as `ResourceNotFoundException`.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Whether the body says whose fault it was.
    pub(crate) has_type: bool,
}

pub(crate) type ApiResult<T> = Result<T, Exception>;

impl Exception {
    fn of(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            has_type: true,
        }
    }

    /// Some of Lambda's own rules leave out of the body whose fault it was.
    pub(crate) fn without_type(self) -> Self {
        Self {
            has_type: false,
            ..self
        }
    }

    /// A status that is none is a bad request's.
    pub(crate) fn new(code: &'static str, status: u16, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        Self::of(status, code, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::of(StatusCode::NOT_FOUND, "ResourceNotFoundException", message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::of(StatusCode::CONFLICT, "ResourceConflictException", message)
    }

    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::of(
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
        Self::of(StatusCode::BAD_REQUEST, "ValidationException", message)
    }

    pub(crate) fn precondition_failed(api: &str) -> Self {
        Self::of(
            StatusCode::PRECONDITION_FAILED,
            "PreconditionFailedException",
            format!(
                "The Revision Id provided does not match the latest Revision Id. Call the {api} \
                 API to retrieve the latest Revision Id"
            ),
        )
    }

    pub(crate) fn not_provisioned() -> Self {
        Self::of(
            StatusCode::NOT_FOUND,
            "ProvisionedConcurrencyConfigNotFoundException",
            "No Provisioned Concurrency Config found for this function",
        )
    }

    /// Somebody else's account. Nothing is said of it.
    pub(crate) fn no_access() -> Self {
        Self::of(StatusCode::FORBIDDEN, "AccessDeniedException", "")
    }

    /// More invocations at once than the function has reserved.
    pub(crate) fn throttled() -> Self {
        Self::of(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Rate Exceeded.",
        )
    }

    /// More calls to the service than it takes in a second.
    pub(crate) fn too_many_calls() -> Self {
        Self::of(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Rate exceeded",
        )
    }

    pub(crate) fn invalid_request_content(message: impl Into<String>) -> Self {
        Self::of(
            StatusCode::BAD_REQUEST,
            "InvalidRequestContentException",
            message,
        )
    }

    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        Self::of(StatusCode::BAD_REQUEST, "SerializationException", message)
    }

    pub(crate) fn too_large(limit: usize, operation: &str) -> Self {
        Self::of(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLargeException",
            format!("Request must be smaller than {limit} bytes for the {operation} operation"),
        )
    }

    pub(crate) fn zip_too_large(limit: usize) -> Self {
        Self::of(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLargeException",
            format!("Zipped size must be smaller than {limit} bytes"),
        )
    }

    pub(crate) fn event_too_large(size: usize, limit: usize) -> Self {
        Self::of(
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
        Self::of(StatusCode::NOT_FOUND, "NotFoundException", message)
    }

    pub(crate) fn gateway_bad_request(message: impl Into<String>) -> Self {
        Self::of(StatusCode::BAD_REQUEST, "BadRequestException", message)
    }

    pub(crate) fn gateway_conflict(message: impl Into<String>) -> Self {
        Self::of(StatusCode::CONFLICT, "ConflictException", message)
    }

    /// As the protocols have it that look for the type in the body.
    pub(super) fn typed(&self) -> Value {
        json!({ "__type": self.code, "message": self.message })
    }

    /// Whether the same call may succeed a little later.
    pub(crate) fn is_passing(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
            || self.code == "ResourceConflictException"
            || self.code == "ServiceException"
    }

    /// Something of AWS that lambda-local does not have: never pretended.
    pub(crate) fn not_implemented(what: &str) -> Self {
        Self::of(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplementedException",
            format!("lambda-local does not implement {what}"),
        )
    }

    /// A failure of this machine, not of the caller.
    pub(crate) fn service(message: impl Into<String>) -> Self {
        Self::of(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ServiceException",
            message,
        )
    }
}

impl IntoResponse for Exception {
    fn into_response(self) -> Response {
        let fault = if self.status.is_server_error() {
            "Service"
        } else {
            "User"
        };
        // API Gateway and the model's validation write `message`, most of Lambda `Message`;
        // clients read both.
        let body = match self.code {
            "ResourceNotFoundException" => json!({ "Type": fault, "Message": self.message }),
            "AccessDeniedException" if self.message.is_empty() => json!({ "Message": null }),
            _ if !self.has_type => json!({ "message": self.message }),
            "ValidationException" => json!({ "message": self.message }),
            "TooManyRequestsException" => json!({
                "Reason": match self == Self::throttled() {
                    true => "ReservedFunctionConcurrentInvocationLimitExceeded",
                    false => "CallerRateLimitExceeded",
                },
                "Type": fault,
                "message": self.message,
            }),
            _ => json!({ "Type": fault, "message": self.message }),
        };
        let mut response = (self.status, axum::Json(body)).into_response();
        let kind = HeaderValue::from_static(self.code);
        response.headers_mut().insert("x-amzn-errortype", kind);
        response
    }
}
