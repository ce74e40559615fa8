//! Asynchronous invocations: accepted at once, and tried again where they fail, as AWS does.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{Call, Lambda};
use crate::{error::ApiResult, logs::Logs, model::FunctionRef};

/// The pauses after the service itself refused: each twice the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// An event on its way to a function.
struct Event {
    reference: Arc<FunctionRef>,
    payload: Bytes,
    /// All attempts have the same.
    request_id: Arc<str>,
    accepted: Instant,
}

impl Lambda {
    /// Accepts an event. Nothing is kept of it on disk: what waits is lost when the server ends.
    pub(crate) fn accept(
        self: &Arc<Self>,
        reference: Arc<FunctionRef>,
        payload: Bytes,
        request_id: Arc<str>,
    ) {
        let event = Event {
            reference,
            payload,
            request_id,
            accepted: Instant::now(),
        };
        let lambda = self.clone();
        tokio::spawn(async move {
            if let Err(error) = lambda.deliver(&event).await {
                let name = &event.reference.name;
                Logs::warn(&format!("an event for '{name}' was dropped: {error}"));
            }
        });
    }

    /// # Errors
    /// Why the event was given up.
    async fn deliver(self: &Arc<Self>, event: &Event) -> Result<(), String> {
        let (mut failures, mut pause) = (0, FIRST_PAUSE);
        loop {
            let settings = self.model().event_invoke(&event.reference);
            let settings = settings.map_err(|error| error.message)?;
            if event.accepted.elapsed() > settings.maximum_age() {
                return Err("it is older than MaximumEventAgeInSeconds".to_owned());
            }
            match self.attempt(event).await {
                Ok(false) => return Ok(()),
                Ok(true) if failures >= settings.maximum_retries() => {
                    return Err(format!("the function failed {} times", failures + 1));
                }
                Ok(true) => {
                    failures += 1;
                    tokio::time::sleep(self.retry_delay * failures).await;
                }
                Err(error) if error.is_passing() => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(error) => return Err(error.message),
            }
        }
    }

    /// Whether the function failed. Each attempt throws the alias's coin anew.
    async fn attempt(self: &Arc<Self>, event: &Event) -> ApiResult<bool> {
        let target = self.resolve(&event.reference)?;
        let call = Call {
            request_id: Some(event.request_id.clone()),
            ..Call::with(event.payload.clone())
        };
        Ok(self.invoke(target, call).await?.done.outcome.is_error())
    }
}
