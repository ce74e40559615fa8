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
    pub(super) fn lasts(&self, looked: &Look) -> Option<Seconds> {
        let requests = looked.answered.iter().map(|Tally(of)| of.requests).sum();
        let since = match self.heard.get() {
            Some((heard, since)) if heard == requests => since,
            _ => {
                self.told.set(false);
                let now = Instant::now();
                self.heard.set(Some((requests, now)));
                now
            }
        };
        let Metrics { period, delay } = looked.rollout.plan.metrics;
        let late = Duration::from_secs(period.0.saturating_add(delay.0));
        let silence = since.elapsed();
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
