//! `LookupEvents`.

use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::record::{Moved, Trail};
use crate::{
    clock::written,
    protocol::{Answer, Exception, Operation, aws_json},
};

/// The end of the name by which clients call it: older ones put the Java package before it.
pub(crate) const SERVICE: &str = "CloudTrail_20131101";

/// The most events of one answer.
const MOST: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LookupEvents {
    #[serde(default)]
    lookup_attributes: Vec<Attribute>,
    /// Seconds since 1970.
    start_time: Option<f64>,
    end_time: Option<f64>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_key: String,
    attribute_value: String,
}

/// The operation that is here.
const LOOKUP_EVENTS: Operation = Operation::named("cloudtrail", "LookupEvents", false);

pub(crate) fn operations() -> Vec<Operation> {
    vec![LOOKUP_EVENTS]
}

impl Trail {
    /// `None` if there is no such operation here.
    pub(crate) fn answer_json(&self, operation: &str, body: &[u8]) -> Option<Response> {
        (operation == LOOKUP_EVENTS.name).then(|| aws_json::respond(self.lookup(body)))
    }

    fn lookup(&self, body: &[u8]) -> Answer {
        let request = aws_json::read(body)?;
        let request: LookupEvents = serde_json::from_value(request)
            .map_err(|error| Exception::serialization(error.to_string()))?;
        if request.lookup_attributes.len() > 1 {
            let text = "You can specify only one lookup attribute.";
            return Err(Exception::new(
                "InvalidLookupAttributesException",
                400,
                text,
            ));
        }
        let first = request.next_token.as_deref().unwrap_or("0");
        let invalid =
            || Exception::new("InvalidNextTokenException", 400, "The token is not valid.");
        let first: usize = first.parse().map_err(|_| invalid())?;
        let most = request.max_results.unwrap_or(MOST).clamp(1, MOST);
        let found = self.moves(|moved| request.wants(moved));
        let events = found.iter().skip(first).take(most);
        let events: Vec<Value> = events.map(|moved| self.event(moved)).collect();
        let mut answer = json!({ "Events": events });
        if first + most < found.len() {
            answer["NextToken"] = (first + most).to_string().into();
        }
        Ok(answer)
    }

    fn event(&self, moved: &Moved) -> Value {
        json!({
            "EventId": moved.id.to_string(),
            "EventName": moved.event_name,
            "ReadOnly": "false",
            "EventTime": moved.second(),
            "EventSource": "lambda.amazonaws.com",
            "Resources": [{
                "ResourceType": "AWS::Lambda::Function",
                "ResourceName": moved.function,
            }],
            "CloudTrailEvent": self.record_of(moved).to_string(),
        })
    }

    fn record_of(&self, moved: &Moved) -> Value {
        json!({
            "eventVersion": "1.08",
            "eventTime": written(moved.moment.date()),
            "eventSource": "lambda.amazonaws.com",
            "eventName": moved.event_name,
            "awsRegion": self.place.region,
            "requestParameters": moved.parameters,
            "eventID": moved.id.to_string(),
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": self.place.account,
        })
    }
}

impl LookupEvents {
    fn wants(&self, moved: &Moved) -> bool {
        let at = moved.second() as f64;
        let attribute = |of: &Attribute| match of.attribute_key.as_str() {
            "EventName" => of.attribute_value == moved.event_name,
            "ResourceName" => of.attribute_value == moved.function,
            "EventId" => of.attribute_value == moved.id.to_string(),
            "EventSource" => of.attribute_value == "lambda.amazonaws.com",
            "ReadOnly" => of.attribute_value == "false",
            "ResourceType" => of.attribute_value == "AWS::Lambda::Function",
            _ => false,
        };
        self.start_time.is_none_or(|start| at >= start)
            && self.end_time.is_none_or(|end| at <= end)
            && self.lookup_attributes.iter().all(attribute)
    }
}
