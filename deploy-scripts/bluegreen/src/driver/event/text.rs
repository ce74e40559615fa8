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
mod tests {
    use anstream::adapter::strip_str;

    use super::{
        super::fixture::{planned, planned_here},
        Planned, points,
    };

    fn prospect(change: impl FnOnce(&mut Planned)) -> String {
        let mut planned = planned();
        change(&mut planned);
        planned.prospect()
    }

    #[test]
    fn a_plan_says_what_will_be_done_and_what_it_costs() {
        let told = strip_str(&planned().to_string()).to_string();
        let expected = "\
hello:live from version 1 to version 2, run f00d
  step 1: 10% for at least 5m
  judged by Lambda's own metrics alone, to which a 500 that is returned is a success
  looks 72 times at most, for $0.01 of CloudWatch
  promoted when it is shown to be worse by less than 1 point
  without a verdict after 10m: hold
  about 2.0 requests a second: green has the 459 clean ones that it needs after 5m";
        assert_eq!(told, expected);
        let here = strip_str(&planned_here().to_string()).to_string();
        assert!(
            here.contains("\n  metrics of each 1s, up to 2s late\n"),
            "{here}"
        );
        assert!(!here.contains("CloudWatch"), "{here}");
    }

    #[test]
    fn what_to_expect_depends_on_the_traffic_that_there_is() {
        let too_few = "about 2.0 requests a second: too few for";
        let late = prospect(|planned| planned.verdict_after_seconds = Some(601));
        let hint = "a verdict by then; `--certified 2%` could be had, or a longer --horizon";
        assert_eq!(late, format!("{too_few} {hint}"));
        let never = prospect(|planned| {
            (planned.verdict_after_seconds, planned.certifiable) = (None, None);
        });
        assert_eq!(never, format!("{too_few} any verdict by then"));
        let in_time = prospect(|planned| planned.verdict_after_seconds = Some(600));
        assert!(in_time.ends_with("that it needs after 10m"), "{in_time}");
        let none = prospect(|planned| planned.requests_per_second = None);
        let needed = "the verdict takes about 459 clean requests of green";
        assert_eq!(none, format!("no traffic was seen lately; {needed}"));
    }

    #[test]
    fn a_horizon_before_anything_can_be_known_is_told() {
        let earliest = |seconds| prospect(|planned| planned.earliest_verdict_seconds = seconds);
        assert!(!earliest(600).starts_with("no verdict is possible"));
        let late = earliest(601);
        assert!(late.starts_with("no verdict is possible by then"), "{late}");
        assert!(late.contains("known before 10m 1s"), "{late}");
    }

    #[test]
    fn points_are_told_to_a_tenth() {
        for (share, text) in [
            (0.0, "0 points"),
            (0.001, "0.1 points"),
            (0.01, "1 point"),
            (0.0456, "4.6 points"),
        ] {
            assert_eq!(points(share), text);
        }
    }
}
