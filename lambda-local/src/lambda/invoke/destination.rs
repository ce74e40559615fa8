//! What a destination is told of an event.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>

use serde_json::{Value, json};

use super::{
    call::Invoked,
    event::{Condition, Event},
};
use crate::{clock, lambda::model::Qualifier, place::Place};

/// What became of an event.
pub(crate) struct Delivery {
    pub(crate) condition: Condition,
    pub(crate) attempts: u32,
    /// The last attempt, if one was made.
    pub(crate) last: Option<Invoked>,
}

impl Delivery {
    /// The record, as JSON.
    pub(crate) fn record(&self, event: &Event, place: &Place) -> String {
        let reference = &event.reference;
        let qualifier = reference.qualifier.as_ref().unwrap_or(&Qualifier::Latest);
        let arn = place.function_arn(&reference.name);
        let mut record = json!({
            "version": "1.0",
            "timestamp": clock::now(),
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
