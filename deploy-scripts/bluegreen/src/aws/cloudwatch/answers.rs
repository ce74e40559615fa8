//! What series of numbers say together.

use std::collections::{BTreeMap, HashMap};

use bluegreen_rollout::{
    plan::Plan,
    signal::{Answers, Signal, Source},
};

use super::names::{Series, THROTTLES, id, requests_of, values_of};

/// The series that were asked for, by their ids.
#[derive(Default)]
pub(super) struct AllSeries(pub(super) HashMap<String, Series>);

impl AllSeries {
    pub(super) fn take(&mut self, of: &str, what: &str) -> Series {
        self.0.remove(&id(of, what)).unwrap_or_default()
    }

    /// What a version answered in the periods for which all series of a source have a value.
    pub(super) fn answers(
        &mut self,
        of: &str,
        source: Source,
        plan: &Plan,
    ) -> BTreeMap<u64, Answers> {
        let requests = self.take(of, requests_of(source));
        let known = requests.iter();
        let known = known.map(|(at, requests)| (*at, Answers::new(count(*requests))));
        let signals = plan.signals().filter(|signal| signal.source() == source);
        let answers = signals.fold(known.collect(), |answers, signal| {
            let kind = signal.kind().name;
            let mut bad = match signal {
                // Written where something was bad, or with each request: both say the same.
                Signal::Bad => requests.clone(),
                _ => self.take(of, &values_of(kind)),
            };
            bad.values_mut().for_each(|none| *none = 0.0);
            bad.extend(self.take(of, kind));
            complete(answers, signal, &bad)
        });
        match source {
            Source::Lambda => with_throttled(answers, &requests, &self.take(of, THROTTLES)),
            Source::Outcomes => answers,
        }
    }
}

/// Where nothing was invoked, but something was throttled, Lambda tells of nothing else.
fn with_throttled(
    mut answers: BTreeMap<u64, Answers>,
    invocations: &Series,
    throttles: &Series,
) -> BTreeMap<u64, Answers> {
    for (at, throttled) in throttles.iter().map(|(at, value)| (*at, count(*value))) {
        let throttled = Answers::new(throttled).with(Signal::Errors, throttled);
        let known = answers.contains_key(&at) || !invocations.contains_key(&at);
        if known && throttled.requests > 0 {
            let answered = answers.entry(at).or_default();
            *answered = *answered + throttled;
        }
    }
    answers
}

fn complete(
    answers: BTreeMap<u64, Answers>,
    signal: Signal,
    bad: &Series,
) -> BTreeMap<u64, Answers> {
    let known = answers.into_iter();
    let known = known.filter_map(|(at, answers)| {
        let bad = count(*bad.get(&at)?);
        Some((at, answers.with(signal, bad)))
    });
    known.collect()
}

pub(super) fn count(value: f64) -> u64 {
    value.round().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use bluegreen_rollout::{
        plan::{Metrics, Outcomes, Plan},
        signal::{Signal, Source},
    };

    use super::{AllSeries, Series, id};
    use crate::aws::cloudwatch::names::BLUE;

    fn found(series: &[(&str, &[(u64, f64)])]) -> AllSeries {
        let named = |(what, pairs): &(&str, &[(u64, f64)])| {
            let series: Series = pairs.iter().copied().collect();
            (id(BLUE, what), series)
        };
        AllSeries(series.iter().map(named).collect())
    }

    fn plan(also: &[Signal]) -> Plan {
        Plan {
            also: also.to_vec(),
            outcomes: Some(Outcomes::of_the_layer(Metrics::default())),
            ..Plan::new("canary:10%/5m".parse().unwrap())
        }
    }

    /// Period, requests, and the bad ones by each of the source's signals.
    fn known(mut found: AllSeries, source: Source, plan: &Plan) -> Vec<(u64, u64, Vec<u64>)> {
        let answers = found.answers(BLUE, source, plan).into_iter();
        let plain = answers.map(|(at, answers)| {
            let bad = answers.bad(source).map(|(_, bad)| bad).collect();
            (at, answers.requests, bad)
        });
        plain.collect()
    }

    #[test]
    fn a_period_with_a_missing_series_is_unknown_and_not_clean() {
        let series = || {
            found(&[
                ("invocations", &[(60, 10.0), (120, 12.0), (180, 9.0)]),
                ("errors", &[(60, 1.0), (120, 0.0)]),
                ("slow", &[(120, 3.0)]),
            ])
        };
        let errors = known(series(), Source::Lambda, &plan(&[]));
        assert_eq!(errors, [(60, 10, vec![1, 0]), (120, 12, vec![0, 0])]);
        let both = known(series(), Source::Lambda, &plan(&[Signal::Slow(250)]));
        assert_eq!(both, [(120, 12, vec![0, 3])]);
    }

    #[test]
    fn where_requests_were_timed_and_none_is_counted_as_slow_there_were_none() {
        let series = found(&[
            ("invocations", &[(60, 10.0), (120, 12.0), (180, 9.0)]),
            ("errors", &[(60, 0.0), (120, 0.0), (180, 0.0)]),
            ("slow", &[(120, 3.0)]),
            ("slow_values", &[(60, 10.0), (120, 12.0)]),
        ]);
        let slow = known(series, Source::Lambda, &plan(&[Signal::Slow(250)]));
        assert_eq!(slow, [(60, 10, vec![0, 0]), (120, 12, vec![0, 3])]);
    }

    #[test]
    fn a_function_that_said_nothing_bad_of_its_requests_had_nothing_bad_to_say() {
        let series = found(&[
            ("requests", &[(60, 10.0), (61, 12.0)]),
            ("bad", &[(61, 3.0), (62, 1.0)]),
        ]);
        let said = known(series, Source::Outcomes, &plan(&[]));
        assert_eq!(said, [(60, 10, vec![0]), (61, 12, vec![3])]);
    }

    #[test]
    fn a_throttled_request_is_a_failed_one() {
        let series = found(&[
            ("invocations", &[(60, 10.0), (180, 5.0)]),
            ("errors", &[(60, 1.0)]),
            ("throttles", &[(60, 4.0), (120, 7.0), (180, 1.0)]),
        ]);
        let answered = known(series, Source::Lambda, &plan(&[]));
        // Of the last period the errors are missing still.
        assert_eq!(answered, [(60, 14, vec![5, 0]), (120, 7, vec![7, 0])]);
    }
}
