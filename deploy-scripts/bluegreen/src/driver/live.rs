//! The live picture of a rollout: weights, counts, and the evidence against its limits.

use std::{fmt::Write, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use rollout::Seconds;

use super::event::Look;
use crate::terminal::{BOLD, DIM, GREEN, RED, bar, routing_lines, styled};

#[derive(Debug)]
pub(super) struct Live {
    bar: ProgressBar,
}

impl Live {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        let style = ProgressStyle::with_template("{spinner} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    pub(super) fn show(&self, looked: &Look) {
        self.bar.set_message(picture(looked));
    }

    /// Prints something above the picture.
    pub(super) fn beside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn picture(looked: &Look) -> String {
    let rollout = &looked.rollout;
    let name = format!("version {} to version {}", rollout.blue, rollout.green);
    let mut text = format!(
        "{}, step {} of {}\n",
        styled(BOLD, name),
        looked.step,
        looked.steps
    );
    let counts = [looked.blue, looked.green];
    for ((_, line), counts) in routing_lines(rollout.routing()).iter().zip(counts) {
        let _ = writeln!(text, "{line}  {counts}");
    }
    for (name, evidence, limit, style) in [
        (
            "to roll back",
            looked.ln_e_rollback,
            looked.rollback_limit,
            RED,
        ),
        (
            "to promote  ",
            looked.ln_e_promote,
            looked.promote_limit,
            GREEN,
        ),
    ] {
        let share = (evidence / limit).clamp(0.0, 1.0);
        let _ = writeln!(
            text,
            "  {name} {}  {evidence:.2} of {limit:.2}",
            bar(share, style)
        );
    }
    let _ = writeln!(text, "  {}", looked.difference());
    let waiting = looked.waiting_for.as_deref().unwrap_or("acting");
    let left = Seconds(looked.seconds_left).spoken();
    let otherwise = rollout.plan.otherwise.name();
    let line = format!("  {waiting}; without a verdict in {left}: {otherwise}");
    text + &styled(DIM, line)
}
