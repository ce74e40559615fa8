//! The rule that turns evidence into a verdict.

use std::{error::Error, fmt};

use super::evidence::{Bet, Epochs, Stage, ln_mean, ln_split_evidence};
use crate::Weight;

/// At this evidence against the split, the alias is taken not to send what was asked for.
const SPLIT_LIMIT: f64 = 1000.0;
/// Clean requests take the gamblers to their limit together so many times as late as the boldest
/// alone: what the others cost, who are there for requests that are not clean.
const SPREAD: f64 = 1.28;
/// One bad request may be an accident of any kind.
const LEAST_BAD: u64 = 2;

/// What is to be told apart, and how often the verdict may be wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// The chance of ever rolling back a green that is at most `tolerated` worse.
    pub alpha: f64,
    /// The chance of ever promoting a green that is always at least `certified` worse.
    pub beta: f64,
    /// δ: how much worse green may be, as a difference of error shares, without being rolled back.
    pub tolerated: f64,
    /// Δ: how much worse green must be shown not to be before it is promoted.
    pub certified: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Rollback,
    Promote,
    Inconclusive,
}

/// What the data say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// Logarithm of the evidence that green is worse by more than δ. Rolls back at ln(1/α).
    pub ln_e_rollback: f64,
    /// Logarithm of the evidence that green is not worse by as much as Δ. Promotes at ln(1/β).
    pub ln_e_promote: f64,
    /// Logarithm of the evidence that the alias does not send the share that was asked for.
    pub ln_e_split: f64,
    /// The split is not what was asked for: nothing is promoted, and the evidence for a rollback
    /// is computed with the share that was seen, which makes its bound approximate.
    pub split_is_off: bool,
    /// There is little evidence that green is worse: less than half of what rolls back.
    pub calm: bool,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            alpha: 0.01,
            beta: 0.01,
            tolerated: 0.001,
            certified: 0.01,
        }
    }
}

impl Rule {
    /// # Errors
    /// Unless 0 ≤ δ < Δ < 1 and both chances lie strictly between 0 and 1.
    pub fn check(&self) -> Result<(), InvalidRule> {
        let chance = |p: f64| p > 0.0 && p < 1.0;
        let margins =
            0.0 <= self.tolerated && self.tolerated < self.certified && self.certified < 1.0;
        match margins && chance(self.alpha) && chance(self.beta) {
            true => Ok(()),
            false => Err(InvalidRule),
        }
    }

    /// The least evidence that rolls back, as a logarithm.
    #[must_use]
    pub fn ln_rollback_limit(&self) -> f64 {
        -self.alpha.ln()
    }

    /// The least evidence that promotes, as a logarithm.
    #[must_use]
    pub fn ln_promote_limit(&self) -> f64 {
        -self.beta.ln()
    }

    /// The fewest requests that green must have answered before it can be promoted.
    #[must_use]
    pub fn fewest_green(&self) -> u64 {
        (self.ln_promote_limit() / self.certified).ceil() as u64
    }

    /// About how many clean requests green needs before it is promoted.
    #[must_use]
    pub fn expected_green(&self) -> u64 {
        (self.ln_promote_limit() * SPREAD / self.certified).floor() as u64
    }

    /// The smallest difference that so many clean requests of green exclude; more than 1 if none.
    pub(crate) fn certifiable(&self, green: f64) -> f64 {
        self.ln_promote_limit() * SPREAD / green
    }

    /// Judges all data so far by this rule alone. `baked` says whether the time is over before
    /// which nothing is promoted.
    #[must_use]
    pub fn judge(&self, epochs: &Epochs, baked: bool) -> Judgement {
        let evidence = Evidence {
            rule: *self,
            all: epochs.clone(),
            settled: epochs.clone(),
            split: epochs.clone(),
            tested: 0,
        };
        judge(&[evidence], baked)
    }
}

/// What is judged of one signal: its rule, and its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub rule: Rule,
    /// All data so far: what may roll back.
    pub all: Epochs,
    /// The data of times from which nothing more is to come: what may promote. A request that
    /// hangs is missing in the other data.
    pub settled: Epochs,
    /// The data by which the share of the traffic is judged: those of times in which the weight was
    /// surely everywhere.
    pub split: Epochs,
    /// How many of green's requests were test events: evidence, but no users.
    pub tested: u64,
}

/// Judges the evidence of several signals together: the evidence for a rollback is the mean of theirs, and each of
/// them must speak for a promotion. The chances α and β, and so the limits, are the first one's.
#[must_use]
pub fn judge(evidence: &[Evidence], baked: bool) -> Judgement {
    let Some(first) = evidence.first() else {
        return Judgement::without_data();
    };
    let ln_e_split = ln_split_evidence(first.split.steady());
    let split_is_off = ln_e_split >= SPLIT_LIMIT.ln();
    let rollbacks: Vec<f64> = evidence
        .iter()
        .map(|of| of.for_rollback(split_is_off))
        .collect();
    let ln_e_rollback = ln_mean(&rollbacks);
    let promotes = evidence.iter().map(Evidence::for_promotion);
    let ln_e_promote = promotes.fold(f64::INFINITY, f64::min);
    let calm = ln_e_rollback < first.rule.ln_rollback_limit() / 2.0;
    let rollback = ln_e_rollback >= first.rule.ln_rollback_limit()
        && evidence.iter().any(|of| of.all.counts().1.bad >= LEAST_BAD);
    let promote = ln_e_promote >= first.rule.ln_promote_limit()
        && evidence
            .iter()
            .all(|of| of.users_of_green() >= of.rule.fewest_green());
    let verdict = match () {
        () if rollback => Verdict::Rollback,
        () if promote && calm && baked && !split_is_off => Verdict::Promote,
        () => Verdict::Inconclusive,
    };
    Judgement {
        verdict,
        ln_e_rollback,
        ln_e_promote,
        ln_e_split,
        split_is_off,
        calm,
    }
}

impl Evidence {
    fn for_rollback(&self, split_is_off: bool) -> f64 {
        let margin = self.rule.tolerated;
        match split_is_off {
            false => Bet::Worse.ln_evidence_by_epoch(margin, &self.all),
            true => Bet::Worse.ln_evidence_by_epoch(margin, &as_seen(&self.all)),
        }
    }

    fn for_promotion(&self) -> f64 {
        Bet::GoodEnough.ln_evidence(self.rule.certified, self.settled.steady())
    }

    fn users_of_green(&self) -> u64 {
        let requests = self.settled.steady().map(|stage| stage.green.requests);
        let requests = requests.fold(0, u64::saturating_add);
        requests.saturating_sub(self.tested)
    }
}

impl Judgement {
    const fn without_data() -> Self {
        Self {
            verdict: Verdict::Inconclusive,
            ln_e_rollback: 0.0,
            ln_e_promote: 0.0,
            ln_e_split: 0.0,
            split_is_off: false,
            calm: true,
        }
    }
}

/// The data with the share that each stage really had. A stage in which only one version was seen
/// says nothing about a difference, and one in which the weight rose had no one share.
fn as_seen(epochs: &Epochs) -> Epochs {
    let seen = |stage: &Stage| {
        let total = stage.blue.requests.saturating_add(stage.green.requests);
        let weight = Weight::new(stage.green.requests as f64 / total.max(1) as f64)?;
        Some(Stage { weight, ..*stage })
    };
    let stages = epochs.stages.iter().map(|stages| {
        let steady = stages.iter().filter(|stage| !stage.rising);
        steady.filter_map(seen).collect()
    });
    Epochs {
        stages: stages.collect(),
        planned: epochs.planned,
    }
}

impl Verdict {
    /// As the reference vectors write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rollback => "ROLLBACK",
            Self::Promote => "PROMOTE",
            Self::Inconclusive => "INCONCLUSIVE",
        }
    }
}

/// The margins or chances of a rule make no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidRule;

impl fmt::Display for InvalidRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a rule needs 0 ≤ δ < Δ < 1 (the difference that is tolerated, and the one that is \
             excluded), and chances α and β between 0 and 1",
        )
    }
}

impl Error for InvalidRule {}
