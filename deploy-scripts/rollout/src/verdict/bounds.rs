//! What is still possible: between which bounds the difference lies, at any time.

use super::{
    Rule,
    evidence::{Bet, Epochs},
};

/// Bisections of the interval from 0 to 1: more digits than anyone reads.
const BISECTIONS: u32 = 30;

/// Bounds of how much larger green's share of bad requests is than blue's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Green is worse by at least this much; `None` if it may be no worse at all.
    pub at_least: Option<f64>,
    /// Green is worse by at most this much; `None` if any difference is possible.
    pub at_most: Option<f64>,
}

impl Bounds {
    /// Nothing is known.
    pub const NONE: Self = Self {
        at_least: None,
        at_most: None,
    };

    /// What two sources leave possible together.
    pub(crate) fn or_worse(self, other: Self) -> Self {
        let both = self.at_most.zip(other.at_most);
        Self {
            at_least: self
                .at_least
                .into_iter()
                .chain(other.at_least)
                .reduce(f64::max),
            at_most: both.map(|(this, that)| this.max(that)),
        }
    }
}

impl Rule {
    /// The bounds that the data so far leave. They may be wrong with chance α and β, however often
    /// one looks.
    #[must_use]
    pub fn bounds(&self, epochs: &Epochs) -> Bounds {
        let worse = |margin: f64| {
            Bet::Worse.ln_evidence_by_epoch(margin, epochs) >= self.ln_rollback_limit()
        };
        let good_enough = |margin: f64| {
            Bet::GoodEnough.ln_evidence(margin, epochs.steady()) >= self.ln_promote_limit()
        };
        Bounds {
            at_least: worse(0.0).then(|| boundary(|margin| !worse(margin))),
            at_most: good_enough(1.0 - f64::EPSILON).then(|| boundary(good_enough)),
        }
    }
}

/// The point between 0 and 1 from which on the predicate holds.
fn boundary(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
