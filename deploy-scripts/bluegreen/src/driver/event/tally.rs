//! What versions answered, as it is told.

use std::fmt;

use bluegreen_rollout::{
    assessment::Assessment,
    signal::{Answers, Kind, Signal, Source},
    verdict::Counts,
};
use serde::{Serialize, Serializer};

/// What a version answered, as Lambda's own metrics tell it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally(pub(crate) Answers);

/// What a version says that it answered.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said(pub(crate) Answers);

/// What both versions say, as far as it is evidence.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcomes {
    pub(crate) blue: Said,
    pub(crate) green: Said,
    /// Since the start.
    #[serde(skip)]
    pub(crate) answered: [Said; 2],
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.0, Source::Lambda, serializer)
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(self.0, Source::Outcomes, serializer)
    }
}

/// Requests, and the bad ones by each kind of a source's signals.
fn serialize<S: Serializer>(
    answers: Answers,
    source: Source,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let bad = answers.bad(source).map(|(kind, bad)| (kind.name, bad));
    let requests = [("requests", answers.requests)];
    serializer.collect_map(requests.into_iter().chain(bad))
}

impl Outcomes {
    pub(super) fn of(seen: &Assessment) -> Option<Self> {
        let said = seen.told.iter();
        let mut said = said.filter(|told| told.source == Source::Outcomes);
        let said = said.next()?;
        let [blue, green] = said.counted.map(Said);
        Some(Self {
            blue,
            green,
            answered: said.answered.map(Said),
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(answers) = self;
        for (index, (Kind { word, .. }, bad)) in answers.bad(Source::Lambda).enumerate() {
            match (index, bad) {
                (0, bad) => write!(f, "{bad} {word} of {}", answers.requests)?,
                (_, 0) => {}
                (_, bad) => write!(f, ", {bad} {word}")?,
            }
        }
        Ok(())
    }
}

impl Said {
    pub(super) fn is_bad(&self) -> bool {
        self.0.counts(Signal::Bad).bad > 0
    }
}

/// `14 bad of 58`
impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { requests, bad } = self.0.counts(Signal::Bad);
        write!(f, "{bad} bad of {requests}")
    }
}

#[cfg(test)]
mod tests {
    use bluegreen_rollout::{
        Seconds, Timestamp, plan,
        samples::{Sample, Samples},
    };
    use serde_json::json;

    use super::{
        super::fixture::{look, outcomes, rollout},
        Answers, Assessment, Outcomes, Signal, Tally,
    };

    #[test]
    fn what_both_say_is_told_where_it_counts() {
        let sample = Sample {
            at: Timestamp::from_unix(60),
            blue: Some(Answers::new(9).with(Signal::Bad, 1)),
            green: Some(Answers::new(3)),
            total: None,
        };
        let samples = Samples {
            lambda: Vec::new(),
            outcomes: vec![sample],
        };
        let told = |of: Option<plan::Outcomes>| {
            let mut rollout = rollout();
            rollout.plan.outcomes = of;
            let now = Timestamp::from_unix(600);
            Outcomes::of(&Assessment::new(&rollout, &samples, now, Seconds(0)))
        };
        assert!(told(None).is_none());
        let layers = plan::Outcomes::of_the_layer(plan::Metrics::default());
        let answered = told(Some(layers)).unwrap().answered;
        let answered = answered.map(|said| said.to_string());
        assert_eq!(answered, ["1 bad of 9", "0 bad of 3"]);
    }

    #[test]
    fn answers_are_told_by_kind_and_what_there_is_none_of_is_left_out() {
        let [blue, _] = look().answered;
        assert_eq!(blue.to_string(), "1 failed of 540");
        let slow = Tally(Answers::new(9).with(Signal::Slow(100), 2));
        assert_eq!(slow.to_string(), "0 failed of 9, 2 slow");
        let said = outcomes((58, 14), (3, 0));
        assert_eq!(said.blue.to_string(), "14 bad of 58");
        assert!(said.blue.is_bad() && !said.green.is_bad());
    }

    #[test]
    fn each_source_has_its_kinds_in_json() {
        let told = [
            json!(look().answered[0]),
            json!(outcomes((58, 14), (3, 0)).blue),
        ];
        let kinds = [
            json!({ "requests": 540, "errors": 1, "slow": 0 }),
            json!({ "requests": 58, "bad": 14 }),
        ];
        assert_eq!(told, kinds);
    }
}
