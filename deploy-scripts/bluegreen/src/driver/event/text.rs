//! A rollout's events as lines for people.

use std::fmt;

use anstyle::Style;
use rollout::{
    Rollout, Seconds,
    plan::Metrics,
    signal::{Kind, Signal, Source},
    verdict::Counts,
};

use super::{Event, Look, Outcomes, Planned, Said, Tally};
use crate::aws::price_of_looks;
use crate::terminal::{BOLD, DIM, GREEN, RED, harmless, percent, styled};

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(answers) = self;
        for (index, (Kind { word, .. }, bad)) in answers.bad(Source::Lambda).enumerate() {
            match (index, bad) {
                (0, bad) => write!(f, "{bad} {word} of {}", answers.requests)?,
                (_, 0) => {}
                (_, bad) => write!(f, ", {bad} {word}")?,
            }
        }
        Ok(())
    }
}

impl Said {
    fn is_bad(&self) -> bool {
        self.0.counts(Signal::Bad).bad > 0
    }
}

/// `14 bad of 58`
impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { requests, bad } = self.0.counts(Signal::Bad);
        write!(f, "{bad} bad of {requests}")
    }
}

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

/// `10%  blue 1 failed of 540, green 0 failed of 60; green is worse by at most 4.2 points; …`
impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [blue, green] = self.answered;
        write!(f, "{}  blue {blue}, green {green}", percent(self.weight))?;
        if let Some([blue, green]) = self.said() {
            write!(f, "; they say blue {blue}, green {green}")?;
        }
        write!(f, "; {}", self.difference())?;
        match &self.waiting_for {
            Some(waiting) => write!(f, "; {}", harmless(waiting)),
            None => Ok(()),
        }
    }
}

impl Look {
    /// What both versions say since the start, where that is news: something was bad.
    pub(crate) fn said(&self) -> Option<[Said; 2]> {
        let said = self.outcomes.as_ref()?.answered;
        said.iter().any(Said::is_bad).then_some(said)
    }

    /// How much there is of the evidence that a decision takes, and of which: the one that is
    /// nearer.
    pub(crate) fn how_sure(&self) -> (f64, Style, &'static str) {
        let against = self.ln_e_rollback / self.rollback_limit;
        let in_favour = self.ln_e_promote / self.promote_limit;
        let (share, style, what) = match against > in_favour {
            true => (against, RED, "roll back"),
            false => (in_favour, GREEN, "promote"),
        };
        (share.clamp(0.0, 1.0), style, what)
    }

    /// The evidence in the verdict's own numbers.
    pub(crate) fn evidence(&self) -> String {
        format!(
            "ln E {:.2} of {:.2} to roll back, {:.2} of {:.2} to promote",
            self.ln_e_rollback, self.rollback_limit, self.ln_e_promote, self.promote_limit
        )
    }

    /// The bounds on the difference, in words.
    pub(crate) fn difference(&self) -> String {
        match (self.at_least, self.at_most) {
            (Some(least), Some(most)) => {
                format!(
                    "green is worse by at least {} and at most {}",
                    points(least),
                    points(most)
                )
            }
            (Some(least), None) => format!("green is worse by at least {}", points(least)),
            (None, Some(most)) => format!("green is worse by at most {}", points(most)),
            (None, None) => self.too_little(),
        }
    }

    /// What is known of green where nothing is known of the difference: it may be anything, but a
    /// green that has answered well so far cannot fail everything.
    fn too_little(&self) -> String {
        let [_, Tally(green)] = self.answered;
        let Counts { requests, bad } = green.counts(Signal::Errors);
        match (requests, bad) {
            (0, _) => "nothing is known of green yet".to_owned(),
            (_, 0) => {
                let chance = (-self.promote_limit / requests as f64).exp();
                format!(
                    "green fails at most {} of its requests",
                    percent(1.0 - chance)
                )
            }
            _ => "too little is known for a bound on the difference".to_owned(),
        }
    }

    /// Where the numbers come from, and how old they are, a line each: nothing where they are a
    /// few seconds old.
    pub(crate) fn sources(&self) -> Vec<String> {
        let age = |source: usize| match self.ages.get(source).copied().flatten() {
            Some(age) => format!("{} old", age.spoken()),
            None => "nothing yet".to_owned(),
        };
        let Some(Outcomes {
            answered: [blue, green],
            ..
        }) = &self.outcomes
        else {
            return Vec::new();
        };
        vec![
            format!("they say: blue {blue}, green {green} ({})", age(1)),
            format!("Lambda's own metrics: {}", age(0)),
        ]
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
fn points(share: f64) -> String {
    let tenths = (share * 1e3).round();
    let plural = if tenths == 10.0 { "" } else { "s" };
    format!("{} point{plural}", tenths / 10.0)
}
