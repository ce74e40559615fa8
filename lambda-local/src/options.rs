//! What a server may be started with.

use std::{io, net::SocketAddr, time::Duration};

use crate::{
    cloudwatch::Pace,
    faults::Fault,
    lambda::{Limits, Settings},
    place::Place,
    terminal::Terminal,
};

/// What a server is started with, if it is not all as it is by default. The program has options of
/// the same names, with the same defaults.
///
/// ```
/// use std::time::Duration;
///
/// let options = lambda_local::Options::default();
/// let server = options
///     .region("eu-central-1")
///     .transition(Duration::from_secs(1))
///     .fault("UpdateAlias:throttle:0.1")?
///     .start()?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    pub(crate) place: Place,
    pub(crate) limits: Limits,
    pub(crate) transition: Duration,
    pub(crate) pace: Pace,
    pub(crate) retry_delay: Duration,
    pub(crate) seed: Option<u64>,
    pub(crate) faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            place: Place {
                region: "us-east-1".to_owned(),
                account: "000000000000".to_owned(),
            },
            limits: Limits {
                environments: 8,
                idle: Duration::from_secs(300),
            },
            transition: Duration::from_millis(5),
            pace: Pace::default(),
            retry_delay: Duration::from_secs(60),
            seed: None,
            faults: Vec::new(),
        }
    }
}

impl Options {
    /// The region that it claims to be in; `us-east-1` by default.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.place.region = region.into();
        self
    }

    /// Makes repeatable which of an alias's two versions is chosen, and which calls faults hit.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Execution environments that one version may have at once, 8 by default, and at least one;
    /// further invocations wait.
    #[must_use]
    pub fn max_environments(mut self, most: u16) -> Self {
        self.limits.environments = most.max(1).into();
        self
    }

    /// How long a new or changed function is not ready; 5 ms by default.
    #[must_use]
    pub const fn transition(mut self, takes: Duration) -> Self {
        self.transition = takes;
        self
    }

    /// By how many whole seconds Lambda's own metrics come late; none by default.
    #[must_use]
    pub const fn metric_delay(mut self, delay: Duration) -> Self {
        self.pace.metric_delay = delay.as_secs();
        self
    }

    /// By how many whole seconds metrics come late that functions print in the embedded metric
    /// format; none by default.
    #[must_use]
    pub const fn outcome_delay(mut self, delay: Duration) -> Self {
        self.pace.outcome_delay = delay.as_secs();
        self
    }

    /// How long after it failed an asynchronous invocation is tried again, and half of how long the
    /// next time; a minute by default, as on AWS.
    #[must_use]
    pub const fn retry_delay(mut self, delay: Duration) -> Self {
        self.retry_delay = delay;
        self
    }

    /// Lets a share of the calls of an operation go wrong: `UpdateAlias:throttle:0.1`. The kinds are
    /// `throttle`, `error`, `lost` (done, but not answered) and `delay=MS`; `*` is every operation.
    ///
    /// # Errors
    /// If it is not of that form, or there is no such operation.
    pub fn fault(mut self, fault: &str) -> io::Result<Self> {
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
        self.faults.push(fault.parse().map_err(invalid)?);
        Ok(self)
    }

    /// What holds for Lambda, which is reached at this address.
    pub(crate) fn settings(self, local: SocketAddr, terminal: Terminal) -> Settings {
        Settings {
            address: format!("http://{local}"),
            place: self.place,
            limits: self.limits,
            transition: self.transition,
            pace: self.pace,
            retry_delay: self.retry_delay,
            seed: self.seed,
            terminal,
        }
    }
}
