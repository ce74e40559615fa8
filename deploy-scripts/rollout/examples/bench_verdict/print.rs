//! The tables, in Markdown.

use std::fmt;

use crate::{
    Outcome,
    judge::{JUDGES, Judge},
    simulate::Cell,
};

pub(crate) fn cells(rows: &[(Cell, [Outcome; 3])]) {
    println!("| weight | blue fails | requests/s | verdict | alarm | threshold |");
    println!("|---|---|---|---|---|---|");
    for (cell, outcomes) in rows {
        let [verdict, alarm, threshold] = outcomes;
        println!(
            "| {} | {} | {} | {verdict} | {alarm} | {threshold} |",
            percent(cell.weight),
            percent(cell.blue_fails),
            cell.rate,
        );
    }
}

pub(crate) fn summary(rows: &[(Cell, [Outcome; 3])]) {
    for (index, judge) in JUDGES.iter().enumerate() {
        let of = |value: fn(&Outcome) -> f64| {
            let values: Vec<f64> = rows
                .iter()
                .map(|(_, outcomes)| value(&outcomes[index]))
                .collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (mean, values.iter().copied().fold(0.0, f64::max))
        };
        let (rollbacks, promotions) = (
            of(|outcome| outcome.rolled_back),
            of(|outcome| outcome.promoted),
        );
        println!(
            "| {judge} | {} (at most {}) | {} (at most {}) |",
            percent(rollbacks.0),
            percent(rollbacks.1),
            percent(promotions.0),
            percent(promotions.1)
        );
    }
}

/// Two digits that count.
fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".to_owned(),
        percent if percent < 1.0 => format!("{percent:.2} %"),
        percent if percent < 10.0 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

impl fmt::Display for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verdict => "the verdict",
            Self::Alarm => "alarm: errors in 2 of 2 minutes",
            Self::Threshold => "threshold: below 99 % in 5 checks",
        })
    }
}

/// `back 99 %, on 0 %, 12 s, 3 failed`
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "back {}, on {}; {} s, {} failed",
            percent(self.rolled_back),
            percent(self.promoted),
            self.median_seconds,
            self.median_failed
        )
    }
}
