//! What a destination is told of an event.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>

use serde_json::{Value, json};

use super::{
    Invoked,
    asynchronous::{Condition, Event},
};
use crate::{
    model::{Place, Qualifier},
    timestamp,
};

/// What became of an event.
pub(super) struct Told {
    pub(super) condition: Condition,
    pub(super) attempts: u32,
    /// The last attempt, if one was made.
    pub(super) last: Option<Invoked>,
}

impl Told {
    /// The record, as JSON.
    pub(super) fn record(&self, event: &Event, place: &Place) -> String {
        let reference = &event.reference;
        let qualifier = reference.qualifier.as_ref().unwrap_or(&Qualifier::Latest);
        let arn = place.function_arn(&reference.name);
        let mut record = json!({
            "version": "1.0",
            "timestamp": timestamp::now(),
            "requestContext": {
                "requestId": &*event.request_id,
                "functionArn": format!("{arn}:{qualifier}"),
                "condition": format!("{:?}", self.condition),
                "approximateInvokeCount": self.attempts,
            },
            "requestPayload": parsed(&event.payload),
        });
        if let Some(last) = &self.last {
            record["responseContext"] = json!({
                "statusCode": 200,
                "executedVersion": last.version,
            });
            if last.done.outcome.is_error() {
                record["responseContext"]["functionError"] = json!("Unhandled");
            }
            record["responsePayload"] = parsed(&last.payload());
        }
        record.to_string()
    }
}

fn parsed(payload: &[u8]) -> Value {
    serde_json::from_slice(payload).unwrap_or_default()
}
