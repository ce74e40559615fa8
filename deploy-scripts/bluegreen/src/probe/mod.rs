//! Test events sent straight to both versions: evidence before any user is exposed.

mod event_file;

use std::{path::PathBuf, time::Duration};

use anyhow::Result;
pub(crate) use event_file::EventFile;
use futures_util::future::join_all;
use rollout::{Epochs, Judgement, Probe, Rule, Seconds, Verdict, Version};

use crate::{aws::Lambda, cli::ProbeArgs, progress::Progress};

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
pub(crate) struct Probed {
    pub(crate) probe: Probe,
    /// What green did wrong first.
    pub(crate) failure: Option<String>,
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
    /// Warms green where that is asked for, and sends the test events.
    pub(crate) async fn run(&self, args: &ProbeArgs, rule: Rule) -> Probed {
        if let Some(environments) = args.warm {
            self.warm(environments).await;
        }
        self.probe(args.probes, rule).await
    }

    /// Sends so many test events, each to the version that a fair coin chooses, and stops where
    /// green is condemned.
    async fn probe(&self, probes: u32, rule: Rule) -> Probed {
        let mut probed = Probed::default();
        let progress = Progress::counter(u64::from(probes));
        for (number, event) in (1..=probes).zip(self.events.iter().cycle()) {
            let green = fastrand::bool();
            let version = if green { self.green } else { self.blue };
            let answered = self.send(version, event).await;
            let Probed { probe, failure } = &mut probed;
            let counts = if green {
                &mut probe.green
            } else {
                &mut probe.blue
            };
            counts.requests += 1;
            if let Err(reason) = answered {
                counts.bad += 1;
                if green && failure.is_none() {
                    *failure = Some(format!("{} at version {version}: {reason}", event.name));
                }
            }
            progress.advance(u64::from(number), || "test events".to_owned());
            if probed.judge(rule).verdict == Verdict::Rollback {
                break;
            }
        }
        probed
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

impl Probed {
    pub(crate) fn judge(&self, rule: Rule) -> Judgement {
        let stages = vec![self.probe.stage().into_iter().collect()];
        rule.judge(&Epochs { stages, planned: 1 }, true)
    }
}
