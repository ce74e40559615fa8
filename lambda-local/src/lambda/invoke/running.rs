//! An invocation while it runs: it counts among the concurrent ones, and is measured at its end.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    cloudwatch::{CloudWatch, Measured, Observation, lock},
    lambda::model::{FunctionRef, Qualifier},
};

#[derive(Debug)]
pub(crate) struct Running {
    cloudwatch: Arc<CloudWatch>,
    invoked: Arc<FunctionRef>,
    /// Metrics carry the time at which the invocation began.
    began: SystemTime,
    concurrent: u64,
}

impl Running {
    pub(crate) fn begin(cloudwatch: Arc<CloudWatch>, invoked: Arc<FunctionRef>) -> Self {
        let concurrent = {
            let mut running = lock(&cloudwatch.concurrency);
            match running.get_mut(&invoked.name) {
                Some(count) => {
                    *count += 1;
                    *count
                }
                None => *running.entry(invoked.name.clone()).or_insert(1),
            }
        };
        Self {
            cloudwatch,
            invoked,
            began: SystemTime::now(),
            concurrent,
        }
    }

    /// Whether more invocations of the function run than may.
    pub(crate) fn exceeds(&self, limit: u32) -> bool {
        self.concurrent > limit.into()
    }

    /// Measures an invocation that ran on this version.
    pub(crate) fn end(self, version: &str, duration: Duration, failed: bool) {
        self.measure(version, Measured::Ended { duration, failed });
    }

    /// Measures one that was refused: it is neither an invocation nor an error.
    pub(crate) fn throttle(self, version: &str) {
        self.measure(version, Measured::Throttled);
    }

    fn measure(&self, version: &str, measured: Measured) {
        let number;
        let (qualifier, executed_version) = match &self.invoked.qualifier {
            None => (None, None),
            Some(Qualifier::Alias(name)) => (Some(name.as_str()), Some(version)),
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
            concurrent: self.concurrent,
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = lock(&self.cloudwatch.concurrency);
        if let Some(count) = running.get_mut(&self.invoked.name) {
            *count -= 1;
        }
    }
}
