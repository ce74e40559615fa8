//! Evidence as the logarithm of capital: what gamblers would own who bet on green being worse, or
//! on its being good enough.

use crate::Weight;

/// Requests that a version answered, and how many of them were bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub requests: u64,
    pub bad: u64,
}

/// Totals of an interval in which green's weight was the same, or in which it rose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// Where it rose: the weight that it rose to.
    pub weight: Weight,
    /// Nobody knows which requests met which weight, but that it was never more than this one. It
    /// counts for a rollback only, by the gamblers that nobody can lead astray so: those with
    /// c = 0 lose on average at any smaller weight, too.
    pub rising: bool,
    pub blue: Counts,
    pub green: Counts,
}

/// Stages in the order of time, cut into the epochs that were planned before the start.
#[derive(Debug, Clone, PartialEq)]
pub struct Epochs {
    /// The stages of each epoch so far.
    pub stages: Vec<Vec<Stage>>,
    /// How many there will be, at least as many as there are.
    pub planned: usize,
}

impl Epochs {
    /// The stages whose weight is known.
    pub(super) fn steady(&self) -> impl Iterator<Item = &Stage> + Clone {
        self.stages.iter().flatten().filter(|stage| !stage.rising)
    }

    /// What blue and green answered in all of them.
    pub(crate) fn counts(&self) -> (Counts, Counts) {
        let sum = |(blue, green), stage: &Stage| (blue + stage.blue, green + stage.green);
        let none = (Counts::default(), Counts::default());
        self.stages.iter().flatten().fold(none, sum)
    }
}

/// What a gambler bets on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bet {
    /// Green is worse by more than the margin.
    Worse,
    /// Green is not worse by as much as the margin.
    GoodEnough,
}

/// A gambler (h, f): how it centres its bet, and the fraction of the largest safe stake.
type Gambler = (f64, f64);

/// Nobody knows beforehand how much worse green is. Small stakes find a small difference in many
/// requests, large ones a large one in few; spread like this, their common capital is never far
/// behind that of the one who guessed right. With h = 1 a request that blue answers well wins,
/// and one that green answers well loses nearly everything: the quickest where green fails all.
/// The reference's numbers: its verdicts in `tests/verdict_vectors.json` hold for these only.
const ON_WORSE: [Gambler; 6] = [
    (0.0, 0.01),
    (0.0, 0.05),
    (0.0, 0.2),
    (0.0, 0.5),
    (0.0, 0.9),
    (1.0, 0.95),
];
const ON_GOOD_ENOUGH: [Gambler; 6] = [
    (0.0, 0.03),
    (0.0, 0.1),
    (0.0, 0.3),
    (0.0, 0.6),
    (0.0, 0.9),
    (0.0, 0.99),
];
const SPLIT_FRACTIONS: [f64; 3] = [0.02, 0.1, 0.4];

/// What one request does to the logarithm of a gambler's capital.
struct Steps {
    green_bad: f64,
    green_good: f64,
    blue_bad: f64,
    blue_good: f64,
}

impl Bet {
    const fn gamblers(self) -> [Gambler; 6] {
        match self {
            Self::Worse => ON_WORSE,
            Self::GoodEnough => ON_GOOD_ENOUGH,
        }
    }

    const fn sign(self) -> f64 {
        match self {
            Self::Worse => 1.0,
            Self::GoodEnough => -1.0,
        }
    }

    /// The largest stake at which no request can cost more than everything.
    fn largest_stake(self, margin: f64, c: f64, w: f64) -> f64 {
        let (green, blue) = match self {
            Self::Worse => (margin + c, 1.0 - c),
            Self::GoodEnough => (1.0 - margin - c, c),
        };
        // A term whose denominator is 0 is no limit: the division gives infinity.
        (w / green).min((1.0 - w) / blue)
    }

    fn steps(self, (h, f): Gambler, margin: f64, weight: f64) -> Steps {
        let (w, s) = (weight, self.sign());
        let c = h * w;
        let stake = s * f * self.largest_stake(margin, c, w);
        Steps {
            green_bad: (stake * (1.0 - margin - c) / w).ln_1p(),
            green_good: (-stake * (margin + c) / w).ln_1p(),
            blue_bad: (-stake * (1.0 - c) / (1.0 - w)).ln_1p(),
            blue_good: (stake * c / (1.0 - w)).ln_1p(),
        }
    }

    /// What the logarithms of the gamblers' capitals grow by in a stage.
    fn growth(self, margin: f64, stage: &Stage) -> Capitals {
        self.gamblers().map(|gambler| match gambler {
            (h, _) if stage.rising && h > 0.0 => 0.0,
            gambler => self
                .steps(gambler, margin, stage.weight.share())
                .after(stage.blue, stage.green),
        })
    }

    /// The logarithm of the gamblers' common capital after these stages; 0 with no data.
    pub(super) fn ln_evidence<'a>(
        self,
        margin: f64,
        stages: impl Iterator<Item = &'a Stage>,
    ) -> f64 {
        let play = |capitals, stage| added(capitals, self.growth(margin, stage));
        ln_mean(&stages.fold(Capitals::default(), play))
    }

    /// The same, with half of the capital playing from the start, and the other half released in
    /// equal slices, each playing from its own epoch on: a long clean start does not make the
    /// gamblers too poor to notice a late fault. What is not released yet counts at face value.
    pub(super) fn ln_evidence_by_epoch(self, margin: f64, epochs: &Epochs) -> f64 {
        let planned = epochs.planned.max(epochs.stages.len()).max(1);
        let mut capitals = Capitals::default();
        let mut slices = Vec::with_capacity(planned);
        // From the last epoch back: a slice that plays from an earlier one plays all later ones.
        for epoch in (0..planned).rev() {
            for stage in epochs.stages.get(epoch).into_iter().flatten() {
                capitals = added(capitals, self.growth(margin, stage));
            }
            slices.push(share_of_epoch(epoch, planned).ln() + ln_mean(&capitals));
        }
        ln_sum(slices.iter().copied())
    }
}

/// The logarithms of six gamblers' capitals.
type Capitals = [f64; 6];

fn added(capitals: Capitals, growth: Capitals) -> Capitals {
    std::array::from_fn(|gambler| capitals[gambler] + growth[gambler])
}

/// The share of the starting capital that plays from this epoch on.
fn share_of_epoch(epoch: usize, planned: usize) -> f64 {
    match (epoch, planned) {
        (0, 1) => 1.0,
        (0, _) => 0.5,
        _ => 0.5 / (planned - 1) as f64,
    }
}

impl Steps {
    fn after(&self, blue: Counts, green: Counts) -> f64 {
        green.bad as f64 * self.green_bad
            + green.good() * self.green_good
            + blue.bad as f64 * self.blue_bad
            + blue.good() * self.blue_good
    }
}

impl Stage {
    /// A stage in which nothing was seen yet.
    #[must_use]
    pub fn empty(weight: Weight, rising: bool) -> Self {
        Self {
            weight,
            rising,
            blue: Counts::default(),
            green: Counts::default(),
        }
    }
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            bad: self.bad.saturating_add(other.bad),
        }
    }
}

impl Counts {
    fn good(self) -> f64 {
        self.requests.saturating_sub(self.bad) as f64
    }
}

/// The logarithm of the evidence that the alias does not send the share that was asked for.
pub(super) fn ln_split_evidence<'a>(stages: impl Iterator<Item = &'a Stage> + Clone) -> f64 {
    let bets = SPLIT_FRACTIONS.map(|f| [f, -f]).concat();
    let capitals: Vec<f64> = bets
        .iter()
        .map(|f| {
            let log = |stage: &Stage| {
                let w = stage.weight.share();
                let shift = f * w.min(1.0 - w);
                stage.green.requests as f64 * (shift / w).ln_1p()
                    + stage.blue.requests as f64 * (-shift / (1.0 - w)).ln_1p()
            };
            stages.clone().map(log).sum::<f64>()
        })
        .collect();
    ln_mean(&capitals)
}

pub(super) fn ln_mean(logs: &[f64]) -> f64 {
    ln_sum(logs.iter().copied()) - (logs.len() as f64).ln()
}

/// The logarithm of a sum of exponentials, with the largest taken out.
fn ln_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + logs.map(|log| (log - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::share_of_epoch;

    /// What the proof of the bound stands on: all that plays is the starting capital, once.
    #[test]
    fn the_epochs_play_the_whole_capital_and_no_more() {
        for planned in 1..=10 {
            let shares = (0..planned).map(|epoch| share_of_epoch(epoch, planned));
            assert!((shares.sum::<f64>() - 1.0).abs() < 1e-12, "{planned}");
        }
        assert_eq!(share_of_epoch(0, 10), 0.5);
        assert_eq!(share_of_epoch(1, 10), share_of_epoch(9, 10));
    }
}
