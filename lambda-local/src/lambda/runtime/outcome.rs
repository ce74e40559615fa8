//! How an invocation ends, as Lambda answers it: every end is an HTTP 200, and the ones that are
//! not a response carry `X-Amz-Function-Error`.

use std::{os::unix::process::ExitStatusExt, process::ExitStatus, time::Duration};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::terminal::Printed;

/// The largest response of a synchronous invocation, in bytes: 6 MB and a margin.
/// The number is the one in AWS's own error text.
pub(crate) const MAX_RESPONSE: usize = 6_291_556;

/// An invocation that ended, with the end of its log if that was asked for.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) outcome: Outcome,
    pub(crate) duration: Duration,
    /// The last 4 KB of what was logged for this invocation; empty if it was not asked for.
    pub(crate) log_tail: Vec<u8>,
    /// Its lines, where they are to be shown under its request.
    pub(crate) printed: Printed,
}

#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The handler's answer.
    Response(Bytes),
    /// What the runtime reported: the handler returned an error or panicked.
    Reported(Bytes),
    /// What the runtime reported before its first invocation: it cannot start.
    NotInitialized(Bytes),
    /// The process ended before it answered.
    Exited(ExitStatus),
    /// The process could not be started.
    NotStarted(String),
    TimedOut(Duration),
    TooLarge(usize),
}

impl Outcome {
    /// Whether the environment can take another invocation.
    pub(crate) const fn environment_lives(&self) -> bool {
        matches!(
            self,
            Self::Response(_) | Self::Reported(_) | Self::TooLarge(_)
        )
    }

    pub(crate) const fn is_error(&self) -> bool {
        !matches!(self, Self::Response(_))
    }

    /// What an answer to an API says, where it begins with that as those of Rust's functions do.
    pub(crate) fn http_status(&self) -> Option<u16> {
        let Self::Response(body) = self else {
            return None;
        };
        let digits = body.strip_prefix(b"{\"statusCode\":")?.get(..3)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    /// A word for it, for whoever looks at what functions do.
    pub(crate) const fn status(&self) -> &'static str {
        match self {
            Self::Response(_) => "success",
            Self::TimedOut(_) => "timeout",
            Self::Reported(_) | Self::NotInitialized(_) => "error",
            _ => "failure",
        }
    }

    /// Lambda's word for it in the log: to Lambda an error that the handler returned is a success.
    pub(super) const fn reported_status(&self) -> &'static str {
        match self {
            Self::Response(_) | Self::Reported(_) | Self::TooLarge(_) => "success",
            Self::TimedOut(_) => "timeout",
            Self::NotInitialized(_) | Self::Exited(_) | Self::NotStarted(_) => "error",
        }
    }

    /// The type that the log gives with status `error`.
    pub(super) fn reported_type(&self) -> Option<String> {
        let kind = match self {
            Self::NotInitialized(payload) => serde_json::from_slice(payload).unwrap_or_default(),
            Self::Exited(_) | Self::NotStarted(_) => self.lambda_error(""),
            _ => return None,
        };
        kind["errorType"].as_str().map(str::to_owned)
    }

    /// The payload that the caller gets.
    pub(crate) fn payload(&self, request_id: &str) -> Bytes {
        match self {
            Self::Response(payload) | Self::Reported(payload) | Self::NotInitialized(payload) => {
                payload.clone()
            }
            other => Bytes::from(other.lambda_error(request_id).to_string()),
        }
    }

    /// One line for the log, where Lambda itself has something to say.
    pub(crate) fn log_line(&self, request_id: &str) -> Option<String> {
        match self {
            Self::Response(_) | Self::Reported(_) | Self::NotInitialized(_) => None,
            Self::TimedOut(after) => Some(format!(
                "{request_id} Task timed out after {:.2} seconds",
                after.as_secs_f64()
            )),
            other => {
                let error = other.lambda_error(request_id);
                let message = error["errorMessage"].as_str().unwrap_or_default();
                let kind = error["errorType"].as_str().unwrap_or_default();
                Some(format!("{message}\n{kind}"))
            }
        }
    }

    fn lambda_error(&self, request_id: &str) -> Value {
        let (kind, message) = match self {
            Self::Response(_) | Self::Reported(_) | Self::NotInitialized(_) => return Value::Null,
            Self::Exited(status) => ("Runtime.ExitError", exit_reason(*status)),
            Self::NotStarted(reason) => ("Runtime.InvalidEntrypoint", reason.clone()),
            Self::TimedOut(after) => (
                "Sandbox.Timedout",
                format!("Task timed out after {:.2} seconds", after.as_secs_f64()),
            ),
            Self::TooLarge(size) => {
                return json!({
                    "errorType": "Function.ResponseSizeTooLarge",
                    "errorMessage": format!(
                        "Response payload size ({size} bytes) exceeded maximum allowed payload \
                         size ({MAX_RESPONSE} bytes)."
                    ),
                });
            }
        };
        json!({
            "errorType": kind,
            "errorMessage": format!("RequestId: {request_id} Error: {message}"),
        })
    }
}

fn exit_reason(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(0), _) | (None, None) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, Some(9)) => "Runtime exited with error: signal: killed".to_owned(),
        (None, Some(signal)) => format!("Runtime exited with error: signal: {signal}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(outcome: &Outcome) -> Value {
        serde_json::from_slice(&outcome.payload("8f5a")).unwrap()
    }

    #[test]
    fn an_end_that_is_not_an_answer_is_told_in_lambdas_words() {
        let timed_out = error(&Outcome::TimedOut(Duration::from_secs(1)));
        assert_eq!(timed_out["errorType"], "Sandbox.Timedout");
        assert_eq!(
            timed_out["errorMessage"],
            "RequestId: 8f5a Error: Task timed out after 1.00 seconds"
        );
        for (raw, text) in [
            (
                0,
                "RequestId: 8f5a Error: Runtime exited without providing a reason",
            ),
            (
                127 << 8,
                "RequestId: 8f5a Error: Runtime exited with error: exit status 127",
            ),
            (
                9,
                "RequestId: 8f5a Error: Runtime exited with error: signal: killed",
            ),
        ] {
            let exited = error(&Outcome::Exited(ExitStatus::from_raw(raw)));
            assert_eq!(exited["errorType"], "Runtime.ExitError");
            assert_eq!(exited["errorMessage"], text);
        }
        let too_large = error(&Outcome::TooLarge(7_000_000));
        assert_eq!(too_large["errorType"], "Function.ResponseSizeTooLarge");
    }
    #[test]
    fn an_error_that_the_handler_returned_is_a_success_in_the_log_and_a_failed_start_is_not() {
        let error = Bytes::from_static(br#"{"errorType":"Broken"}"#);
        let told = |outcome: &Outcome| (outcome.reported_status(), outcome.reported_type());
        assert_eq!(told(&Outcome::Reported(error.clone())), ("success", None));
        assert_eq!(told(&Outcome::TooLarge(7_000_000)), ("success", None));
        let timed_out = Outcome::TimedOut(Duration::from_secs(1));
        assert_eq!(told(&timed_out), ("timeout", None));
        let kind = |kind: &str| ("error", Some(kind.to_owned()));
        assert_eq!(told(&Outcome::NotInitialized(error)), kind("Broken"));
        let exited = Outcome::Exited(ExitStatus::from_raw(9));
        assert_eq!(told(&exited), kind("Runtime.ExitError"));
    }
}
