//! Test events sent straight to both versions: evidence before any user is exposed.

mod event_file;

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
use bluegreen_rollout::{
    Probe, Seconds, Version,
    verdict::{Epochs, Judgement, Rule, Verdict},
};
pub(crate) use event_file::EventFile;
use futures_util::future::join_all;

use crate::{aws::Lambda, cli::ProbeArgs, terminal::Progress};

/// What is tested, and how.
#[derive(Debug)]
pub(crate) struct Prober<'a> {
    pub(crate) lambda: &'a Lambda,
    pub(crate) blue: Version,
    pub(crate) green: Version,
    pub(crate) events: Vec<EventFile>,
    /// An answer that takes longer is a bad one.
    pub(crate) deadline: Duration,
}

/// What the test events found.
#[derive(Debug, Default)]
pub(crate) struct ProbeOutcome {
    /// Those that the coin chose.
    pub(crate) probe: Probe,
    /// What green did wrong first.
    pub(crate) failure: Option<String>,
    /// Green failed an event that blue passes.
    refused: bool,
}

/// What became of one event so far.
#[derive(Debug, Clone, Copy, Default)]
struct Attempts {
    /// Whether blue passes it each time; `None` where it was not asked.
    blue_passes: Option<bool>,
    by_green: bool,
}

/// Reads the users' test events.
pub(crate) fn read_events(files: &[PathBuf]) -> Result<Vec<EventFile>> {
    files.iter().map(|file| EventFile::read(file)).collect()
}

/// Beyond the function's own timeout, for the way there and back.
pub(crate) fn deadline(timeout: Seconds) -> Duration {
    Duration::from_secs(timeout.0 + 5)
}

impl Prober<'_> {
    /// Warms green where that is asked for, and sends the test events. Stops where green is not to
    /// have any traffic.
    pub(crate) async fn run(&self, args: &ProbeArgs, rule: Rule) -> ProbeOutcome {
        if let Some(environments) = args.warm {
            self.warm(environments).await;
        }
        let mut probed = ProbeOutcome::default();
        let mut tried = vec![Attempts::default(); self.events.len()];
        let progress = Progress::counter(u64::from(args.probes));
        for (number, event) in (1..).zip((0..self.events.len()).cycle()) {
            if probed.probe.is_complete(u64::from(args.probes)) {
                break;
            }
            let passes = self.toss(event, &mut tried[event], &mut probed).await;
            progress.advance(number, || "test events".to_owned());
            if !passes && !args.event_tolerance {
                probed.refused = self.blue_passes(event, &mut tried[event]).await;
            }
            if probed.fault(rule).is_some() {
                return probed;
            }
        }
        if !args.event_tolerance {
            self.complete(&mut tried, &mut probed).await;
        }
        probed
    }

    /// Sends an event to the version that a fair coin chooses; false where green failed it.
    async fn toss(&self, event: usize, tried: &mut Attempts, probed: &mut ProbeOutcome) -> bool {
        let by_green = fastrand::bool();
        let version = if by_green { self.green } else { self.blue };
        let answered = self.send(version, &self.events[event]).await;
        let Probe { blue, green } = &mut probed.probe;
        let counts = if by_green { green } else { blue };
        counts.requests += 1;
        counts.bad += u64::from(answered.is_err());
        match by_green {
            true => tried.by_green = true,
            false => {
                let before = tried.blue_passes.unwrap_or(true);
                tried.blue_passes = Some(before && answered.is_ok());
            }
        }
        !by_green || self.green_passes(event, answered, probed)
    }

    /// What the coin never chose green for. It is no evidence in the verdict's sense, which lives
    /// on the coin being fair.
    async fn complete(&self, tried: &mut [Attempts], probed: &mut ProbeOutcome) {
        for (event, tried) in tried.iter_mut().enumerate() {
            if tried.by_green || probed.refused {
                continue;
            }
            let answered = self.send(self.green, &self.events[event]).await;
            if !self.green_passes(event, answered, probed) {
                probed.refused = self.blue_passes(event, tried).await;
            }
        }
    }

    fn green_passes(
        &self,
        event: usize,
        answered: Result<(), String>,
        to: &mut ProbeOutcome,
    ) -> bool {
        let Err(reason) = answered else {
            return true;
        };
        let (name, version) = (&self.events[event].name, self.green);
        let said = format!("{name} at version {version}: {reason}");
        to.failure.get_or_insert(said);
        false
    }

    /// Whether blue passes an event: it is asked where the coin has not chosen it so far.
    async fn blue_passes(&self, event: usize, tried: &mut Attempts) -> bool {
        match tried.blue_passes {
            Some(passes) => passes,
            None => {
                let passes = self.send(self.blue, &self.events[event]).await.is_ok();
                *tried.blue_passes.insert(passes)
            }
        }
    }

    /// Invokes green so many times at once, so that as many environments are started.
    async fn warm(&self, environments: u16) {
        let Some(event) = self.events.first() else {
            return;
        };
        let call = |_| self.lambda.invoke(self.green, &event.event, self.deadline);
        // What they answer is the probe's affair.
        join_all((0..environments).map(call)).await;
    }

    /// What was wrong with the answer.
    async fn send(&self, version: Version, event: &EventFile) -> Result<(), String> {
        match self
            .lambda
            .invoke(version, &event.event, self.deadline)
            .await
        {
            Err(error) => Err(error.to_string()),
            Ok(invoked) if invoked.failed => {
                let payload = String::from_utf8_lossy(&invoked.payload);
                Err(format!("the function failed: {payload}"))
            }
            Ok(invoked) => event.check(&invoked.payload),
        }
    }
}

impl ProbeOutcome {
    /// Why green is not to have any traffic.
    pub(crate) fn fault(&self, rule: Rule) -> Option<&'static str> {
        match self.judge(rule).verdict {
            _ if self.refused => Some("it fails a test event that blue passes"),
            Verdict::Rollback => Some("it is worse than blue at the test events"),
            Verdict::Promote | Verdict::Inconclusive => None,
        }
    }

    pub(crate) fn judge(&self, rule: Rule) -> Judgement {
        let stages = vec![self.probe.stage().into_iter().collect()];
        rule.judge(&Epochs { stages, planned: 1 }, true)
    }
}
