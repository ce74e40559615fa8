//! That no traffic comes is said once, and not again with every look.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use bluegreen_rollout::{Seconds, plan::Metrics};

use super::event::{Look, Tally};

/// So long no request is a matter of chance, beside what the metrics take to tell of one.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was heard of the traffic last.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    /// How many requests there were, and since when there are no more.
    heard: Cell<Option<(u64, Instant)>>,
    told: Cell<bool>,
}

impl Quiet {
    /// How long no request has come, where that is to be told now.
    pub(super) fn lasts(&self, looked: &Look, now: Instant) -> Option<Seconds> {
        let requests = looked.answered.iter().map(|Tally(of)| of.requests).sum();
        let since = match self.heard.get() {
            Some((heard, since)) if heard == requests => since,
            _ => {
                self.told.set(false);
                self.heard.set(Some((requests, now)));
                now
            }
        };
        let Metrics { period, delay } = looked.rollout.plan.metrics;
        let late = Duration::from_secs(period.0.saturating_add(delay.0));
        let silence = now.duration_since(since);
        let is_news = silence >= PATIENCE + late && !self.told.replace(true);
        is_news.then_some(Seconds(silence.as_secs()))
    }
}

pub(super) fn no_traffic(silence: Seconds, address: Option<&str>) -> String {
    let where_to = match address {
        Some(address) => format!("is {address} what clients call?"),
        None => "`bluegreen doctor` shows what leads to it".to_owned(),
    };
    format!(
        "no traffic reaches the alias: no request for {}; {where_to}",
        silence.spoken()
    )
}

#[cfg(test)]
mod tests {
    use super::{super::event::fixture, Duration, Instant, Metrics, Quiet, Seconds, no_traffic};

    #[test]
    fn that_no_request_comes_is_told_once_when_metrics_would_have_told_of_one() {
        let (quiet, begun) = (Quiet::default(), Instant::now());
        let mut look = fixture::look();
        look.rollout.plan.metrics = Metrics {
            period: Seconds(1),
            delay: Seconds(2),
        };
        let lasts = |look: &_, after| quiet.lasts(look, begun + Duration::from_secs(after));
        assert_eq!(lasts(&look, 0), None);
        assert_eq!(lasts(&look, 12), None);
        assert_eq!(lasts(&look, 13), Some(Seconds(13)));
        assert_eq!(lasts(&look, 20), None);
        look.answered[1].0.requests += 1;
        assert_eq!(lasts(&look, 21), None);
        assert_eq!(lasts(&look, 34), Some(Seconds(13)));
    }

    #[test]
    fn it_is_told_with_where_requests_should_come() {
        let none = "no traffic reaches the alias: no request for 13s";
        let here = no_traffic(Seconds(13), Some("http://here"));
        assert_eq!(here, format!("{none}; is http://here what clients call?"));
        let unknown = no_traffic(Seconds(13), None);
        let doctor = "`bluegreen doctor` shows what leads to it";
        assert_eq!(unknown, format!("{none}; {doctor}"));
    }
}
