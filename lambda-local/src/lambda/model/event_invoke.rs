//! How asynchronous invocations of a function, a version or an alias are tried again.
//! <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html>

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    clock::Moment,
    protocol::{ApiResult, Exception},
};

const MAX_RETRIES: u32 = 2;
/// Seconds.
const MAX_AGE: u64 = 6 * 3600;

/// What was set; what was not has AWS's default.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct EventInvoke {
    maximum_retry_attempts: Option<u32>,
    maximum_event_age_in_seconds: Option<u64>,
    #[serde(default)]
    destinations: Destinations,
    /// Milliseconds since 1970.
    modified: u64,
}

/// What is told what became of an event.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Destinations {
    on_success: Destination,
    on_failure: Destination,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Destination {
    /// An ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
}

/// The bodies of the calls that put and that update.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EventInvokeChange {
    maximum_retry_attempts: Option<u32>,
    maximum_event_age_in_seconds: Option<u64>,
    destination_config: Option<Destinations>,
}

impl EventInvoke {
    pub(crate) fn maximum_retries(&self) -> u32 {
        self.maximum_retry_attempts.unwrap_or(MAX_RETRIES)
    }

    pub(crate) fn maximum_age(&self) -> Duration {
        Duration::from_secs(self.maximum_event_age_in_seconds.unwrap_or(MAX_AGE))
    }

    /// The ARN of what is told of an event that succeeded, or did not.
    pub(crate) fn destination(&self, succeeded: bool) -> Option<&str> {
        let Destinations {
            on_success,
            on_failure,
        } = &self.destinations;
        let one = if succeeded { on_success } else { on_failure };
        one.destination.as_deref()
    }

    pub(super) fn changed(&self, change: &EventInvokeChange, now: Moment) -> ApiResult<Self> {
        Ok(Self {
            maximum_retry_attempts: change
                .maximum_retry_attempts
                .or(self.maximum_retry_attempts),
            maximum_event_age_in_seconds: change
                .maximum_event_age_in_seconds
                .or(self.maximum_event_age_in_seconds),
            destinations: match &change.destination_config {
                Some(destinations) => destinations.clone(),
                None => self.destinations.clone(),
            },
            modified: now.milliseconds(),
        })
    }

    pub(super) fn describe(&self, arn: &str) -> Value {
        let mut shown = json!({
            "FunctionArn": arn,
            "LastModified": self.modified as f64 / 1000.0,
            "DestinationConfig": self.destinations,
        });
        if let Some(attempts) = self.maximum_retry_attempts {
            shown["MaximumRetryAttempts"] = json!(attempts);
        }
        if let Some(age) = self.maximum_event_age_in_seconds {
            shown["MaximumEventAgeInSeconds"] = json!(age);
        }
        shown
    }
}

impl Destinations {
    /// How a destination on failure is written is not known: as one on success, it is taken.
    fn invalid(&self) -> Exception {
        let shown = |kind: &str, one: &Destination| match &one.destination {
            Some(arn) => format!("{kind}(destination={arn})"),
            None => "null".to_owned(),
        };
        Exception::invalid_parameter(format!(
            "The provided destination config DestinationConfig(onSuccess={}, onFailure={}) is \
             invalid.",
            shown("OnSuccess", &self.on_success),
            shown("OnFailure", &self.on_failure)
        ))
    }
}

impl EventInvokeChange {
    /// Whether what is told of events of this function can be told.
    pub(super) fn check_destinations(
        &self,
        check_function: impl Fn(&str) -> ApiResult<()>,
    ) -> ApiResult<()> {
        let Some(destinations) = &self.destination_config else {
            return Ok(());
        };
        let both = [&destinations.on_success, &destinations.on_failure];
        for arn in both.into_iter().filter_map(|one| one.destination.as_ref()) {
            match arn.split(':').nth(2) {
                Some("lambda") => check_function(arn)?,
                Some("sqs" | "sns" | "s3" | "events") => {}
                _ => return Err(destinations.invalid()),
            }
        }
        Ok(())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.maximum_retry_attempts.is_none()
            && self.maximum_event_age_in_seconds.is_none()
            && self.destination_config.is_none()
    }
}
