//! The entry of a rollout that is under way, as text.

use std::fmt;

use super::options;
use crate::{Rollout, Seconds, Started};

/// How many times its horizon a rollout may take without outgrowing the room that was found for
/// its journal: it may be held, and go on.
const PATIENCE: u64 = 10;
/// Seconds that a write is expected to take at the most, for the same reason.
const LONGEST_WRITE: u64 = 999;

impl Rollout {
    /// The entry of the last step, with the longest times that are expected.
    pub(super) fn at_its_longest(&self) -> Self {
        let mut longest = self.clone();
        let within = Some(Seconds(LONGEST_WRITE));
        let patience = self.plan.horizon().0.saturating_mul(PATIENCE);
        let (first, last) = (self.start(), self.start().after(patience));
        let steps = self.plan.strategy.steps().len();
        longest.started.resize(1, Started { at: first, within });
        longest
            .started
            .resize(steps.max(1), Started { at: last, within });
        longest
    }
}

/// `3 to 4, step 2 of 10%/5m 50%/10m, at 2026-11-23T06:52:59Z~1 +312?, run 8f3a`, and what of the
/// plan is not the default: the first step began within a second after that moment, the second
/// one after 312 seconds or later. Without the versions before.
impl fmt::Display for Rollout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            blue, green, plan, ..
        } = self;
        let (step, strategy) = (self.step(), &plan.strategy);
        write!(f, "{blue} to {green}, step {step} of {strategy}, at")?;
        for (index, started) in self.started.iter().enumerate() {
            match index {
                0 => write!(f, " {}", started.at)?,
                // A plain number, so that the text's length can be foreseen.
                _ => write!(f, " +{}", started.at.since(self.start()))?,
            }
            match started.within {
                Some(Seconds(within)) => write!(f, "~{within}")?,
                None => f.write_str("?")?,
            }
        }
        write!(f, ", run {}", self.run)?;
        let options = options::text(plan, self.probe);
        match options.as_str() {
            "" => Ok(()),
            options => write!(f, ", with {options}"),
        }
    }
}
