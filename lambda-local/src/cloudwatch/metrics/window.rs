//! The time that a request asks for.

use super::pace::Resolution;

/// From a second to before another, and the second in which that is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) now: u64,
}

impl Window {
    /// The periods that begin before the end, from the one that the start lies in: CloudWatch
    /// rounds the start down and gives no part of a period.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
    const fn whole(self, period: u64) -> (u64, u64) {
        (self.start - self.start % period, up_to(self.end, period))
    }

    /// Of these, what is known by now of data that come so many seconds late. The second that is
    /// on is known as far as it has come.
    pub(crate) fn known(self, period: u64, lateness: u64) -> (u64, u64) {
        let (start, end) = self.whole(period);
        let unknown_from = self.now.saturating_sub(lateness).saturating_add(1);
        (start, end.min(unknown_from))
    }

    /// The same where data bear the beginning of what they are resolved to as their time: the
    /// seconds from which those data are that lie in the periods.
    pub(super) fn resolved(self, period: u64, resolution: Resolution, lateness: u64) -> (u64, u64) {
        let (start, end) = self.whole(period);
        let resolved = Self {
            start: up_to(start, resolution.seconds()),
            end,
            ..self
        };
        resolved.known(resolution.seconds(), lateness)
    }
}

/// Up to the next beginning of a period.
const fn up_to(second: u64, period: u64) -> u64 {
    match second.checked_next_multiple_of(period) {
        Some(second) => second,
        None => u64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn window(now: u64) -> Window {
        Window {
            start: 125,
            end: 250,
            now,
        }
    }

    #[test]
    fn a_period_is_given_whole_or_as_far_as_it_is_known() {
        assert_eq!(window(999).known(60, 0), (120, 300));
        assert_eq!(window(999).known(5, 0), (125, 250));
        assert_eq!(window(269).known(60, 0), (120, 270));
        assert_eq!(window(299).known(60, 30), (120, 270));
        assert_eq!(window(999).known(u64::MAX - 15, 0), (0, 1000));
    }

    #[test]
    fn data_of_a_minute_lie_where_the_minute_begins() {
        let minutes = |now, period| window(now).resolved(period, Resolution::Minute, 30);
        assert_eq!(minutes(999, 60), (120, 300));
        assert_eq!(minutes(999, 1), (180, 300));
        assert_eq!(minutes(299, 1), (180, 270));
        assert_eq!(window(999).resolved(5, Resolution::Second, 0), (125, 250));
    }
}
