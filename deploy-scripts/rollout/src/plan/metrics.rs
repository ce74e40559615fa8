//! Where the numbers of a rollout come from, how fine and how late they are.

use std::{fmt, str::FromStr};

use super::Plan;
use crate::{
    ParseSecondsError, Seconds,
    signal::{Signal, Source},
};

/// How fine and how late the metrics are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metrics {
    pub period: Seconds,
    /// How long after a period's end its data may still come.
    pub delay: Seconds,
}

/// What the function says of its answers, as metrics of the user's namespace with the dimensions of
/// Lambda's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcomes {
    pub metrics: Metrics,
    pub requests: Name,
    pub bad: Name,
}

/// A metric's name: `bluegreen/Requests`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub namespace: String,
    pub name: String,
}

/// One series of numbers to ask CloudWatch for: a metric, and a statistic of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    pub name: Name,
    pub statistic: String,
}

impl Plan {
    /// Where its numbers come from; Lambda's own metrics are first.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        let outcomes = self.outcomes.as_ref().map(|_| Source::Outcomes);
        std::iter::once(Source::Lambda).chain(outcomes)
    }

    /// How fine and how late a source's numbers are.
    #[must_use]
    pub fn metrics_of(&self, source: Source) -> Metrics {
        match (source, &self.outcomes) {
            (Source::Outcomes, Some(outcomes)) => outcomes.metrics,
            _ => self.metrics,
        }
    }

    /// How many requests a source knows of.
    #[must_use]
    pub fn requests(&self, source: Source) -> Metric {
        match (source, &self.outcomes) {
            (Source::Outcomes, Some(outcomes)) => outcomes.requests.clone().sum(),
            _ => Name::of_lambda("Invocations").sum(),
        }
    }

    /// How many of them are bad by a signal.
    #[must_use]
    pub fn bad(&self, signal: Signal) -> Metric {
        match (signal, &self.outcomes) {
            (Signal::Bad, Some(outcomes)) => outcomes.bad.clone().sum(),
            (Signal::Slow(limit), _) => Name::of_lambda("Duration").with(format!("TC({limit}:)")),
            _ => Name::of_lambda("Errors").sum(),
        }
    }

    /// How many values there are of which a signal's statistic counts some: where that is known and
    /// the statistic says nothing, it counts none. `None` where it always says something.
    #[must_use]
    pub fn values(&self, signal: Signal) -> Option<Metric> {
        match signal {
            Signal::Errors => None,
            Signal::Slow(_) => Some(Name::of_lambda("Duration").with("SampleCount".to_owned())),
            Signal::Bad => Some(self.requests(Source::Outcomes)),
        }
    }
}

impl Outcomes {
    /// What the layer of the crate `lambda-outcome` writes, with such metrics.
    #[must_use]
    pub fn of_the_layer(metrics: Metrics) -> Self {
        let name = |name: &str| Name {
            namespace: "bluegreen".to_owned(),
            name: name.to_owned(),
        };
        Self {
            metrics,
            requests: name("Requests"),
            bad: name("Bad"),
        }
    }
}

impl Name {
    /// One of Lambda's own.
    #[must_use]
    pub fn of_lambda(name: &str) -> Self {
        Self {
            namespace: "AWS/Lambda".to_owned(),
            name: name.to_owned(),
        }
    }

    #[must_use]
    pub fn with(self, statistic: String) -> Metric {
        Metric {
            name: self,
            statistic,
        }
    }

    fn sum(self) -> Metric {
        self.with("Sum".to_owned())
    }
}

/// CloudWatch's minute, and its two minutes of lag.
impl Default for Metrics {
    fn default() -> Self {
        Self {
            period: Seconds(60),
            delay: Seconds(120),
        }
    }
}

/// `1m+2m`: period and delay.
impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.period, self.delay)
    }
}

impl FromStr for Metrics {
    type Err = ParseSecondsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (period, delay) = text.split_once('+').unwrap_or((text, ""));
        Ok(Self {
            period: period.parse()?,
            delay: delay.parse()?,
        })
    }
}

/// `bluegreen/Requests`. A namespace may hold slashes, too.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl FromStr for Name {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.rsplit_once('/') {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => Ok(Self {
                namespace: namespace.to_owned(),
                name: name.to_owned(),
            }),
            _ => Err(ParseNameError),
        }
    }
}

/// The text names no metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseNameError;

impl fmt::Display for ParseNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("give the metric as NAMESPACE/NAME")
    }
}

impl std::error::Error for ParseNameError {}
