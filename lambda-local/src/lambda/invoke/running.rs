//! An invocation while it runs: it counts among the concurrent ones, and is measured at its end.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::target::Target;
use crate::{
    cloudwatch::{CloudWatch, Found, Measured, Observation, Standing, lock},
    lambda::model::{FunctionRef, Qualifier},
};

#[derive(Debug)]
pub(crate) struct Running {
    cloudwatch: Arc<CloudWatch>,
    invoked: Arc<FunctionRef>,
    /// Metrics carry the time at which the invocation began.
    began: SystemTime,
    standing: Standing,
    version: String,
    /// Environments that are provisioned for the version.
    provisioned: u32,
}

impl Running {
    pub(crate) fn begin(cloudwatch: Arc<CloudWatch>, target: &Target) -> Self {
        let (invoked, provisioned) = (target.invoked.clone(), target.provisioned);
        let version = target.version();
        let standing = {
            let mut running = lock(&cloudwatch.concurrency);
            match running.get_mut(&invoked.name) {
                Some(running) => running.begin(&version, provisioned),
                None => {
                    let running = running.entry(invoked.name.clone()).or_default();
                    running.begin(&version, provisioned)
                }
            }
        };
        Self {
            cloudwatch,
            invoked,
            began: SystemTime::now(),
            standing,
            version,
            provisioned,
        }
    }

    /// Whether more invocations of the function run than may, beside those in environments that
    /// are provisioned.
    pub(crate) fn exceeds(&self, limit: u32) -> bool {
        self.standing.provisioned.is_none() && self.standing.on_demand > limit.into()
    }

    /// Measures an invocation that ran.
    pub(crate) fn end(self, duration: Duration, failed: bool) {
        self.measure(Measured::Ended { duration, failed });
    }

    fn found(&self) -> Option<Found> {
        match (self.provisioned, self.standing.provisioned) {
            (0, _) => None,
            (_, None) => Some(Found::AllInUse),
            (allocated, Some(in_use)) => Some(Found::Free { in_use, allocated }),
        }
    }

    /// Measures one that was refused: it is neither an invocation nor an error.
    pub(crate) fn throttle(self) {
        self.measure(Measured::Throttled);
    }

    fn measure(&self, measured: Measured) {
        let number;
        let (qualifier, executed_version) = match &self.invoked.qualifier {
            None => (None, None),
            Some(Qualifier::Alias(name)) => (Some(name.as_str()), Some(&*self.version)),
            Some(qualifier) => {
                number = qualifier.to_string();
                (Some(number.as_str()), None)
            }
        };
        lock(&self.cloudwatch.sources).lambda.add(&Observation {
            function: &self.invoked.name,
            qualifier,
            executed_version,
            began: self.began,
            measured,
            concurrent: self.standing.all,
            found: self.found(),
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = lock(&self.cloudwatch.concurrency);
        if let Some(running) = running.get_mut(&self.invoked.name) {
            running.end(&self.version, self.standing);
        }
    }
}
