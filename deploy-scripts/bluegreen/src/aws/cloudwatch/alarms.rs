//! The alarms that are a plan's veto: on metrics, and composite ones.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{AlarmType, CompositeAlarm, Dimension, MetricAlarm, StateValue};

use super::CloudWatch;
use crate::aws::AwsError;

/// Alarms of one `DescribeAlarms`.
const MAX_ALARMS: i32 = 100;

/// An alarm, and what it watches.
#[derive(Debug)]
pub(crate) struct Alarm {
    pub(crate) rings: bool,
    /// Whether it is on one of Lambda's metrics.
    pub(crate) of_lambda: bool,
    pub(crate) dimensions: BTreeMap<String, String>,
}

impl CloudWatch {
    /// The alarms of these names that are there. CloudWatch gives composite ones only where they
    /// are asked for.
    pub(crate) async fn alarms(
        &self,
        names: &[String],
    ) -> Result<BTreeMap<String, Alarm>, AwsError> {
        let mut found = BTreeMap::new();
        for names in names.chunks(MAX_ALARMS as usize) {
            let answered = self
                .client
                .describe_alarms()
                .set_alarm_names(Some(names.to_vec()))
                .alarm_types(AlarmType::MetricAlarm)
                .alarm_types(AlarmType::CompositeAlarm)
                .max_records(MAX_ALARMS)
                .send()
                .await?;
            let of_metrics = answered.metric_alarms.into_iter().flatten();
            found.extend(of_metrics.filter_map(|alarm| named(alarm.alarm_name.clone(), alarm)));
            let composite = answered.composite_alarms.into_iter().flatten();
            found.extend(composite.filter_map(|alarm| named(alarm.alarm_name.clone(), alarm)));
        }
        Ok(found)
    }
}

fn named(name: Option<String>, alarm: impl Into<Alarm>) -> Option<(String, Alarm)> {
    Some((name?, alarm.into()))
}

impl From<MetricAlarm> for Alarm {
    fn from(alarm: MetricAlarm) -> Self {
        let dimensions = alarm.dimensions.into_iter().flatten();
        let pair = |dimension: Dimension| Some((dimension.name?, dimension.value?));
        Self {
            rings: alarm.state_value == Some(StateValue::Alarm),
            of_lambda: alarm.namespace.as_deref() == Some("AWS/Lambda"),
            dimensions: dimensions.filter_map(pair).collect(),
        }
    }
}

impl From<CompositeAlarm> for Alarm {
    fn from(alarm: CompositeAlarm) -> Self {
        Self {
            rings: alarm.state_value == Some(StateValue::Alarm),
            of_lambda: false,
            dimensions: BTreeMap::new(),
        }
    }
}
