//! One alarm: what it watches, and what state that puts it into.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Refusal,
    metrics::{Dimension, Metrics, NAMESPACE},
    statistic::Statistic,
};
use crate::model::Place;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Definition {
    pub(super) alarm_name: String,
    alarm_description: Option<String>,
    #[serde(default)]
    alarm_actions: Vec<String>,
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    period: Option<u64>,
    evaluation_periods: u64,
    datapoints_to_alarm: Option<u64>,
    threshold: Option<f64>,
    comparison_operator: String,
    treat_missing_data: Option<String>,
}

#[derive(Debug)]
pub(super) struct Alarm {
    arn: String,
    definition: Definition,
    statistic: Statistic,
    pub(super) state: State,
    reason: String,
    /// Seconds since 1970 at which the state was set.
    updated: u64,
    configured: u64,
    /// The period in which the state was looked at or set last: until the next one it stands.
    looked_at: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum State {
    #[serde(rename = "OK")]
    Ok,
    #[serde(rename = "ALARM")]
    Alarm,
    #[serde(rename = "INSUFFICIENT_DATA")]
    InsufficientData,
}

impl State {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

impl Alarm {
    pub(super) fn new(definition: Definition, place: &Place, now: u64) -> Result<Self, Refusal> {
        let name = definition
            .extended_statistic
            .as_ref()
            .or(definition.statistic.as_ref());
        let Some(name) = name else {
            return Err(Refusal::invalid(
                "lambda-local watches one metric an alarm: give MetricName with Statistic or \
                 ExtendedStatistic",
            ));
        };
        let statistic = Statistic::parse(name)?;
        if compare(&definition.comparison_operator, 0.0, 0.0).is_none() {
            return Err(Refusal::invalid(format!(
                "lambda-local does not know the comparison '{}'",
                definition.comparison_operator
            )));
        }
        let arn = format!(
            "arn:aws:cloudwatch:{}:{}:alarm:{}",
            place.region, place.account, definition.alarm_name
        );
        Ok(Self {
            arn,
            definition,
            statistic,
            state: State::InsufficientData,
            reason: "Unchecked: Initial alarm creation".to_owned(),
            updated: now,
            configured: now,
            looked_at: 0,
        })
    }

    pub(super) fn set(&mut self, state: State, reason: String, now: u64) {
        if state != self.state {
            self.updated = now;
        }
        (self.state, self.reason) = (state, reason);
        self.looked_at = now / self.period();
    }

    fn period(&self) -> u64 {
        self.definition.period.unwrap_or(60).max(1)
    }

    /// Looks at the metric, once in each period.
    pub(super) fn evaluate(&mut self, metrics: &Metrics, now: u64) {
        let period = self.period();
        if now / period == self.looked_at {
            return;
        }
        let end = now - now % period;
        let wanted = self.definition.evaluation_periods.max(1);
        let start = end.saturating_sub(wanted * period);
        let found = match self.definition.namespace.as_deref() {
            Some(NAMESPACE) => metrics.periods(&self.definition.dimensions, (start, end), period),
            _ => Default::default(),
        };
        let name = self.definition.metric_name.as_deref().unwrap_or_default();
        let values: Vec<f64> = found
            .values()
            .filter_map(|bucket| self.statistic.of(name, bucket))
            .collect();
        if let Some((state, reason)) = self.judge(&values, wanted) {
            self.set(state, reason, now);
        }
        self.looked_at = now / period;
    }

    /// `None` leaves the state as it is.
    fn judge(&self, values: &[f64], wanted: u64) -> Option<(State, String)> {
        let threshold = self.definition.threshold.unwrap_or_default();
        let operator = &self.definition.comparison_operator;
        let breaches = |value: &&f64| compare(operator, **value, threshold) == Some(true);
        let breaching = values.iter().filter(breaches).count() as u64;
        let missing = wanted.saturating_sub(values.len() as u64);
        let treat = self
            .definition
            .treat_missing_data
            .as_deref()
            .unwrap_or("missing");
        let needed = self.definition.datapoints_to_alarm.unwrap_or(wanted);
        let breaching = breaching + if treat == "breaching" { missing } else { 0 };
        let text = format!(
            "{breaching} of {wanted} datapoints breached the threshold ({threshold}), {missing} \
             were missing"
        );
        let nothing = values.is_empty() && matches!(treat, "missing" | "ignore");
        match () {
            () if breaching >= needed => Some((State::Alarm, text)),
            () if nothing && treat == "ignore" => None,
            () if nothing => Some((State::InsufficientData, text)),
            () => Some((State::Ok, text)),
        }
    }

    pub(super) fn describe(&self) -> Value {
        let Definition {
            alarm_name,
            alarm_description,
            alarm_actions,
            namespace,
            metric_name,
            dimensions,
            statistic,
            extended_statistic,
            period,
            evaluation_periods,
            datapoints_to_alarm,
            threshold,
            comparison_operator,
            treat_missing_data,
        } = &self.definition;
        let dimensions: Vec<Value> = dimensions
            .iter()
            .map(|dimension| json!({ "Name": dimension.name, "Value": dimension.value }))
            .collect();
        let mut alarm = json!({
            "AlarmName": alarm_name,
            "AlarmArn": self.arn,
            "AlarmConfigurationUpdatedTimestamp": self.configured,
            "ActionsEnabled": true,
            "OKActions": [],
            "AlarmActions": alarm_actions,
            "InsufficientDataActions": [],
            "StateValue": self.state.name(),
            "StateReason": self.reason,
            "StateUpdatedTimestamp": self.updated,
            "StateTransitionedTimestamp": self.updated,
            "Dimensions": dimensions,
            "EvaluationPeriods": evaluation_periods,
            "ComparisonOperator": comparison_operator,
        });
        for (name, value) in [
            ("AlarmDescription", json!(alarm_description)),
            ("Namespace", json!(namespace)),
            ("MetricName", json!(metric_name)),
            ("Statistic", json!(statistic)),
            ("ExtendedStatistic", json!(extended_statistic)),
            ("Period", json!(period)),
            ("DatapointsToAlarm", json!(datapoints_to_alarm)),
            ("Threshold", json!(threshold)),
            ("TreatMissingData", json!(treat_missing_data)),
        ] {
            if !value.is_null() {
                alarm[name] = value;
            }
        }
        alarm
    }
}

fn compare(operator: &str, value: f64, threshold: f64) -> Option<bool> {
    Some(match operator {
        "GreaterThanThreshold" => value > threshold,
        "GreaterThanOrEqualToThreshold" => value >= threshold,
        "LessThanThreshold" => value < threshold,
        "LessThanOrEqualToThreshold" => value <= threshold,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm(definition: Value) -> Alarm {
        let mut whole = json!({
            "AlarmName": "errors", "Namespace": "AWS/Lambda", "MetricName": "Errors",
            "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 3, "Threshold": 0.0,
            "ComparisonOperator": "GreaterThanThreshold",
        });
        for (name, value) in definition.as_object().unwrap() {
            whole[name] = value.clone();
        }
        let place = Place {
            region: "eu-north-1".to_owned(),
            account: "000000000000".to_owned(),
        };
        Alarm::new(serde_json::from_value(whole).unwrap(), &place, 0).unwrap()
    }

    fn judged(definition: Value, values: &[f64]) -> Option<State> {
        alarm(definition).judge(values, 3).map(|(state, _)| state)
    }

    #[test]
    fn an_alarm_rings_when_enough_datapoints_breach() {
        assert_eq!(judged(json!({}), &[1.0, 2.0, 1.0]), Some(State::Alarm));
        assert_eq!(judged(json!({}), &[1.0, 0.0, 1.0]), Some(State::Ok));
        let two = json!({ "DatapointsToAlarm": 2 });
        assert_eq!(judged(two, &[1.0, 0.0, 1.0]), Some(State::Alarm));
    }

    #[test]
    fn missing_data_are_treated_as_was_asked() {
        let treat = |how: &str| json!({ "TreatMissingData": how });
        assert_eq!(judged(json!({}), &[]), Some(State::InsufficientData));
        assert_eq!(judged(treat("notBreaching"), &[]), Some(State::Ok));
        assert_eq!(judged(treat("breaching"), &[]), Some(State::Alarm));
        assert_eq!(judged(treat("ignore"), &[]), None);
    }

    #[test]
    fn an_alarms_arn_names_the_region_that_lambda_local_claims() {
        let described = alarm(json!({})).describe();
        assert_eq!(
            described["AlarmArn"],
            "arn:aws:cloudwatch:eu-north-1:000000000000:alarm:errors"
        );
    }

    #[test]
    fn a_state_that_was_set_stands_until_the_next_period() {
        let mut alarm = alarm(json!({ "TreatMissingData": "notBreaching" }));
        alarm.set(State::Alarm, "by hand".to_owned(), 65);
        alarm.evaluate(&Metrics::default(), 119);
        assert_eq!(alarm.state, State::Alarm);
        alarm.evaluate(&Metrics::default(), 120);
        assert_eq!(alarm.state, State::Ok);
    }
}
