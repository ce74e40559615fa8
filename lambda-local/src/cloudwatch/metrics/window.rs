//! The time that a request asks for.

/// From a second to before another, and the first second that is not known yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) unknown_from: u64,
}

impl Window {
    /// The periods that begin before the end, from the one that the start lies in: CloudWatch
    /// rounds the start down and gives no part of a period, but for what has not come yet.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
    pub(crate) fn whole(self, period: u64) -> (u64, u64) {
        let start = self.start - self.start % period;
        let end = self.end.checked_next_multiple_of(period);
        (start, end.unwrap_or(u64::MAX).min(self.unknown_from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_given_whole_or_as_far_as_it_is_known() {
        let window = |unknown_from| Window {
            start: 125,
            end: 250,
            unknown_from,
        };
        assert_eq!(window(1000).whole(60), (120, 300));
        assert_eq!(window(1000).whole(5), (125, 250));
        assert_eq!(window(270).whole(60), (120, 270));
        assert_eq!(window(1000).whole(u64::MAX - 15), (0, 1000));
    }
}
