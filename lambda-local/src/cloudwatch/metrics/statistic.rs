//! Statistics by their names: `Sum`, `p99`, `TC(250:)`.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>

use super::{histogram::Histogram, provisioned::Provisioned};
use crate::protocol::Exception;

use std::collections::BTreeMap;

/// Values by the beginning of their period, in seconds since 1970.
pub(crate) type Series = BTreeMap<u64, f64>;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Statistic {
    SampleCount,
    Sum,
    Average,
    Minimum,
    Maximum,
    /// As a share of 1.
    Percentile(f64),
    /// How many values lie over the first and not over the second.
    TrimmedCount(f64, f64),
}

impl Statistic {
    pub(crate) fn parse(text: &str) -> Result<Self, Exception> {
        Self::read(text).ok_or_else(|| {
            Exception::invalid_parameter(format!(
                "lambda-local knows the statistics SampleCount, Sum, Average, Minimum, Maximum, \
                 pNN and TC(from:to), not '{text}'"
            ))
        })
    }

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "SampleCount" => Self::SampleCount,
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            _ => match text.strip_prefix('p') {
                Some(percent) => {
                    let percent: f64 = percent.parse().ok()?;
                    (0.0..=100.0)
                        .contains(&percent)
                        .then_some(Self::Percentile(percent / 100.0))?
                }
                None => {
                    let range = text.strip_prefix("TC(")?.strip_suffix(')')?;
                    let (low, high) = range.split_once(':')?;
                    let bound = |text: &str, open: f64| match text {
                        "" => Some(open),
                        text => text.parse().ok(),
                    };
                    Self::TrimmedCount(bound(low, f64::NEG_INFINITY)?, bound(high, f64::INFINITY)?)
                }
            },
        })
    }

    /// The statistic of a metric of Lambda's; `None` where such a value has no meaning.
    pub(crate) fn of(self, metric: &str, histogram: &Histogram) -> Option<f64> {
        let (count, throttles) = (histogram.invocations as f64, histogram.throttles as f64);
        match metric {
            "Throttles" => self.of_events(throttles, count + throttles),
            // Where everything was refused, nothing was invoked.
            _ if histogram.invocations == 0 => None,
            _ if metric.starts_with("Provisioned") => {
                self.of_provisioned(metric, &histogram.provisioned)
            }
            "Duration" => self.of_durations(histogram),
            "Invocations" => self.of_events(count, count),
            "Errors" => self.of_events(histogram.errors as f64, count),
            "ConcurrentExecutions" => match self {
                Self::Maximum => Some(histogram.concurrent as f64),
                _ => None,
            },
            _ => None,
        }
    }

    /// Where nothing was provisioned, nothing is said of it.
    fn of_provisioned(self, metric: &str, provisioned: &Provisioned) -> Option<f64> {
        let count = provisioned.all() as f64;
        match (metric, self) {
            _ if provisioned.all() == 0 => None,
            ("ProvisionedConcurrencyInvocations", _) => {
                self.of_events(provisioned.invocations as f64, count)
            }
            ("ProvisionedConcurrencySpilloverInvocations", _) => {
                self.of_events(provisioned.spillover as f64, count)
            }
            ("ProvisionedConcurrentExecutions", Self::Maximum) => Some(provisioned.in_use as f64),
            ("ProvisionedConcurrencyUtilization", Self::Maximum) => Some(provisioned.utilization),
            _ => None,
        }
    }

    fn of_durations(self, histogram: &Histogram) -> Option<f64> {
        let count = histogram.invocations as f64;
        Some(match self {
            Self::SampleCount => count,
            Self::Sum => histogram.total_milliseconds(),
            Self::Average => histogram.total_milliseconds() / count,
            Self::Minimum => histogram.shortest(),
            Self::Maximum => histogram.longest(),
            Self::Percentile(share) => histogram.percentile(share),
            // Whether AWS has a 0 or no value where nothing lies in the range is not known: who can
            // do without is right either way.
            Self::TrimmedCount(low, high) => match histogram.between(low, high) {
                0 => return None,
                count => count as f64,
            },
        })
    }

    /// Lambda sends a value of 0 or 1 for each invocation.
    fn of_events(self, ones: f64, count: f64) -> Option<f64> {
        match self {
            Self::SampleCount => Some(count),
            Self::Sum => Some(ones),
            Self::Average => Some(ones / count),
            Self::Minimum => Some(f64::from(u8::from(ones >= count))),
            Self::Maximum => Some(f64::from(u8::from(ones > 0.0))),
            Self::Percentile(_) | Self::TrimmedCount(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::provisioned::Found, Histogram, Statistic};

    fn value(metric: &str, statistic: &str) -> Option<f64> {
        let mut histogram = Histogram::default();
        for (milliseconds, failed) in [(10.0, false), (20.0, false), (300.0, true), (400.0, false)]
        {
            histogram.add(milliseconds, failed, 3);
        }
        let (in_use, allocated) = (1, 4);
        histogram.provisioned.add(Found::Free { in_use, allocated });
        histogram.provisioned.add(Found::AllInUse);
        histogram.provisioned.add(Found::AllInUse);
        Statistic::parse(statistic).unwrap().of(metric, &histogram)
    }

    #[test]
    fn each_statistic_says_what_its_name_says() {
        for (metric, statistic, expected) in [
            ("Invocations", "Sum", 4.0),
            ("Errors", "Sum", 1.0),
            ("Errors", "Average", 0.25),
            ("Errors", "Maximum", 1.0),
            ("Errors", "Minimum", 0.0),
            ("Throttles", "Sum", 0.0),
            ("Duration", "Average", 182.5),
            ("Duration", "Maximum", 400.0),
            ("Duration", "TC(250:)", 2.0),
            ("Duration", "TC(:250)", 2.0),
            ("Duration", "TC(15:350)", 2.0),
            ("ConcurrentExecutions", "Maximum", 3.0),
            ("ProvisionedConcurrencyInvocations", "Sum", 1.0),
            ("ProvisionedConcurrencySpilloverInvocations", "Sum", 2.0),
            ("ProvisionedConcurrentExecutions", "Maximum", 1.0),
            ("ProvisionedConcurrencyUtilization", "Maximum", 0.25),
        ] {
            assert_eq!(
                value(metric, statistic),
                Some(expected),
                "{metric} {statistic}"
            );
        }
        assert_eq!(value("Duration", "TC(500:)"), None);
        assert_eq!(value("Memory", "Sum"), None);
    }

    #[test]
    fn unknown_statistics_are_refused() {
        for text in [
            "", "sum", "p101", "pp", "TC(1)", "TC(a:b)", "TM(1:2)", "IQM",
        ] {
            assert!(Statistic::parse(text).is_err(), "{text:?}");
        }
    }
}
