//! A rollout's events as lines for people.

use std::fmt;

use bluegreen_rollout::{Rollout, Seconds, plan::Metrics};

use super::{Event, Planned};
use crate::{
    aws::price_of_looks,
    terminal::{BOLD, DIM, GREEN, RED, harmless, percent, styled},
};

/// One or more lines, with styles.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(planned) => planned.fmt(f),
            Self::Notice { text } => f.write_str(text),
            Self::Probed {
                blue,
                green,
                fault,
                failure,
                ..
            } => {
                write!(f, "test events: blue {blue}, green {green}")?;
                if let Some(failure) = failure {
                    write!(f, "\n  {}", styled(DIM, harmless(failure)))?;
                }
                match fault {
                    Some(fault) => write!(f, "\n  {}", styled(RED, fault)),
                    None => Ok(()),
                }
            }
            Self::Hook { option, command } => write!(f, "{option}: {command}"),
            Self::Looked(looked) => looked.fmt(f),
            Self::Shifted {
                version, weight, ..
            } => {
                let share = styled(BOLD, format!("{} on version {version}", percent(*weight)));
                write!(f, "{share}")
            }
            Self::Promoted { version, reason } => {
                let text = styled(GREEN, format!("version {version} is promoted"));
                write!(f, "{text}: {}", harmless(reason))
            }
            Self::RolledBack {
                version,
                green_version,
                reason,
            } => {
                let text = styled(RED, format!("version {green_version} is rolled back"));
                let reason = harmless(reason);
                write!(f, "{text}: {reason}; version {version} serves everything")
            }
            Self::Faults { version, faults } => {
                write!(f, "what version {version} printed of its errors:")?;
                faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
            }
            Self::Held { waiting_for } => write!(
                f,
                "the time is over and nothing is decided: {waiting_for}\n  the weight stays where it \
                 is; `bluegreen resume --horizon 2h` waits longer, `promote` or `rollback` ends it"
            ),
            Self::Left { signal } => write!(
                f,
                "interrupted by {signal}: the weight stays where it is; `bluegreen resume` goes on"
            ),
            Self::Problem { text } => {
                let what = styled(RED, "failed, trying again:");
                write!(f, "{what} {}", harmless(text))
            }
        }
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            function, alias, ..
        } = self;
        let Rollout {
            blue, green, plan, ..
        } = &*self.rollout;
        let name = styled(BOLD, format!("{function}:{alias}"));
        writeln!(
            f,
            "{name} from version {blue} to version {green}, run {}",
            self.run
        )?;
        let steps = plan.strategy.steps();
        if steps.is_empty() {
            return f.write_str("  all at once");
        }
        for (index, step) in steps.iter().enumerate() {
            let lasts = step.lasts;
            writeln!(
                f,
                "  step {}: {} for at least {lasts}",
                index + 1,
                step.weight
            )?;
        }
        let Metrics { period, delay } = plan.metrics;
        if plan.metrics != Metrics::default() {
            writeln!(f, "  metrics of each {period}, up to {delay} late")?;
        }
        match &plan.outcomes {
            Some(outcomes) => {
                let (bad, late) = (&outcomes.bad, outcomes.metrics.delay);
                writeln!(f, "  judged by {bad} too, up to {late} late")?;
            }
            None => writeln!(
                f,
                "  judged by Lambda's own metrics alone, to which a 500 that is returned is a success"
            )?,
        }
        if plan.metrics == Metrics::default() {
            let (looks, price) = (plan.looks(), price_of_looks(&self.rollout));
            writeln!(
                f,
                "  looks {looks} times at most, for ${price:.2} of CloudWatch"
            )?;
        }
        writeln!(
            f,
            "  promoted when it is shown to be worse by less than {}",
            points(self.certified)
        )?;
        let (horizon, otherwise) = (plan.horizon(), plan.otherwise.name());
        write!(
            f,
            "  without a verdict after {horizon}: {otherwise}\n  {}",
            self.prospect()
        )
    }
}

impl Planned {
    /// What to expect at the traffic there is.
    fn prospect(&self) -> String {
        let needed = self.green_requests_needed;
        let earliest = self.earliest_verdict_seconds;
        if earliest > self.horizon_seconds {
            return format!(
                "no verdict is possible by then: a request may take as long as the function's \
                 timeout, so that nothing is surely known before {}; give a longer --horizon",
                Seconds(earliest).spoken()
            );
        }
        let Some(rate) = self.requests_per_second else {
            return format!(
                "no traffic was seen lately; the verdict takes about {needed} clean requests of \
                 green"
            );
        };
        let rate = format!("about {rate:.1} requests a second");
        let horizon = self.horizon_seconds;
        match (self.verdict_after_seconds, self.certifiable) {
            (Some(after), _) if after <= horizon => {
                format!(
                    "{rate}: green has the {needed} clean ones that it needs after {}",
                    Seconds(after).spoken()
                )
            }
            (_, Some(certifiable)) => format!(
                "{rate}: too few for a verdict by then; `--certified {}` could be had, or a longer \
                 --horizon",
                percent((certifiable * 1e3).ceil() / 1e3)
            ),
            (_, None) => format!("{rate}: too few for any verdict by then"),
        }
    }
}

/// A share in percentage points, to a tenth: `1 point`, `4.6 points`.
pub(super) fn points(share: f64) -> String {
    let tenths = (share * 1e3).round();
    let plural = if tenths == 10.0 { "" } else { "s" };
    format!("{} point{plural}", tenths / 10.0)
}

#[cfg(test)]
mod tests;
