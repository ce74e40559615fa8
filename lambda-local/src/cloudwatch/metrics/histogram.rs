//! The measurements of one metric in one second, or of many seconds added up.

use super::provisioned::Provisioned;

/// Durations are kept to one percent: each class is so much longer than the one before.
const GROWTH: f64 = 1.01;
/// Milliseconds of the shortest class.
const SHORTEST: f64 = 0.001;

/// How many invocations there were, and how long they took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histogram {
    pub(crate) invocations: u64,
    pub(crate) errors: u64,
    pub(crate) throttles: u64,
    /// Of durations in milliseconds.
    sum: f64,
    minimum: f64,
    maximum: f64,
    /// Classes of durations and how many fell into each, in growing order.
    durations: Vec<(u16, u32)>,
    /// The most invocations that ran at once.
    pub(crate) concurrent: u64,
    pub(crate) provisioned: Provisioned,
}

impl Histogram {
    pub(crate) fn add(&mut self, milliseconds: f64, failed: bool, concurrent: u64) {
        self.minimum = match self.invocations {
            0 => milliseconds,
            _ => self.minimum.min(milliseconds),
        };
        self.invocations += 1;
        self.errors += u64::from(failed);
        self.sum += milliseconds;
        self.maximum = self.maximum.max(milliseconds);
        self.concurrent = self.concurrent.max(concurrent);
        self.count(class_of(milliseconds), 1);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.throttles += other.throttles;
        if other.invocations == 0 {
            return;
        }
        self.minimum = match self.invocations {
            0 => other.minimum,
            _ => self.minimum.min(other.minimum),
        };
        self.invocations += other.invocations;
        self.errors += other.errors;
        self.sum += other.sum;
        self.maximum = self.maximum.max(other.maximum);
        self.concurrent = self.concurrent.max(other.concurrent);
        self.provisioned.merge(&other.provisioned);
        for (class, count) in &other.durations {
            self.count(*class, *count);
        }
    }

    fn count(&mut self, class: u16, count: u32) {
        match self
            .durations
            .binary_search_by_key(&class, |(class, _)| *class)
        {
            Ok(index) => self.durations[index].1 += count,
            Err(index) => self.durations.insert(index, (class, count)),
        }
    }

    pub(crate) const fn total_milliseconds(&self) -> f64 {
        self.sum
    }

    pub(crate) const fn shortest(&self) -> f64 {
        self.minimum
    }

    pub(crate) const fn longest(&self) -> f64 {
        self.maximum
    }

    /// The duration that this share of the invocations did not exceed, to one percent.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let wanted = (share * self.invocations as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (class, count) in &self.durations {
            seen += u64::from(*count);
            if seen >= wanted {
                return middle_of(*class).clamp(self.minimum, self.maximum);
            }
        }
        self.maximum
    }

    /// How many durations lie over `low` and not over `high`, to one percent.
    pub(crate) fn between(&self, low: f64, high: f64) -> u64 {
        let inside =
            |class: u16| (low..=high).contains(&middle_of(class)) && middle_of(class) > low;
        let counts = self.durations.iter().filter(|(class, _)| inside(*class));
        counts.map(|(_, count)| u64::from(*count)).sum()
    }
}

fn class_of(milliseconds: f64) -> u16 {
    (milliseconds.max(SHORTEST) / SHORTEST).log(GROWTH).floor() as u16
}

fn middle_of(class: u16) -> f64 {
    SHORTEST * GROWTH.powf(f64::from(class) + 0.5)
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    fn histogram(durations: impl Iterator<Item = f64>) -> Histogram {
        let mut histogram = Histogram::default();
        durations.for_each(|milliseconds| histogram.add(milliseconds, false, 1));
        histogram
    }

    #[test]
    fn percentiles_and_counts_are_right_to_one_percent() {
        let histogram = histogram((1..=1000).map(f64::from));
        for (share, expected) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0), (1.0, 1000.0)] {
            let got = histogram.percentile(share);
            assert!(
                (got - expected).abs() < expected * 0.01,
                "{got} for {expected}"
            );
        }
        let slow = histogram.between(250.0, f64::INFINITY);
        assert!(slow.abs_diff(750) <= 3, "{slow}");
        assert_eq!((histogram.shortest(), histogram.longest()), (1.0, 1000.0));
    }

    #[test]
    fn seconds_add_up() {
        let mut sum = histogram([1.0, 2.0].into_iter());
        sum.merge(&histogram([0.5].into_iter()));
        sum.merge(&Histogram::default());
        assert_eq!(
            (sum.invocations, sum.shortest(), sum.longest()),
            (3, 0.5, 2.0)
        );
        assert!((sum.total_milliseconds() - 3.5).abs() < 1e-9);
    }
}
