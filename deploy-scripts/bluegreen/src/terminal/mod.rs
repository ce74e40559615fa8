//! What a person sees and is asked: styles, pictures, progress. It knows nothing of AWS.

mod abilities;
mod ask;
mod confirm;
mod harmless;
mod picture;
mod progress;

use anstyle::{AnsiColor, Style};

pub(crate) use abilities::{can_redraw, is_coloured, is_unicode, settle_colours};
pub(crate) use ask::ask;
pub(crate) use confirm::{Question, confirm};
pub(crate) use harmless::{harmless, plain_markdown};
pub(crate) use picture::{bar, duration, part, percent, routing_lines, terminal_width, wrapped};
pub(crate) use progress::{Progress, style};

pub(crate) const BLUE: Style = AnsiColor::BrightBlue.on_default();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BOLD: Style = Style::new().bold();

/// Text in a style.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Tells something beside the result, on standard error.
pub(crate) fn note(text: String) {
    anstream::eprintln!("{text}");
}
