//! What blue and green are compared by. All that is to be known of a signal stands here: where its
//! numbers come from, by which rule it is judged, how the journal writes it, and its words. What
//! reads metrics, judges and tells goes through the signals of a plan, whichever they are.

use std::fmt;

use crate::verdict::{Counts, Rule};

/// One thing by which green may be worse than blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Invocations that failed, or were throttled.
    Errors,
    /// Invocations that took longer than so many milliseconds.
    Slow(u32),
    /// Requests that the function itself calls bad: a 500 that a handler returns is a success to
    /// Lambda.
    Bad,
}

/// Who counts. Each source has periods and delays of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Lambda's own metrics: all invocations, by the minute.
    Lambda,
    /// The function, which says how it answered.
    Outcomes,
}

/// A kind of signal, as what is told calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// In JSON, in the journal, and in what CloudWatch is asked.
    pub name: &'static str,
    /// Completes "3 requests …".
    pub word: &'static str,
    pub source: Source,
}

const ERRORS: Kind = Kind {
    name: "errors",
    word: "failed",
    source: Source::Lambda,
};
const SLOW: Kind = Kind {
    name: "slow",
    word: "slow",
    source: Source::Lambda,
};
const BAD: Kind = Kind {
    name: "bad",
    word: "answered badly",
    source: Source::Outcomes,
};
/// All there are, in the order in which they are told.
const KINDS: [Kind; 3] = [ERRORS, SLOW, BAD];

impl Signal {
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Errors => ERRORS,
            Self::Slow(_) => SLOW,
            Self::Bad => BAD,
        }
    }

    #[must_use]
    pub const fn source(self) -> Source {
        self.kind().source
    }

    /// The rule that it is judged by, in a plan whose rule for errors this is.
    #[must_use]
    pub const fn rule(self, errors: Rule) -> Rule {
        match self {
            Self::Errors | Self::Bad => errors,
            // The share of slow requests differs more between equal versions than that of errors.
            Self::Slow(_) => Rule {
                tolerated: 0.01,
                certified: 0.05,
                ..errors
            },
        }
    }

    /// Whether a test event tells something of it. How long one takes says little of users', and
    /// what the function says of one is not heard.
    pub(crate) const fn is_in_test_events(self) -> bool {
        matches!(self, Self::Errors)
    }

    /// As the journal writes it; nothing for errors, by which every rollout is judged, nor for what
    /// comes with its source.
    pub(crate) fn option(self) -> Option<String> {
        match self {
            Self::Errors | Self::Bad => None,
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
            Self::Bad => f.write_str("bad answers"),
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

    /// Each kind of signal that this source has, and how many requests were bad by it.
    pub fn bad(&self, source: Source) -> impl Iterator<Item = (Kind, u64)> {
        let all = KINDS.into_iter().zip(self.bad);
        all.filter(move |(kind, _)| kind.source == source)
    }

    /// Requests, and those of them that were bad by this signal.
    #[must_use]
    pub fn counts(&self, signal: Signal) -> Counts {
        let of = |(kind, bad)| (kind == signal.kind()).then_some(bad);
        Counts {
            requests: self.requests,
            bad: self.bad(signal.source()).find_map(of).unwrap_or_default(),
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
        assert_eq!(Signal::Bad.rule(errors), errors);
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
