//! What the program is doing while it takes time: a line that moves on a terminal, plain lines in
//! a pipe. Always on standard error.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{can_redraw, is_unicode};

/// How a line of this form is drawn: what moves in it is ASCII where nothing else can be shown.
pub(crate) fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    match is_unicode() {
        true => style,
        false => style.tick_chars("|/-\\ ").progress_chars("#>."),
    }
}

#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    terminal: bool,
}

impl Progress {
    /// A wait of unknown length.
    pub(crate) fn spinner(text: &str) -> Self {
        let progress = Self::new(ProgressBar::no_length(), "{spinner} {wide_msg}");
        progress.say(text);
        progress
    }

    /// A count up to `total`.
    pub(crate) fn counter(total: u64) -> Self {
        Self::new(ProgressBar::new(total), "{bar:20} {pos}/{len}  {wide_msg}")
    }

    fn new(bar: ProgressBar, template: &str) -> Self {
        let terminal = can_redraw(&std::io::stderr());
        if terminal {
            bar.set_style(style(template));
            bar.enable_steady_tick(Duration::from_millis(100));
        } else {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Self { bar, terminal }
    }

    /// Says what is being done now.
    pub(crate) fn say(&self, text: &str) {
        if self.terminal {
            self.bar.set_message(text.to_owned());
        } else {
            anstream::eprintln!("{text}");
        }
    }

    /// Moves a counter, and on a terminal shows the text beside it.
    pub(crate) fn advance(&self, done: u64, text: impl FnOnce() -> String) {
        if self.terminal {
            self.bar.set_position(done);
            self.bar.set_message(text());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
