//! What an alarm of either kind is in, and since when.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::place::Place;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum State {
    #[serde(rename = "OK")]
    Ok,
    #[serde(rename = "ALARM")]
    Alarm,
    #[serde(rename = "INSUFFICIENT_DATA")]
    InsufficientData,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

#[derive(Debug)]
pub(super) struct Standing {
    arn: String,
    pub(super) state: State,
    reason: String,
    /// Seconds since 1970 at which the state was set.
    updated: u64,
    configured: u64,
}

impl Standing {
    pub(super) fn new(name: &str, place: &Place, now: u64) -> Self {
        let Place { region, account } = place;
        Self {
            arn: format!("arn:aws:cloudwatch:{region}:{account}:alarm:{name}"),
            state: State::InsufficientData,
            reason: "Unchecked: Initial alarm creation".to_owned(),
            updated: now,
            configured: now,
        }
    }

    pub(super) fn set(&mut self, state: State, reason: String, now: u64) {
        if state != self.state {
            self.updated = now;
        }
        (self.state, self.reason) = (state, reason);
    }

    /// The alarm's definition with what it is in.
    pub(super) fn describe(&self, definition: Value) -> Value {
        let mut alarm = definition;
        for (name, value) in [
            ("AlarmArn", json!(self.arn)),
            ("AlarmConfigurationUpdatedTimestamp", json!(self.configured)),
            ("StateValue", json!(self.state.name())),
            ("StateReason", json!(self.reason)),
            ("StateUpdatedTimestamp", json!(self.updated)),
            ("StateTransitionedTimestamp", json!(self.updated)),
        ] {
            alarm[name] = value;
        }
        alarm
    }
}
