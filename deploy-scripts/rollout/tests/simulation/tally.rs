//! How many runs came to what, to see that all of it happens, and seldom what must be seldom.

use crate::{lives::Outcome, scenario::Scenario};

#[derive(Debug, Default)]
pub(crate) struct Tally {
    promoted: u64,
    rolled_back: u64,
    not_begun: u64,
    held: u64,
    moved: u64,
    abandoned: u64,
    /// Equal greens that were given a fair chance, and those of them that were rolled back.
    equal: u64,
    condemned_equals: u64,
    /// Those of which everything is said twice.
    doubled: u64,
    condemned_doubled: u64,
    /// Greens that were much worse, and those of them that were promoted.
    bad: u64,
    promoted_bad: u64,
    /// Greens that failed many requests of much traffic, and those of them that were not rolled
    /// back.
    broken: u64,
    overlooked: u64,
}

impl Tally {
    fn counts(&mut self) -> [&mut u64; 14] {
        [
            &mut self.promoted,
            &mut self.rolled_back,
            &mut self.not_begun,
            &mut self.held,
            &mut self.moved,
            &mut self.abandoned,
            &mut self.equal,
            &mut self.condemned_equals,
            &mut self.doubled,
            &mut self.condemned_doubled,
            &mut self.bad,
            &mut self.promoted_bad,
            &mut self.broken,
            &mut self.overlooked,
        ]
    }

    pub(crate) fn add(mut self, mut other: Self) -> Self {
        for (sum, more) in self.counts().into_iter().zip(other.counts()) {
            *sum += *more;
        }
        self
    }

    pub(crate) fn count(&mut self, scenario: &Scenario, outcome: Outcome) {
        *match outcome {
            Outcome::Promoted => &mut self.promoted,
            Outcome::RolledBack => &mut self.rolled_back,
            Outcome::NotBegun => &mut self.not_begun,
            Outcome::Held => &mut self.held,
            Outcome::Moved => &mut self.moved,
            Outcome::Abandoned => &mut self.abandoned,
        } += 1;
        let begun = outcome != Outcome::NotBegun && !scenario.plan.strategy.is_all_at_once();
        let judged = scenario.asks_for_the_verdict() && begun;
        if judged && scenario.is_equal() {
            let (equal, condemned) = match scenario.is_doubled() {
                true => (&mut self.doubled, &mut self.condemned_doubled),
                false => (&mut self.equal, &mut self.condemned_equals),
            };
            *equal += 1;
            *condemned += u64::from(outcome == Outcome::RolledBack);
        }
        if judged && scenario.is_bad() {
            self.bad += 1;
            self.promoted_bad += u64::from(outcome == Outcome::Promoted);
        }
        if judged && scenario.is_broken() {
            self.broken += 1;
            self.overlooked += u64::from(outcome != Outcome::RolledBack);
        }
    }

    /// All of it happens, and seldom what must be seldom.
    pub(crate) fn check(&self, runs: u64) {
        for (what, count) in [
            ("promoted", self.promoted),
            ("rolled back", self.rolled_back),
            ("held", self.held),
            ("moved by someone else", self.moved),
        ] {
            assert!(count > runs / 50, "only {count} runs ended {what}");
        }
        assert!(self.equal > runs / 30 && self.bad > runs / 30, "{self:?}");
        assert!(self.broken > runs / 100, "{self:?}");
        // The rule promises one in a hundred; what is asked of it here is one in five hundred.
        assert!(self.condemned_equals * 500 <= self.equal, "{self:?}");
        // What is counted twice is no evidence: the promise is gone, but not by much.
        assert!(self.condemned_doubled * 25 <= self.doubled, "{self:?}");
        assert!(self.promoted_bad * 100 <= self.bad, "{self:?}");
        assert!(self.overlooked * 100 <= self.broken, "{self:?}");
    }
}
