//! The live picture of a rollout: weights, counts, and how sure it is.

use std::{cell::RefCell, fmt::Write, time::Duration};

use anstream::adapter::strip_str;
use bluegreen_rollout::Seconds;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};

use super::event::Look;
use crate::terminal::{
    BOLD, DIM, bar, harmless, is_coloured, percent, routing_lines, style, styled,
};

/// How often a line is drawn anew, also after the terminal's size has changed.
const TICK: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct Live {
    picture: MultiProgress,
    /// A bar for each line: each is cut to the terminal's width, whichever that is by now.
    lines: RefCell<Vec<ProgressBar>>,
    verbose: bool,
}

impl Live {
    pub(super) fn new(verbose: bool) -> Self {
        Self {
            picture: MultiProgress::new(),
            lines: RefCell::default(),
            verbose,
        }
    }

    pub(super) fn show(&self, looked: &Look) {
        let mut text = picture(looked);
        if self.verbose {
            text += &format!("\n  {}", looked.evidence());
        }
        if !is_coloured() {
            text = strip_str(&text).to_string();
        }
        let mut lines = self.lines.borrow_mut();
        for (index, line) in text.lines().enumerate() {
            if index == lines.len() {
                lines.push(self.line(index));
            }
            lines[index].set_message(line.to_owned());
        }
    }

    fn line(&self, index: usize) -> ProgressBar {
        let template = match index {
            1 => "{spinner} {wide_msg}",
            _ => "{wide_msg}",
        };
        let line = self.picture.add(ProgressBar::new_spinner());
        line.set_style(style(template));
        line.enable_steady_tick(TICK);
        line
    }

    /// Prints something above the picture.
    pub(super) fn beside(&self, print: impl FnOnce()) {
        self.picture.suspend(print);
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        for line in self.lines.borrow().iter() {
            line.disable_steady_tick();
        }
        // Nothing more can be done where the terminal is gone.
        let _ = self.picture.clear();
        // Lines that end would draw what is left of the others once more.
        let nowhere = ProgressDrawTarget::hidden();
        self.picture.set_draw_target(nowhere);
    }
}

fn picture(looked: &Look) -> String {
    let rollout = &looked.rollout;
    let name = format!("version {} to version {}", rollout.blue, rollout.green);
    // The `^C` of a Ctrl-C puts the cursor one line too low for what clears the picture: what is
    // left then is this empty line.
    let mut text = format!(
        "\n{}, step {} of {}\n",
        styled(BOLD, name),
        looked.step,
        looked.steps
    );
    for ((_, line), answered) in routing_lines(rollout.routing()).iter().zip(looked.answered) {
        let _ = writeln!(text, "{line}  {answered}");
    }
    for source in looked.sources() {
        let _ = writeln!(text, "  {source}");
    }
    let (share, style, what) = looked.how_sure();
    let whole_percent = percent((share * 100.0).floor() / 100.0);
    let _ = writeln!(
        text,
        "  how sure  {}  {whole_percent} of what it takes to {what}",
        bar(share, style)
    );
    let _ = writeln!(text, "  {}", looked.difference());
    let waiting = looked
        .waiting_for
        .as_deref()
        .map_or_else(|| "acting".to_owned(), harmless);
    let waiting = match looked.verdict_in_seconds {
        Some(seconds) => format!("{waiting}, about {} more", Seconds(seconds).spoken()),
        None => waiting,
    };
    let left = Seconds(looked.seconds_left).spoken();
    let otherwise = rollout.plan.otherwise.name();
    let lines = [
        format!("  {waiting}"),
        format!("  without a verdict in {left}: {otherwise}"),
    ];
    text + &lines.map(|line| styled(DIM, line)).join("\n")
}

#[cfg(test)]
mod tests {
    use super::{super::event::fixture, picture};

    #[test]
    fn a_look_is_a_picture_of_weights_counts_and_how_sure_it_is() {
        let expected = [
            "",
            "version 1 to version 2, step 1 of 1",
            "  version 1    90%  blue  1 failed of 540",
            "  version 2    10%  green  0 failed of 60",
            "  how sure  50% of what it takes to promote",
            "  green is worse by at most 4.2 points",
            "  too few complete data for a verdict yet, about 1m 30s more",
            "  without a verdict in 5m: hold",
        ];
        assert_eq!(fixture::plain(&picture(&fixture::look())), expected);
    }

    #[test]
    fn what_is_nearly_enough_is_not_drawn_as_enough() {
        let mut look = fixture::look();
        (look.ln_e_promote, look.verdict_in_seconds, look.waiting_for) = (5.999, None, None);
        let drawn = fixture::plain(&picture(&look));
        assert_eq!(drawn[4], "  how sure  99% of what it takes to promote");
        assert_eq!(drawn[6], "  acting");
    }
}
