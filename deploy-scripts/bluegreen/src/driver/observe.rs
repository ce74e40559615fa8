//! What a tick looks at.

use rollout::{Entry, Journal, Observed, Rollout, Sample, Tick, Timestamp, decide};

use super::Driver;
use crate::{
    aws::{Alias, AwsError},
    deployment::now,
};

/// What was seen of the alias, the metrics and the alarms.
#[derive(Debug)]
pub(crate) struct Observation<'a> {
    pub(crate) seen: &'a Alias,
    pub(crate) now: Timestamp,
    /// With the horizon that the caller wants.
    journal: Journal,
    samples: Result<Vec<Sample>, String>,
    ringing: Result<Vec<String>, String>,
    /// Why to go no further yet.
    hold: Option<String>,
}

impl Observation<'_> {
    /// The rollout that the alias is in.
    pub(crate) fn rollout(&self) -> Option<&Rollout> {
        match &self.journal.entry {
            Some(Entry::Rollout(rollout)) => Some(rollout),
            _ => None,
        }
    }

    pub(super) fn decide(&self, driver: &Driver<'_>) -> Tick {
        decide(&Observed {
            now: self.now,
            routing: self.seen.routing,
            journal: &self.journal,
            run: &driver.run,
            attempted: driver.attempted.as_ref(),
            stepped: driver.stepped,
            samples: self.samples.as_deref().map_err(String::as_str),
            settled: driver.settled,
            ringing: self.ringing.as_deref().map_err(String::as_str),
            stop: driver.stop.as_deref(),
            hold: self.hold.as_deref(),
        })
    }
}

impl Driver<'_> {
    pub(super) async fn observe<'s>(
        &mut self,
        seen: &'s Alias,
        journal: &Journal,
    ) -> Observation<'s> {
        let mut journal = journal.clone();
        let now = now();
        let mut observation = Observation {
            seen,
            now,
            journal: Journal::default(),
            samples: Ok(Vec::new()),
            ringing: Ok(Vec::new()),
            hold: None,
        };
        if let Some(Entry::Rollout(rollout)) = &mut journal.entry {
            rollout.plan.horizon = self.horizon.or(rollout.plan.horizon);
            let (samples, ringing) = tokio::join!(
                self.deployment.cloudwatch.samples(rollout, now),
                self.ringing(rollout)
            );
            observation.samples = samples.map_err(|error| error.to_string());
            observation.ringing = ringing.map_err(|error| error.to_string());
            match self.hooks.running() {
                Ok(hold) => observation.hold = hold,
                Err(error) => self.stop = Some(format!("{error:#}")),
            }
        }
        Observation {
            journal,
            ..observation
        }
    }

    /// Those of the plan's alarms that ring, and those that were deleted: nobody can say of them
    /// that they do not.
    async fn ringing(&self, rollout: &Rollout) -> Result<Vec<String>, AwsError> {
        let names = &rollout.plan.alarms;
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.deployment.cloudwatch.alarms(names).await?;
        if let Some(missing) = names.iter().find(|name| !found.contains_key(*name)) {
            return Err(AwsError::unexpected(format!(
                "alarm '{missing}' is not there any more"
            )));
        }
        let ringing = found.into_iter().filter(|(_, alarm)| alarm.rings);
        Ok(ringing.map(|(name, _)| name).collect())
    }
}
