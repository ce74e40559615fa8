//! A composite alarm: one whose state comes from those of others.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    rule::Rule,
    standing::{Standing, State},
};
use crate::{place::Place, protocol::ApiResult};

/// What `PutCompositeAlarm` says of an alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CompositeDefinition {
    pub(super) alarm_name: String,
    alarm_rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm_description: Option<String>,
    #[serde(default = "super::definition::enabled")]
    actions_enabled: bool,
    #[serde(default)]
    alarm_actions: Vec<String>,
    #[serde(default, rename = "OKActions")]
    ok_actions: Vec<String>,
    #[serde(default)]
    insufficient_data_actions: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Composite {
    definition: CompositeDefinition,
    pub(super) rule: Rule,
    pub(super) standing: Standing,
    /// What the rule gave last: a state that was set by hand stands until that changes.
    held: Option<bool>,
}

impl Composite {
    pub(super) fn new(definition: CompositeDefinition, place: &Place, now: u64) -> ApiResult<Self> {
        Ok(Self {
            rule: Rule::parse(&definition.alarm_rule)?,
            standing: Standing::new(&definition.alarm_name, place, now),
            held: None,
            definition,
        })
    }

    /// Sets the state that the rule gives, and says whether that is another one than before.
    pub(super) fn evaluate(&mut self, holds: bool, now: u64) -> bool {
        let changed = self.held.replace(holds) != Some(holds);
        if changed {
            let state = if holds { State::Alarm } else { State::Ok };
            let rule = &self.definition.alarm_rule;
            let reason = format!("AlarmRule evaluates to {holds}: {rule}");
            self.standing.set(state, reason, now);
        }
        changed
    }

    pub(super) fn describe(&self) -> Value {
        self.standing.describe(json!(self.definition))
    }
}
