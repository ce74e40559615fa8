//! `bluegreen status --watch`: a rollout that somebody else drives, seen from the side. It only
//! reads.

use std::time::Duration;

use anyhow::{Context, Result};
use bluegreen_rollout::{
    Rollout, Seconds, Version,
    controller::Look,
    journal::{Entry, Journal},
};

use crate::{
    alias::AliasHandle,
    clock::now,
    driver::{Event, Reporter},
    exit::Exit,
};

/// Why the alias is moved: nothing that is written says more.
const BY_ANOTHER: &str = "by whoever drives the rollout";
/// The longest time between two looks.
const LONGEST_REST: u64 = 15;

/// Follows the rollout that is under way, or the next that begins, to its end. Ends by a Ctrl-C,
/// too.
pub(super) async fn watch(handle: &AliasHandle, reporter: &Reporter) -> Result<Exit> {
    let mut watcher = Watcher {
        handle,
        reporter,
        followed: None,
        timeout: None,
    };
    tokio::select! {
        ended = watcher.follow() => ended,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted.context("failed to listen for signals")?;
            Ok(Exit::Done)
        }
    }
}

struct Watcher<'a> {
    handle: &'a AliasHandle,
    reporter: &'a Reporter,
    /// As it was seen last.
    followed: Option<Box<Rollout>>,
    /// How long an invocation of this version may take.
    timeout: Option<(Version, Seconds)>,
}

impl Watcher<'_> {
    async fn follow(&mut self) -> Result<Exit> {
        let idle = "no rollout is under way: waiting for one; Ctrl-C ends this";
        let mut is_said = false;
        loop {
            let rest = match (self.entry().await?, &self.followed) {
                (Some(Entry::Rollout(rollout)), _) => self.look(rollout).await?,
                (entry, Some(followed)) => return Ok(self.ended(followed, entry)),
                (_, None) => {
                    if !std::mem::replace(&mut is_said, true) {
                        self.reporter.notice(idle);
                    }
                    self.handle.contact.metrics().period
                }
            };
            let rest = rest.0.clamp(1, LONGEST_REST);
            tokio::time::sleep(Duration::from_secs(rest)).await;
        }
    }

    /// What the alias's journal says, unless somebody else moved it since.
    async fn entry(&self) -> Result<Option<Entry>> {
        let alias = self.handle.read().await?;
        let journal = Journal::read(&alias.description)?;
        let ours = journal.agrees_with(alias.routing);
        Ok(journal.entry.filter(|_| ours))
    }

    /// Says what is new, and gives how long to wait for more.
    async fn look(&mut self, rollout: Box<Rollout>) -> Result<Seconds> {
        let step = self.followed.as_ref().map(|followed| followed.step());
        if step.is_some_and(|step| step != rollout.step()) {
            let reason = BY_ANOTHER.to_owned();
            self.reporter.say(&Event::shifted(&rollout, reason));
        }
        let timeout = self.timeout(rollout.green).await?;
        let samples = self.handle.cloudwatch.samples(&rollout, now()).await;
        let samples = samples.context("failed to read the metrics")?;
        let look = Look::watched(&rollout, now(), &samples, timeout);
        self.reporter.say(&Event::looked(&look));
        let rest = rollout.rest(now());
        self.followed = Some(rollout);
        Ok(rest)
    }

    async fn timeout(&mut self, green: Version) -> Result<Seconds> {
        if let Some((_, timeout)) = self.timeout.filter(|(version, _)| *version == green) {
            return Ok(timeout);
        }
        let timeout = self.handle.lambda.timeout(green).await;
        let timeout = timeout.with_context(|| format!("failed to read version {green}"))?;
        self.timeout = Some((green, timeout));
        Ok(timeout)
    }

    /// How it ended, as the exit code of whoever drove it says it.
    fn ended(&self, followed: &Rollout, entry: Option<Entry>) -> Exit {
        let version = followed.green.number();
        let (event, exit) = match entry {
            Some(Entry::Serving { version: now, .. }) if now == followed.green => {
                let reason = BY_ANOTHER.to_owned();
                (Event::Promoted { version, reason }, Exit::Done)
            }
            Some(Entry::RolledBack { green, reason, .. }) if green == followed.green => {
                let event = Event::RolledBack {
                    version: followed.blue.number(),
                    green_version: version,
                    reason,
                };
                (event, Exit::RolledBack)
            }
            _ => {
                let text = "somebody else moved the alias: `bluegreen status` shows where to";
                let text = text.to_owned();
                (Event::Notice { text }, Exit::Moved)
            }
        };
        self.reporter.say(&event);
        exit
    }
}
