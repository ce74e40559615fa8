//! What AWS answered when it refused a call, or why the call did not reach it.

use std::{error::Error, fmt};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::no_answer::NoAnswer;

/// A call that failed. Displays as `code: message`, or as the reason why there was no answer.
#[derive(Debug)]
pub(crate) struct AwsError {
    code: Option<String>,
    message: String,
    transient: bool,
    /// Whether the server does not know the operation.
    unknown: bool,
    /// What to do: where there was no answer, or none of AWS's, and where the call knows.
    advice: Option<&'static str>,
}

/// What to do about an answer that names no error as AWS does.
const NOT_AWS: &str = "what answers there does not answer as AWS does: look at --endpoint-url and \
                       AWS_ENDPOINT_URL";
/// What AWS calls it when it is asked too often.
const THROTTLED: [&str; 4] = [
    "TooManyRequestsException",
    "ThrottlingException",
    "Throttling",
    "RequestLimitExceeded",
];
/// What AWS calls it when a policy does not allow a call.
const DENIED: [&str; 2] = ["AccessDenied", "AccessDeniedException"];

/// What to do about errors that have nothing to do with the call that met them.
const ADVICE: [(&[&str], &str); 3] = [
    (
        &DENIED,
        "`bluegreen policy` prints what the deployer needs, `bluegreen policy --setup` what `create` \
         and `destroy` need beside it",
    ),
    (
        &["ExpiredToken", "ExpiredTokenException", "RequestExpired"],
        "the credentials have expired: sign in again with `aws sso login`, or renew \
         AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
    ),
    (
        &[
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
        ],
        "AWS does not know these credentials, or not in this region: `aws sts get-caller-identity` \
         shows whose they are; a clock that is wrong by minutes does it, too",
    ),
];

impl AwsError {
    /// What to do about it, where that does not depend on the call.
    pub(crate) fn advice(&self) -> Option<&'static str> {
        let known = || {
            let code = self.code.as_deref()?;
            let known = ADVICE.iter().find(|(codes, _)| codes.contains(&code));
            known.map(|(_, advice)| *advice)
        };
        self.advice.or_else(known)
    }

    /// With what to do about it, where the call knows.
    pub(super) fn advised(mut self, is: impl Fn(&Self) -> bool, advice: &'static str) -> Self {
        if is(&self) {
            self.advice = Some(advice);
        }
        self
    }

    /// One that passes, where it says this.
    pub(super) fn passing(mut self, where_it_says: &str) -> Self {
        self.transient |= self.says(where_it_says);
        self
    }

    /// Whether the same call may succeed a little later.
    pub(crate) const fn is_transient(&self) -> bool {
        self.transient
    }

    /// Whether the server does not know the operation: an emulator may not, AWS does.
    pub(crate) const fn is_of_unknown_operation(&self) -> bool {
        self.unknown
    }

    /// Whether somebody else wrote since: nothing was done, unless an earlier try of the same call
    /// did it.
    pub(crate) fn is_conflict(&self) -> bool {
        self.has_code("PreconditionFailedException")
    }

    /// Whether an earlier change is still under way.
    pub(crate) fn is_in_progress(&self) -> bool {
        self.has_code("ResourceConflictException") && self.says(" in progress")
    }

    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// Whether whoever asked may not.
    pub(crate) fn is_denied(&self) -> bool {
        DENIED.iter().any(|code| self.has_code(code))
    }

    pub(crate) fn is_missing(&self) -> bool {
        [
            "ResourceNotFoundException",
            "NotFoundException",
            "NoSuchEntity",
            "ProvisionedConcurrencyConfigNotFoundException",
        ]
        .iter()
        .any(|code| self.has_code(code))
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.message.contains(text)
    }

    /// An answer that is not what the service documents.
    pub(crate) fn unexpected(message: impl Into<String>) -> Self {
        Self {
            code: None,
            message: message.into(),
            transient: false,
            unknown: false,
            advice: None,
        }
    }
}

/// The answer to a deletion: what was deleted before, or by somebody else meanwhile, is deleted.
pub(super) fn gone<T, E>(deleted: Result<T, SdkError<E, HttpResponse>>) -> Result<(), AwsError>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match deleted.map_err(AwsError::from) {
        Err(error) if error.is_missing() => Ok(()),
        deleted => deleted.map(|_| ()),
    }
}

impl<E> From<SdkError<E, HttpResponse>> for AwsError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::ServiceError(refusal) => {
                let metadata = refusal.err().meta();
                let code = metadata.code().map(str::to_owned);
                let throttled = code
                    .as_deref()
                    .is_some_and(|code| THROTTLED.contains(&code));
                let status = refusal.raw().status();
                let unsaid = || format!("HTTP status {} without a message", status.as_u16());
                let message = metadata.message().map_or_else(unsaid, str::to_owned);
                Self {
                    unknown: status.as_u16() == 404 && code.is_none(),
                    advice: code.is_none().then_some(NOT_AWS),
                    code,
                    message,
                    // lambda-local answers 501 to what it does not have.
                    transient: throttled || (status.is_server_error() && status.as_u16() != 501),
                }
            }
            _ => {
                let unheard = causes(&error).find_map(|cause| cause.downcast_ref::<NoAnswer>());
                Self {
                    code: None,
                    message: unheard.map_or_else(|| chain(&error), ToString::to_string),
                    // Everything else got no answer, or half of one.
                    transient: !matches!(error, SdkError::ConstructionFailure(_)),
                    unknown: false,
                    advice: unheard.map(NoAnswer::advice),
                }
            }
        }
    }
}

/// All causes on one line, each once: the SDK's own texts say little without them.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    for cause in causes(error) {
        let text = without_request(&cause.to_string());
        if !said.iter().any(|known| known.contains(&text)) {
            said.push(text);
        }
    }
    said.join(": ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The SDK shows the whole request, as Rust writes it down, where an endpoint is no address.
fn without_request(text: &str) -> String {
    let said = text.split(" to request `Request {").next();
    said.unwrap_or_default().to_owned()
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl Error for AwsError {}

#[cfg(test)]
mod tests {
    use super::without_request;

    #[test]
    fn a_request_is_not_shown_as_rust_writes_it_down() {
        let text = "failed to apply endpoint `foo` to request `Request { uri: Uri { x: \"/\" } }`";
        assert_eq!(without_request(text), "failed to apply endpoint `foo`");
        assert_eq!(without_request("dns error: no"), "dns error: no");
    }
}
