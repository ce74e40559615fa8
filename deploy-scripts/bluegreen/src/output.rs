//! Standard output and standard error: results on the first, everything else on the second.

use std::fmt::Write;

use anstream::{eprintln, println};
use anstyle::{AnsiColor, Style};
use anyhow::Result;
use serde::Serialize;

use crate::{
    aws::AwsError,
    cli::{Format, Place},
    summary::Summary,
};

pub(crate) const BLUE: Style = AnsiColor::BrightBlue.on_default();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BOLD: Style = Style::new().bold();

/// What a command found or did: as text for people, or as JSON through `Serialize`.
pub(crate) trait Report: Serialize {
    /// Whole lines, with styles.
    fn text(&self) -> String;
}

/// Prints a command's one result.
pub(crate) fn print_report(report: &impl Report, place: &Place) -> Result<()> {
    match place.output {
        Format::Text => println!("{}", report.text().trim_end()),
        Format::Json => println!("{}", serde_json::to_string_pretty(report)?),
    }
    // Behind what is printed: what was done is told, whatever comes of the summary.
    match &place.summary {
        Some(file) => Summary::open(file)?.report(report),
        None => Ok(()),
    }
}

/// Prints an error and what caused it, one a line, and what can be done about it.
pub(crate) fn print_error(error: &anyhow::Error) {
    let mut text = format!("{RED}error:{RED:#} {error}");
    for cause in error.chain().skip(1) {
        for line in cause.to_string().lines() {
            let _ = write!(text, "\n  {line}");
        }
    }
    let mut calls = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<AwsError>());
    if let Some(advice) = calls.find_map(AwsError::advice) {
        let _ = write!(text, "\n  {advice}");
    }
    eprintln!("{text}");
}

/// Text in a style.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Tells something beside the result.
pub(crate) fn note(text: String) {
    eprintln!("{text}");
}
