//! Asynchronous invocations: accepted at once, and tried again where they fail, as AWS does.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{
    call::{Call, Invoked, Way},
    destination::Delivery,
    event::{Condition, Event},
};
use crate::{
    lambda::{
        model::{EventInvoke, FunctionRef},
        state::{Lambda, new_request_id},
    },
    protocol::ApiResult,
};

/// The pauses after the service itself refused: each twice the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How often an event may lead to another by a destination: AWS ends such loops, too.
const MOST_HOPS: u8 = 16;

impl Lambda {
    /// Accepts an event. Nothing is kept of it on disk: what waits is lost when the server ends.
    pub(crate) fn accept(
        self: &Arc<Self>,
        reference: Arc<FunctionRef>,
        payload: Bytes,
        request_id: Arc<str>,
    ) {
        self.deliver_soon(Event {
            reference,
            payload,
            request_id,
            accepted: Instant::now(),
            hops: 0,
        });
    }

    fn deliver_soon(self: &Arc<Self>, event: Event) {
        let lambda = self.clone();
        tokio::spawn(async move {
            if let Err(error) = lambda.deliver(&event).await {
                let name = &event.reference.name;
                lambda
                    .terminal
                    .warn(format_args!("an event for '{name}': {error}"));
            }
        });
    }

    /// # Errors
    /// What the event did not reach.
    async fn deliver(self: &Arc<Self>, event: &Event) -> Result<(), String> {
        let delivery = self.run_with_retries(event).await?;
        self.tell_destination(event, &delivery)?;
        match delivery.condition {
            Condition::Success => Ok(()),
            Condition::RetriesExhausted => {
                Err(format!("the function failed {} times", delivery.attempts))
            }
            Condition::EventAgeExceeded => Err("it is older than MaximumEventAgeInSeconds".into()),
        }
    }

    /// # Errors
    /// Why the event cannot be run at all.
    async fn run_with_retries(self: &Arc<Self>, event: &Event) -> Result<Delivery, String> {
        let (mut attempts, mut pause, mut last) = (0, FIRST_PAUSE, None);
        let condition = loop {
            let settings = self.settings(event)?;
            if event.accepted.elapsed() > settings.maximum_age() {
                break Condition::EventAgeExceeded;
            }
            match self.attempt(event).await {
                Ok(invoked) => {
                    attempts += 1;
                    if !last.insert(invoked).done.outcome.is_error() {
                        break Condition::Success;
                    }
                    if attempts > settings.maximum_retries() {
                        break Condition::RetriesExhausted;
                    }
                    tokio::time::sleep(self.retry_delay * attempts).await;
                }
                Err(error) if error.is_passing() => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(error) => return Err(error.message),
            }
        };
        Ok(Delivery {
            condition,
            attempts,
            last,
        })
    }

    fn settings(&self, event: &Event) -> Result<EventInvoke, String> {
        let settings = self.model().event_invoke(&event.reference);
        settings.map_err(|error| error.message)
    }

    /// Each attempt throws the alias's coin anew.
    async fn attempt(self: &Arc<Self>, event: &Event) -> ApiResult<Invoked> {
        let target = self.resolve(&event.reference)?;
        let call = Call {
            request_id: Some(event.request_id.clone()),
            ..Call::with(event.payload.clone(), Way::Event)
        };
        self.invoke(target, call).await
    }

    /// Sends the record of an event to the function that is to have it.
    fn tell_destination(
        self: &Arc<Self>,
        event: &Event,
        delivery: &Delivery,
    ) -> Result<(), String> {
        let settings = self.settings(event)?;
        let Some(arn) = settings.destination(delivery.condition == Condition::Success) else {
            return Ok(());
        };
        if event.hops == MOST_HOPS {
            return Err(format!(
                "{arn} is not told of it: destinations lead in a circle"
            ));
        }
        if !arn.contains(":lambda:") {
            return Err(format!(
                "{arn} is not told of it: only functions are told here"
            ));
        }
        let reference = FunctionRef::parse(arn, None, &self.place);
        self.deliver_soon(Event {
            reference: Arc::new(reference.map_err(|error| error.message)?),
            payload: delivery.record(event, &self.place).into(),
            request_id: new_request_id().into(),
            accepted: Instant::now(),
            hops: event.hops + 1,
        });
        Ok(())
    }
}
