//! `PutMetricAlarm`, `DescribeAlarms`, `DeleteAlarms`, `SetAlarmState`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    alarm::{Alarm, State},
    definition::Definition,
};
use crate::{
    cloudwatch::metrics::Sources,
    place::Place,
    protocol::{Answer, Exception},
};

/// Alarms by name.
#[derive(Debug, Default)]
pub(crate) struct Alarms(BTreeMap<String, Alarm>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeAlarms {
    alarm_names: Option<Vec<String>>,
    alarm_name_prefix: Option<String>,
    state_value: Option<State>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeleteAlarms {
    alarm_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetAlarmState {
    alarm_name: String,
    state_value: State,
    state_reason: String,
}

impl Alarms {
    pub(crate) fn put(&mut self, definition: Definition, place: &Place, now: u64) -> Answer {
        let name = definition.alarm_name.clone();
        self.0.insert(name, Alarm::new(definition, place, now)?);
        Ok(json!({}))
    }

    pub(crate) fn describe(
        &mut self,
        asked: &DescribeAlarms,
        sources: &Sources,
        now: u64,
    ) -> Value {
        for alarm in self.0.values_mut() {
            alarm.evaluate(sources, now);
        }
        let wanted = |name: &String, alarm: &Alarm| {
            asked
                .alarm_names
                .as_ref()
                .is_none_or(|names| names.contains(name))
                && asked
                    .alarm_name_prefix
                    .as_ref()
                    .is_none_or(|prefix| name.starts_with(prefix))
                && asked.state_value.is_none_or(|state| alarm.state == state)
        };
        let found = self.0.iter().filter(|(name, alarm)| wanted(name, alarm));
        let found: Vec<Value> = found.map(|(_, alarm)| alarm.describe()).collect();
        json!({ "MetricAlarms": found, "CompositeAlarms": [] })
    }

    pub(crate) fn delete(&mut self, asked: &DeleteAlarms) -> Value {
        self.0.retain(|name, _| !asked.alarm_names.contains(name));
        json!({})
    }

    pub(crate) fn set_state(&mut self, asked: SetAlarmState, now: u64) -> Answer {
        let Some(alarm) = self.0.get_mut(&asked.alarm_name) else {
            let text = "The specified alarm does not exist.";
            return Err(Exception::new("ResourceNotFound", 404, text));
        };
        alarm.set(asked.state_value, asked.state_reason, now);
        Ok(json!({}))
    }
}
