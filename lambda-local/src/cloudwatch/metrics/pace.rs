//! How fine and how late metrics are: as quick as can be, or as AWS's.

use super::lambda::NAMESPACE;

/// All of it is set when the server starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Seconds by which Lambda's own metrics come late.
    pub(crate) metric_delay: u64,
    /// Seconds by which those come late that functions print.
    pub(crate) outcome_delay: u64,
    /// Of Lambda's own metrics.
    pub(crate) resolution: Resolution,
}

/// With what time data are stored.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Resolution_definition>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "program", derive(clap::ValueEnum))]
pub(crate) enum Resolution {
    /// The second
    #[default]
    #[cfg_attr(feature = "program", value(name = "1"))]
    Second,
    /// The minute, as on AWS
    #[cfg_attr(feature = "program", value(name = "60"))]
    Minute,
}

impl Pace {
    /// Whether nothing of AWS's lateness is rehearsed.
    pub(crate) fn is_quickest(self) -> bool {
        self == Self::default()
    }

    /// Seconds by which metrics of this namespace may come late. Which of the others a function
    /// prints and which a client puts is not known before they come.
    pub(crate) fn delay_of(self, namespace: &str) -> u64 {
        match namespace {
            NAMESPACE => self.metric_delay,
            _ => self.outcome_delay,
        }
    }

    /// From when on metrics are seen that a function prints now, in seconds since 1970; 0 is at
    /// once.
    pub(super) const fn seen_from(self, now: u64) -> u64 {
        match self.outcome_delay {
            0 => 0,
            delay => now.saturating_add(delay),
        }
    }
}

impl Resolution {
    pub(super) const fn of_seconds(seconds: u64) -> Option<Self> {
        match seconds {
            1 => Some(Self::Second),
            60 => Some(Self::Minute),
            _ => None,
        }
    }

    pub(super) const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
        }
    }
}
