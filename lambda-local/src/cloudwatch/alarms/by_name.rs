//! `PutMetricAlarm`, `PutCompositeAlarm`, `DescribeAlarms`, `DeleteAlarms`, `SetAlarmState`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    alarm::Alarm,
    composite::{Composite, CompositeDefinition},
    definition::Definition,
    standing::{Standing, State},
};
use crate::{
    cloudwatch::metrics::Sources,
    place::Place,
    protocol::{Answer, Exception},
};

/// Alarms by name: one has a name that no alarm of the other kind has.
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    of_metrics: BTreeMap<String, Alarm>,
    composite: BTreeMap<String, Composite>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DescribeAlarms {
    alarm_names: Option<Vec<String>>,
    alarm_name_prefix: Option<String>,
    /// Those on metrics, where it is not said.
    alarm_types: Option<Vec<String>>,
    state_value: Option<State>,
}

impl DescribeAlarms {
    fn wants_type(&self, name: &str, where_unsaid: bool) -> bool {
        let types = self.alarm_types.as_ref();
        types.map_or(where_unsaid, |types| types.iter().any(|kind| kind == name))
    }

    fn wants(&self, name: &str, standing: &Standing) -> bool {
        let (names, prefix) = (&self.alarm_names, &self.alarm_name_prefix);
        names
            .as_ref()
            .is_none_or(|names| names.iter().any(|wanted| wanted == name))
            && prefix
                .as_ref()
                .is_none_or(|prefix| name.starts_with(prefix))
            && self.state_value.is_none_or(|state| standing.state == state)
    }
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
        let alarm = Alarm::new(definition, place, now)?;
        self.composite.remove(&name);
        self.of_metrics.insert(name, alarm);
        Ok(json!({}))
    }

    /// How AWS words that a rule names an alarm that is not there is from memory.
    pub(crate) fn put_composite(
        &mut self,
        definition: CompositeDefinition,
        place: &Place,
        now: u64,
    ) -> Answer {
        let name = definition.alarm_name.clone();
        let alarm = Composite::new(definition, place, now)?;
        let mut missing = alarm.rule.names();
        missing.retain(|name| self.state_of(name).is_none());
        if !missing.is_empty() {
            let text = format!(
                "Could not save the composite alarm as alarms [{}] in the alarm rule do not exist",
                missing.join(", ")
            );
            return Err(Exception::new("ValidationError", 400, text));
        }
        self.of_metrics.remove(&name);
        self.composite.insert(name, alarm);
        Ok(json!({}))
    }

    fn state_of(&self, name: &str) -> Option<State> {
        let of_metric = self.of_metrics.get(name).map(|alarm| &alarm.standing);
        let composite = || self.composite.get(name).map(|alarm| &alarm.standing);
        of_metric.or_else(composite).map(|standing| standing.state)
    }

    pub(crate) fn describe(
        &mut self,
        asked: &DescribeAlarms,
        sources: &Sources,
        now: u64,
    ) -> Value {
        self.evaluate(sources, now);
        let of_metrics = self.of_metrics.iter().filter(|(name, alarm)| {
            asked.wants_type("MetricAlarm", true) && asked.wants(name, &alarm.standing)
        });
        let composite = self.composite.iter().filter(|(name, alarm)| {
            asked.wants_type("CompositeAlarm", false) && asked.wants(name, &alarm.standing)
        });
        json!({
            "MetricAlarms": of_metrics.map(|(_, alarm)| alarm.describe()).collect::<Vec<_>>(),
            "CompositeAlarms": composite.map(|(_, alarm)| alarm.describe()).collect::<Vec<_>>(),
        })
    }

    /// Those on metrics first. A composite one may look at another, which may change in its turn;
    /// AWS lets them look at each other in a circle, and so this has an end.
    fn evaluate(&mut self, sources: &Sources, now: u64) {
        for alarm in self.of_metrics.values_mut() {
            alarm.evaluate(sources, now);
        }
        for _ in 0..=self.composite.len() {
            let holds = self.composite.iter().map(|(name, alarm)| {
                let holds = alarm.rule.holds(&|name| self.state_of(name));
                (name.clone(), holds)
            });
            let holds: BTreeMap<String, bool> = holds.collect();
            let alarms = self.composite.iter_mut();
            let changed = alarms.filter_map(|(name, alarm)| {
                let holds = holds.get(name).copied().unwrap_or_default();
                alarm.evaluate(holds, now).then_some(())
            });
            if changed.count() == 0 {
                return;
            }
        }
    }

    pub(crate) fn delete(&mut self, asked: &DeleteAlarms) -> Value {
        for name in &asked.alarm_names {
            self.of_metrics.remove(name);
            self.composite.remove(name);
        }
        json!({})
    }

    pub(crate) fn set_state(
        &mut self,
        asked: SetAlarmState,
        sources: &Sources,
        now: u64,
    ) -> Answer {
        let SetAlarmState {
            alarm_name,
            state_value,
            state_reason,
        } = asked;
        if let Some(alarm) = self.of_metrics.get_mut(&alarm_name) {
            alarm.set(state_value, state_reason, sources, now);
        } else if let Some(alarm) = self.composite.get_mut(&alarm_name) {
            alarm.standing.set(state_value, state_reason, now);
        } else {
            let text = "The specified alarm does not exist.";
            return Err(Exception::new("ResourceNotFound", 404, text));
        }
        Ok(json!({}))
    }
}
