//! How invocations found the concurrency that was provisioned for their version.
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html>

/// What one invocation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// An environment: so many of those allocated are in use with it.
    Free { in_use: u64, allocated: u32 },
    /// All of them in use.
    AllInUse,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Provisioned {
    pub(crate) invocations: u64,
    pub(crate) spillover: u64,
    /// The most that were in use at once.
    pub(crate) in_use: u64,
    /// The most of them as a share of those allocated.
    pub(crate) utilization: f64,
}

impl Provisioned {
    pub(crate) fn add(&mut self, found: Found) {
        match found {
            Found::Free { in_use, allocated } => self.merge(&Self {
                invocations: 1,
                spillover: 0,
                in_use,
                utilization: in_use as f64 / f64::from(allocated),
            }),
            Found::AllInUse => self.spillover += 1,
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.invocations += other.invocations;
        self.spillover += other.spillover;
        self.in_use = self.in_use.max(other.in_use);
        self.utilization = self.utilization.max(other.utilization);
    }

    /// The invocations of versions that had provisioned concurrency.
    pub(crate) const fn all(&self) -> u64 {
        self.invocations + self.spillover
    }
}
