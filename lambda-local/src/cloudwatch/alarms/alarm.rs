//! One alarm: what it watches, and what state that puts it into.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html>

use serde_json::{Value, json};

use super::{
    definition::Definition,
    standing::{Standing, State},
};
use crate::{
    cloudwatch::metrics::{Sources, Window},
    place::Place,
    protocol::Exception,
};

#[derive(Debug)]
pub(super) struct Alarm {
    definition: Definition,
    pub(super) standing: Standing,
    /// The period in which the state was looked at or set last: until the next one it stands.
    looked_at: u64,
}

impl Alarm {
    pub(super) fn new(definition: Definition, place: &Place, now: u64) -> Result<Self, Exception> {
        definition.check()?;
        Ok(Self {
            standing: Standing::new(&definition.alarm_name, place, now),
            definition,
            looked_at: 0,
        })
    }

    pub(super) fn set(&mut self, state: State, reason: String, sources: &Sources, now: u64) {
        self.standing.set(state, reason, now);
        self.looked_at = self.seen(sources, now) / self.definition.period();
    }

    /// The second up to which what it watches has come by now.
    fn seen(&self, sources: &Sources, now: u64) -> u64 {
        now.saturating_sub(sources.lateness(self.definition.watched()))
    }

    /// Looks at the metric, once in each period.
    pub(super) fn evaluate(&mut self, sources: &Sources, now: u64) {
        let period = self.definition.period();
        let seen = self.seen(sources, now);
        if seen / period == self.looked_at {
            return;
        }
        let end = seen - seen % period;
        let wanted = self.definition.evaluation_periods.max(1);
        let start = end.saturating_sub(wanted.saturating_mul(period));
        let window = Window { start, end, now };
        let found = self.definition.series(sources, window);
        let values: Vec<f64> = found.into_values().collect();
        if let Some((state, reason)) = self.judge(&values, wanted) {
            self.standing.set(state, reason, now);
        }
        self.looked_at = seen / period;
    }

    /// `None` leaves the state as it is.
    fn judge(&self, values: &[f64], wanted: u64) -> Option<(State, String)> {
        let threshold = self.definition.threshold();
        let breaching = values
            .iter()
            .filter(|value| self.definition.breaches(**value));
        let breaching = breaching.count() as u64;
        let missing = wanted.saturating_sub(values.len() as u64);
        let treat = self.definition.missing();
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
        self.standing.describe(json!(self.definition))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudwatch::metrics::Pace;

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
    fn an_alarm_waits_for_metrics_that_come_late() {
        let sources = Sources::new(Pace {
            metric_delay: 120,
            ..Pace::default()
        });
        let treat =
            |namespace: &str| json!({ "TreatMissingData": "notBreaching", "Namespace": namespace });
        for (namespace, late) in [("AWS/Lambda", 120), ("Shop", 0)] {
            let mut alarm = alarm(treat(namespace));
            alarm.set(State::Alarm, "by hand".to_owned(), &sources, late + 65);
            alarm.evaluate(&sources, late + 119);
            assert_eq!(alarm.standing.state, State::Alarm, "{namespace}");
            alarm.evaluate(&sources, late + 120);
            assert_eq!(alarm.standing.state, State::Ok, "{namespace}");
        }
    }

    #[test]
    fn a_state_that_was_set_stands_until_the_next_period() {
        let mut alarm = alarm(json!({ "TreatMissingData": "notBreaching" }));
        let sources = Sources::default();
        alarm.set(State::Alarm, "by hand".to_owned(), &sources, 65);
        alarm.evaluate(&sources, 119);
        assert_eq!(alarm.standing.state, State::Alarm);
        alarm.evaluate(&sources, 120);
        assert_eq!(alarm.standing.state, State::Ok);
    }
}
