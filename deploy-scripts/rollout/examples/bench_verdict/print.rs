//! The tables, in Markdown.

use std::fmt;

use crate::{
    Outcome, Row,
    deliver::{DELIVERIES, Delivery},
    judge::Judge,
};

pub(crate) fn cells(rows: &[Row<3>]) {
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

/// One row for each way to judge.
pub(crate) fn summary<const N: usize>(judges: [impl fmt::Display; N], rows: &[Row<N>]) {
    println!("| judged by | rolled back | promoted |\n|---|---|---|");
    for (index, judge) in judges.iter().enumerate() {
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

/// Rollouts of one green at one weight, as AWS delivers what is known of them.
pub(crate) fn delivered(rows: &[Row<4>]) {
    print!("| green | requests/s |");
    DELIVERIES
        .iter()
        .for_each(|delivery| print!(" {delivery} |"));
    println!("\n|{}", "---|".repeat(2 + DELIVERIES.len()));
    for (cell, outcomes) in rows {
        print!("| {} | {} |", cell.green.name, cell.rate);
        outcomes.iter().for_each(|outcome| print!(" {outcome} |"));
        println!();
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

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steady => f.write_str("minutes without the one of the shift"),
            Self::Rising => f.write_str("minutes"),
            Self::Outcomes { late } => write!(f, "minutes, and outcomes {late} s late"),
        }
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
