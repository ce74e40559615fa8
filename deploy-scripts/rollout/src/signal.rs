//! What blue and green are compared by. All that is to be known of a signal stands here: where its
//! numbers come from, by which rule it is judged, how the journal writes it, and its words. What
//! reads metrics, judges and tells goes through the signals of a plan, whichever they are.

use std::fmt;

use crate::verdict::{Counts, Rule};

/// One thing by which green may be worse than blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Invocations that failed.
    Errors,
    /// Invocations that took longer than so many milliseconds.
    Slow(u32),
}

/// A kind of signal, as what is told calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// In JSON, in the journal, and in what CloudWatch is asked.
    pub name: &'static str,
    /// Completes "3 requests …".
    pub word: &'static str,
}

const ERRORS: Kind = Kind {
    name: "errors",
    word: "failed",
};
const SLOW: Kind = Kind {
    name: "slow",
    word: "slow",
};
/// All there are, in the order in which they are told.
const KINDS: [Kind; 2] = [ERRORS, SLOW];

/// Where CloudWatch has a signal's bad requests: a metric of Lambda's, and a statistic of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    pub name: &'static str,
    pub statistic: String,
}

impl Signal {
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Errors => ERRORS,
            Self::Slow(_) => SLOW,
        }
    }

    #[must_use]
    pub fn metric(self) -> Metric {
        let (name, statistic) = match self {
            Self::Errors => ("Errors", "Sum".to_owned()),
            Self::Slow(limit) => ("Duration", format!("TC({limit}:)")),
        };
        Metric { name, statistic }
    }

    /// How many values there are of which the metric counts some: where that is known and the
    /// metric has nothing, it counts none. `None` where the metric is always there.
    #[must_use]
    pub fn values(self) -> Option<Metric> {
        let statistic = "SampleCount".to_owned();
        match self {
            Self::Errors => None,
            Self::Slow(_) => Some(Metric {
                name: "Duration",
                statistic,
            }),
        }
    }

    /// The rule that it is judged by, in a plan whose rule for errors this is.
    #[must_use]
    pub const fn rule(self, errors: Rule) -> Rule {
        match self {
            Self::Errors => errors,
            // The share of slow requests differs more between equal versions than that of errors.
            Self::Slow(_) => Rule {
                tolerated: 0.01,
                certified: 0.05,
                ..errors
            },
        }
    }

    /// Whether a test event tells something of it. How long one takes says little of users'.
    pub(crate) const fn is_in_test_events(self) -> bool {
        matches!(self, Self::Errors)
    }

    /// As the journal writes it; nothing for errors, by which every rollout is judged.
    pub(crate) fn option(self) -> Option<String> {
        match self {
            Self::Errors => None,
            Self::Slow(limit) => Some(format!("{}={limit}ms", SLOW.name)),
        }
    }

    /// What [`option`](Self::option) wrote.
    pub(crate) fn of_option(name: &str, value: &str) -> Option<Self> {
        let limit = (name == SLOW.name).then(|| value.strip_suffix("ms"))??;
        limit.parse().ok().map(Self::Slow)
    }
}

/// Begins "… 3/60 against 1/540".
impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Errors => f.write_str(ERRORS.name),
            Self::Slow(limit) => write!(f, "over {limit} ms"),
        }
    }
}

/// What a version answered: its requests, and for each kind of signal how many of them were bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Answers {
    pub requests: u64,
    bad: [u64; KINDS.len()],
}

impl Answers {
    /// So many requests, of which nothing bad is known.
    #[must_use]
    pub fn new(requests: u64) -> Self {
        Self {
            requests,
            ..Self::default()
        }
    }

    #[must_use]
    pub fn with(mut self, signal: Signal, bad: u64) -> Self {
        for (kind, count) in KINDS.iter().zip(&mut self.bad) {
            if *kind == signal.kind() {
                *count = bad;
            }
        }
        self
    }

    /// Each kind of signal, and how many requests were bad by it.
    pub fn bad(&self) -> impl Iterator<Item = (Kind, u64)> {
        KINDS.into_iter().zip(self.bad)
    }

    /// Requests, and those of them that were bad by this signal.
    #[must_use]
    pub fn counts(&self, signal: Signal) -> Counts {
        let of = |(kind, bad)| (kind == signal.kind()).then_some(bad);
        Counts {
            requests: self.requests,
            bad: self.bad().find_map(of).unwrap_or_default(),
        }
    }
}

impl std::ops::Add for Answers {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            bad: std::array::from_fn(|kind| self.bad[kind].saturating_add(other.bad[kind])),
        }
    }
}

impl From<Counts> for Answers {
    /// Test events.
    fn from(counts: Counts) -> Self {
        Self::new(counts.requests).with(Signal::Errors, counts.bad)
    }
}

#[cfg(test)]
mod tests {
    use super::{Answers, Signal};
    use crate::verdict::{Counts, Rule};

    #[test]
    fn slow_requests_may_differ_by_more_than_errors_and_by_the_same_chances() {
        let errors = Rule {
            alpha: 0.02,
            ..Rule::default()
        };
        let slow = Signal::Slow(250).rule(errors);
        assert_eq!((slow.tolerated, slow.certified), (0.01, 0.05));
        assert_eq!((slow.alpha, slow.beta), (errors.alpha, errors.beta));
        assert_eq!(Signal::Errors.rule(errors), errors);
    }

    #[test]
    fn what_the_journal_writes_of_a_signal_is_read_back() {
        let option = Signal::Slow(250).option().unwrap();
        let (name, value) = option.split_once('=').unwrap();
        assert_eq!(Signal::of_option(name, value), Some(Signal::Slow(250)));
        assert_eq!(Signal::of_option("slow", "250"), None);
        assert_eq!(Signal::of_option("fast", "250ms"), None);
    }

    #[test]
    fn only_a_statistic_that_counts_some_values_may_be_missing_for_none() {
        assert_eq!(Signal::Errors.values(), None);
        let values = Signal::Slow(250).values().unwrap();
        assert_eq!(values.name, Signal::Slow(250).metric().name);
        assert_eq!(values.statistic, "SampleCount");
    }

    #[test]
    fn each_signal_has_a_count_of_its_own() {
        let answers = Answers::new(10).with(Signal::Errors, 3);
        let answers = answers.with(Signal::Slow(250), 4) + Answers::new(1);
        let bad = |signal| answers.counts(signal).bad;
        assert_eq!(answers.requests, 11);
        assert_eq!((bad(Signal::Errors), bad(Signal::Slow(1))), (3, 4));
        let tested = Counts {
            requests: 5,
            bad: 2,
        };
        assert_eq!(Answers::from(tested).counts(Signal::Errors), tested);
    }
}
